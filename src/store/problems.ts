/** Problems an operator should look at. One row per `dedupe` text: the same problem again raises its count and opens it again,
 *  from then on: what it was closed for is not brought back with what is new. */
import { newProblemId } from "../lib/ids.ts";

/** Also the prefix of `dedupe`, so that two kinds never fall together. */
export type ProblemKind = "unresolved_macro" | "conflict" | "contact_quarantined" | "unbound" | "delivery" | "loop" | "silence";

/** One telling of a problem; `at` in epoch ms. `persons` adds to those known already, up to about twenty. */
export type NewProblem = {
  readonly kind: ProblemKind;
  /** What makes two reports the same problem, within its kind; must hold no plain personal value. */
  readonly dedupe: string;
  readonly at: number;
  readonly cause?: string | null;
  readonly connection?: string | null;
  readonly field?: string | null;
  readonly persons?: readonly string[];
  readonly identifier?: { readonly hash: string; readonly type: string } | null;
  readonly eventId?: string | null;
};

/** Conflicts about these identifiers whose persons are all one by now: there is nothing left to decide. */
export const settleWithin = (db: D1Database, hashes: readonly string[], now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE problems SET resolved_at = ?2
       WHERE identifier_hash IN (SELECT value FROM json_each(?1)) AND resolved_at IS NULL AND kind = 'conflict' AND json_array_length(persons) > 1
         AND (SELECT COUNT(DISTINCT p.person_id) FROM json_each(problems.persons) j JOIN persons p ON p.id = j.value) = 1`,
    )
    .bind(JSON.stringify(hashes), now);

/** The statement that records a problem: part of the caller's batch, so a problem is never told of a decision that was not made. */
export function raiseProblem(db: D1Database, problem: NewProblem): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO problems (id, dedupe, kind, cause, connection, field, persons, identifier_hash, identifier_type, event_id, count, first_at, last_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11, ?11)
       ON CONFLICT (dedupe) DO UPDATE SET
         count = IIF(resolved_at IS NULL, count, 0) + 1, first_at = IIF(resolved_at IS NULL, first_at, excluded.first_at), last_at = MAX(last_at, excluded.last_at), alerted_at = CASE WHEN resolved_at IS NULL THEN alerted_at END, resolved_at = NULL, event_id = COALESCE(excluded.event_id, event_id),
         persons = CASE WHEN json_array_length(persons) >= 20 THEN persons ELSE
           (SELECT json_group_array(value) FROM (SELECT value FROM json_each(problems.persons) UNION SELECT value FROM json_each(excluded.persons))) END`,
    )
    .bind(
      newProblemId(),
      `${problem.kind}:${problem.dedupe}`,
      problem.kind,
      problem.cause ?? null,
      problem.connection ?? null,
      problem.field ?? null,
      JSON.stringify(problem.persons ?? []),
      problem.identifier?.hash ?? null,
      problem.identifier?.type ?? null,
      problem.eventId ?? null,
      problem.at,
    );
}

/** What a recovery asked for at `until` brings back: should it die again, it is told anew. What may have arrived is not sent again. */
export const resolveRecovered = (
  db: D1Database,
  connection: string,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<unknown> =>
  db
    .prepare(
      `UPDATE problems SET resolved_at = ?3 WHERE kind = 'delivery' AND connection = ?1 AND first_at >= ?2 AND last_at <= ?3
       AND cause <> 'unknown_outcome' AND resolved_at IS NULL`,
    )
    .bind(connection, since, until)
    .run();

/** Closed by the operator; it opens again when the same problem is told again. */
export async function resolveProblem(db: D1Database, id: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE problems SET resolved_at = ?2 WHERE id = ?1 AND resolved_at IS NULL")
    .bind(id, now)
    .run();
  return meta.changes > 0;
}
