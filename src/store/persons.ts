/** The rows of one person, followed through merges. */
import type { PersonId, PersonKey } from "../lib/ids.ts";

/** `person_id` is whom this row stands for now: itself or, in one hop, the survivor. The time in epoch ms. */
export type PersonRow = {
  readonly id: PersonId;
  readonly person_id: PersonId;
  readonly key: PersonKey;
  readonly erased_at: number | null;
};

/** The current person's id behind ?1, any id or key ever given out, as SQL: both resolve for ever. */
export const CURRENT = "COALESCE((SELECT person_id FROM persons WHERE id = ?1), (SELECT person_id FROM persons WHERE key = ?1))";

/** 1 = the newest word about consent of all rows of a current person is that it is withdrawn; at the same time withdrawn counts. As SQL, by her id. */
export const silent = (person: string): string =>
  `(SELECT IFNULL(MAX(consent_withdrawn_at) >= IFNULL(MAX(consent_given_at), 0), 0) FROM persons WHERE person_id = ${person})`;

/** All rows of the person behind an id or a key, the current one first; none when there is no such person. */
export async function leavesOf(db: D1Database, name: string): Promise<PersonRow[]> {
  const { results } = await db
    .prepare(
      `SELECT id, person_id, key, erased_at FROM persons
       WHERE person_id = ${CURRENT}
       ORDER BY id <> person_id, first_seen, id`,
    )
    .bind(name)
    .all<PersonRow>();
  return results;
}
