/** What needs an operator, for the API and the console alike. What waits for its person is no row of its own: it is counted from the ledger when
 *  asked, so it ends by itself. */
import type { ProblemKind } from "./problems.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `persons` is JSON, see `personsOf`. `count` and `first_at` begin anew when a closed problem comes back; times in epoch ms. */
export type ProblemLine = {
  readonly id: string;
  readonly kind: ProblemKind;
  readonly cause: string | null;
  readonly connection: string | null;
  readonly field: string | null;
  readonly persons: string | null;
  readonly identifier_hash: string | null;
  readonly identifier_type: string | null;
  readonly event_id: string | null;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
};

const PROBLEM =
  "p.id, p.kind, p.cause, p.connection, p.field, p.persons, p.identifier_hash, p.identifier_type, p.event_id, p.count, p.first_at, p.last_at";

/** The people a problem is about as they were known when it was told; they may have been merged since. */
export const personsOf = (problem: ProblemLine): string[] => JSON.parse(problem.persons ?? "[]") as string[];

/** A problem with the identifier it is about, as its owner holds it. */
export type ProblemRow = ProblemLine & {
  readonly identifier_scope: string | null;
  readonly identifier_sealed: Sealed | null;
  readonly identifier_hint: string | null;
  /** Of the event that raised it, where nobody holds the identifier: its value is told there alone. */
  readonly facts: Sealed | null;
};

/** Open ones in the order they were first told, the newest first: an order that a problem told again does not change, so a reader of pages misses
 *  none. `after`: the last row of the page before. */
export async function openProblems(
  db: D1Database,
  after: { at: number; id: string } | null,
  limit: number,
): Promise<ProblemRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${PROBLEM}, i.scope AS identifier_scope, ${hexed("i.sealed", "identifier_sealed")}, i.hint AS identifier_hint,
         ${hexed("CASE WHEN p.identifier_hash IS NOT NULL AND i.hash IS NULL THEN e.facts END", "facts")}
       FROM problems p LEFT JOIN identifiers i ON i.hash = p.identifier_hash LEFT JOIN events e ON e.id = p.event_id
       WHERE p.resolved_at IS NULL AND (p.first_at < ?1 OR (p.first_at = ?1 AND p.id > ?2)) ORDER BY p.first_at DESC, p.id LIMIT ?3`,
    )
    .bind(after?.at ?? Number.MAX_SAFE_INTEGER, after?.id ?? "", limit)
    .all<ProblemRow>();
  return results;
}

/** At most 200, the last told first: beyond that the list is no longer what an operator works through. The API pages through all of them. */
export async function lastTold(db: D1Database): Promise<ProblemLine[]> {
  const { results } = await db
    .prepare(`SELECT ${PROBLEM} FROM problems p WHERE resolved_at IS NULL ORDER BY last_at DESC LIMIT 200`)
    .all<ProblemLine>();
  return results;
}

/** Closed ones too: the link in an alert may be opened after somebody else has closed it. */
export const findProblem = (db: D1Database, id: string): Promise<ProblemLine | null> =>
  db.prepare(`SELECT ${PROBLEM} FROM problems p WHERE id = ?1`).bind(id).first<ProblemLine>();

/** Events that something can still bind: once its waiting time is over an event stays `unbound` in the ledger and is nobody's task (L-04). */
const WAITS = "status = 'unbound' AND id IN (SELECT event_id FROM parked)";

/** What came before `before` (epoch ms) and waits for its person, a line per connection in the order of their ids. */
export async function unboundProblems(db: D1Database, before: number): Promise<ProblemLine[]> {
  const { results } = await db
    .prepare(
      `SELECT 'unbound:' || connection AS id, 'unbound' AS kind, 'waits_for_person' AS cause, connection, NULL AS field, NULL AS persons,
         NULL AS identifier_hash, NULL AS identifier_type, NULL AS event_id, COUNT(*) AS count, MIN(received_at) AS first_at, MAX(received_at) AS last_at
       FROM events WHERE ${WAITS} AND received_at < ?1 GROUP BY connection ORDER BY connection`,
    )
    .bind(before)
    .all<ProblemLine>();
  return results;
}

/** How long an event may wait before the console calls it a problem. */
const PATIENCE_MS = 86_400_000;

/** What has waited for over a day, as the console lists it. */
export const longUnbound = (db: D1Database, now: number): Promise<ProblemLine[]> => unboundProblems(db, now - PATIENCE_MS);

/** Open ones, and a line for every connection whose events have waited for over a day: as the list shows them. */
export const countProblems = async (db: D1Database, now: number): Promise<number> =>
  (await db
    .prepare(
      `SELECT (SELECT COUNT(*) FROM problems WHERE resolved_at IS NULL)
         + (SELECT COUNT(DISTINCT connection) FROM events WHERE ${WAITS} AND received_at < ?1) AS n`,
    )
    .bind(now - PATIENCE_MS)
    .first<number>("n")) ?? 0;

/** When somebody last closed a problem, epoch ms; null = never. What the empty list says instead of nothing. */
export const lastResolvedAt = (db: D1Database): Promise<number | null> =>
  db.prepare("SELECT MAX(resolved_at) AS at FROM problems").first<number>("at");

/** Money that is not where it belongs, in ten-thousandths: by what keeps it (the kind of its problem), connection, `detail` (a macro's field, the cause of
 *  deliveries) and currency. */
export type StuckMoney = {
  kind: "unresolved_macro" | "unbound" | "delivery";
  connection: string;
  detail: string | null;
  currency: string | null;
  amount: number;
};

/** Of nobody and held back by a macro: as reports count, the newest state of a payment, refunds taken off. Of deliveries: what the events told that died of
 *  this cause since the problem began; one that died at two destinations is counted at each: it is stuck twice.
 *  Read from the few events that are stuck and the few problems that are open: the planner would begin with all payments. */
export async function stuckMoney(db: D1Database, now: number): Promise<StuckMoney[]> {
  const { results } = await db
    .prepare(
      `SELECT CASE status WHEN 'unbound' THEN 'unbound' ELSE 'unresolved_macro' END AS kind, connection, CASE status WHEN 'unbound' THEN NULL ELSE field END AS detail,
         currency, SUM(CASE type WHEN 'refund' THEN -amount_e4 ELSE amount_e4 END) AS amount FROM events
       WHERE (${WAITS} AND received_at < ?1 OR status = 'quarantined') AND +type IN ('payment', 'refund') AND counted = 1 AND amount_e4 > 0
       GROUP BY 1, 2, 3, 4
       UNION ALL
       SELECT 'delivery', connection, cause, currency, SUM(amount_e4) FROM (
         SELECT DISTINCT p.connection, p.cause, e.id, e.currency, e.amount_e4 FROM problems p
         CROSS JOIN deliveries d ON d.status = 'dead' AND d.connection = p.connection AND d.settled_at >= p.first_at
           AND substr(d.reason || ':', 1, length(p.cause) + 1) = p.cause || ':'
         JOIN events e ON e.id = d.event_id WHERE p.kind = 'delivery' AND p.resolved_at IS NULL AND e.amount_e4 > 0)
       GROUP BY 2, 3, 4`,
    )
    .bind(now - PATIENCE_MS)
    .all<StuckMoney>();
  return results;
}
