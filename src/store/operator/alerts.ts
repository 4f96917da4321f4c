import type { ProblemLine } from "../problem-reads.ts";

/** A problem nobody was told of yet. */
export type UntoldProblem = Pick<ProblemLine, "id" | "kind" | "cause" | "connection" | "field" | "count">;

/** Oldest first. A problem that was resolved and came back counts as untold again (`raiseProblem`). */
export async function untoldProblems(db: D1Database, limit: number): Promise<UntoldProblem[]> {
  const { results } = await db
    .prepare(
      `SELECT id, kind, cause, connection, field, count FROM problems WHERE resolved_at IS NULL AND alerted_at IS NULL
       ORDER BY last_at LIMIT ?1`,
    )
    .bind(limit)
    .all<UntoldProblem>();
  return results;
}

/** Part of the batch that writes the messages: told and written are one. */
export const markTold = (db: D1Database, ids: readonly string[], now: number): D1PreparedStatement =>
  db
    .prepare("UPDATE problems SET alerted_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND alerted_at IS NULL")
    .bind(JSON.stringify(ids), now);
