/** Open problems in the order they were first told, the newest first: an order that a problem told again does not change, so a reader of pages
 *  misses none. */
import type { ProblemKind } from "./problems.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `persons` is a JSON list of the ids known when it was told; they may have been merged since. Times in epoch ms. */
export type ProblemRow = {
  readonly id: string;
  readonly kind: ProblemKind;
  readonly cause: string | null;
  readonly connection: string | null;
  readonly field: string | null;
  readonly persons: string;
  readonly identifier_hash: string | null;
  readonly identifier_type: string | null;
  readonly identifier_scope: string | null;
  readonly identifier_sealed: Sealed | null;
  readonly identifier_hint: string | null;
  readonly event_id: string | null;
  /** Of the event that raised it, where nobody holds the identifier: its value is told there alone. */
  readonly facts: Sealed | null;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
};

const OPEN = `SELECT p.id, p.kind, p.cause, p.connection, p.field, p.persons, p.identifier_hash, p.identifier_type, i.scope AS identifier_scope,
    ${hexed("i.sealed", "identifier_sealed")}, i.hint AS identifier_hint, p.event_id, p.count, p.first_at, p.last_at,
    ${hexed("CASE WHEN p.identifier_hash IS NOT NULL AND i.hash IS NULL THEN e.facts END", "facts")}
  FROM problems p LEFT JOIN identifiers i ON i.hash = p.identifier_hash LEFT JOIN events e ON e.id = p.event_id
  WHERE p.resolved_at IS NULL`;

/** `after`: the last row of the page before. */
export async function openProblems(
  db: D1Database,
  after: { at: number; id: string } | null,
  limit: number,
): Promise<ProblemRow[]> {
  const { results } = await db
    .prepare(`${OPEN} AND (p.first_at < ?1 OR (p.first_at = ?1 AND p.id > ?2)) ORDER BY p.first_at DESC, p.id LIMIT ?3`)
    .bind(after?.at ?? Number.MAX_SAFE_INTEGER, after?.id ?? "", limit)
    .all<ProblemRow>();
  return results;
}

/** Events that wait for their person, per connection. */
export type UnboundRow = {
  readonly connection: string;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
};

/** Only those something can still bind: an event whose waiting time is over stays `unbound` and is nobody's task. */
export async function waitingEvents(db: D1Database): Promise<UnboundRow[]> {
  const { results } = await db
    .prepare(
      `SELECT connection, COUNT(*) AS count, MIN(received_at) AS first_at, MAX(received_at) AS last_at FROM events
       WHERE status = 'unbound' AND id IN (SELECT event_id FROM parked) GROUP BY connection ORDER BY connection`,
    )
    .all<UnboundRow>();
  return results;
}
