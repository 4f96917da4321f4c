/** What only operators decide, as statements of their batch: undone merges, keep-apart edges, blocked values, settled problems. */
import type { MergeId, PersonId } from "../lib/ids.ts";

export type StoredMerge = {
  readonly id: MergeId;
  readonly survivor: PersonId;
  readonly loser: PersonId;
  readonly members: readonly PersonId[];
  readonly by: "rule" | "operator" | "proof";
};

/** The newest merge into a person that is not undone. */
export async function newestMerge(db: D1Database, survivor: string): Promise<StoredMerge | null> {
  const row = await db
    .prepare(
      "SELECT id, survivor, loser, members, by FROM merges WHERE survivor = ?1 AND undone_at IS NULL ORDER BY seq DESC LIMIT 1",
    )
    .bind(survivor)
    .first<Omit<StoredMerge, "members"> & { members: string }>();
  return row && { ...row, members: JSON.parse(row.members) as PersonId[] };
}

export const undoMerge = (db: D1Database, id: MergeId, now: number): D1PreparedStatement =>
  db.prepare("UPDATE merges SET undone_at = ?2 WHERE id = ?1").bind(id, now);

/** One edge between two person rows, smaller id first. */
export const keepApart = (db: D1Database, a: PersonId, b: PersonId, now: number): D1PreparedStatement =>
  db.prepare("INSERT INTO kept_apart (a, b, at) VALUES (MIN(?1, ?2), MAX(?1, ?2), ?3) ON CONFLICT DO NOTHING").bind(a, b, now);

/** A later decision to merge lifts every edge between the two sides. */
export const liftApart = (db: D1Database, left: readonly PersonId[], right: readonly PersonId[]): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM kept_apart WHERE (a IN (SELECT value FROM json_each(?1)) AND b IN (SELECT value FROM json_each(?2)))
         OR (a IN (SELECT value FROM json_each(?2)) AND b IN (SELECT value FROM json_each(?1)))`,
    )
    .bind(JSON.stringify(left), JSON.stringify(right));

export const blockIdentifier = (
  db: D1Database,
  ref: { readonly hash: string; readonly type: string; readonly scope: string },
  now: number,
): D1PreparedStatement =>
  db
    .prepare("INSERT INTO blocked_identifiers (hash, type, scope, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
    .bind(ref.hash, ref.type, ref.scope, now);

/** Whoever claimed these contacts: an operator has spoken, counting starts again. */
export const forgetClaims = (db: D1Database, contacts: readonly string[]): D1PreparedStatement =>
  db.prepare("DELETE FROM contact_claims WHERE contact_hash IN (SELECT value FROM json_each(?1))").bind(JSON.stringify(contacts));

/** Problems about these identifiers are settled. */
export const settleAbout = (db: D1Database, hashes: readonly string[], now: number): D1PreparedStatement =>
  db
    .prepare(
      "UPDATE problems SET resolved_at = ?2 WHERE resolved_at IS NULL AND identifier_hash IN (SELECT value FROM json_each(?1))",
    )
    .bind(JSON.stringify(hashes), now);

/** Conflicts between exactly these two sides are settled: they are two people. */
export const settleBetween = (
  db: D1Database,
  left: readonly PersonId[],
  right: readonly PersonId[],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE problems SET resolved_at = ?3 WHERE resolved_at IS NULL AND kind = 'conflict'
         AND EXISTS (SELECT 1 FROM json_each(problems.persons) WHERE value IN (SELECT value FROM json_each(?1)))
         AND EXISTS (SELECT 1 FROM json_each(problems.persons) WHERE value IN (SELECT value FROM json_each(?2)))`,
    )
    .bind(JSON.stringify(left), JSON.stringify(right), now);

/** Scopes in which identifiers of a type exist, for look-ups that name none. */
export async function scopesOfType(db: D1Database, type: string): Promise<string[]> {
  const { results } = await db.prepare("SELECT scope FROM identifier_scopes WHERE type = ?1").bind(type).all<{ scope: string }>();
  return results.map(({ scope }) => scope);
}
