/** The rows of one person, followed through merges. */
import type { PersonId, PersonKey } from "../lib/ids.ts";

/** `person_id` is whom this row stands for now: itself or, in one hop, the survivor. Both times in epoch ms; one withdrawn
 *  consent silences all rows of the person. */
export type PersonRow = {
  readonly id: PersonId;
  readonly person_id: PersonId;
  readonly key: PersonKey;
  readonly erased_at: number | null;
  readonly consent_withdrawn_at: number | null;
};

/** The current person's id behind ?1, any id or key ever given out, as SQL: both resolve for ever. */
export const CURRENT = "COALESCE((SELECT person_id FROM persons WHERE id = ?1), (SELECT person_id FROM persons WHERE key = ?1))";

/** All rows of the person behind an id or a key, the current one first; none when there is no such person. */
export async function leavesOf(db: D1Database, name: string): Promise<PersonRow[]> {
  const { results } = await db
    .prepare(
      `SELECT id, person_id, key, erased_at, consent_withdrawn_at FROM persons
       WHERE person_id = ${CURRENT}
       ORDER BY id <> person_id, first_seen, id`,
    )
    .bind(name)
    .all<PersonRow>();
  return results;
}
