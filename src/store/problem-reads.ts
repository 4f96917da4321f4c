/** Open problems, newest first. */
import type { ProblemKind } from "./problems.ts";
import type { Sealed } from "./neighbourhood.ts";

export type ProblemRow = {
  readonly id: string;
  readonly kind: ProblemKind;
  readonly cause: string | null;
  readonly connection: string | null;
  readonly field: string | null;
  readonly persons: string;
  readonly identifier_type: string | null;
  readonly identifier_scope: string | null;
  readonly identifier_sealed: Sealed | null;
  readonly identifier_hint: string | null;
  readonly event_id: string | null;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
};

const OPEN = `SELECT p.id, p.kind, p.cause, p.connection, p.field, p.persons, p.identifier_type, i.scope AS identifier_scope,
    i.sealed AS identifier_sealed, i.hint AS identifier_hint, p.event_id, p.count, p.first_at, p.last_at
  FROM problems p LEFT JOIN identifiers i ON i.hash = p.identifier_hash
  WHERE p.resolved_at IS NULL`;

export async function openProblems(db: D1Database, limit: number): Promise<ProblemRow[]> {
  return (await db.prepare(`${OPEN} ORDER BY p.last_at DESC, p.id LIMIT ?1`).bind(limit).all<ProblemRow>()).results;
}

/** Events that wait for their person, per connection. */
export type UnboundRow = {
  readonly connection: string;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
};

export async function waitingEvents(db: D1Database): Promise<UnboundRow[]> {
  const { results } = await db
    .prepare(
      `SELECT connection, COUNT(*) AS count, MIN(received_at) AS first_at, MAX(received_at) AS last_at FROM events
       WHERE status = 'unbound' AND id IN (SELECT event_id FROM parked) GROUP BY connection`,
    )
    .all<UnboundRow>();
  return results;
}
