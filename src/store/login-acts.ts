/** Login acts that the inbox has not been told of yet. */
import type { Sealed } from "../lib/seal.ts";
import { hexed, toBound, unhexed } from "./sealed.ts";

/** In the batch that changes the mapping: the act and the change are one, so a crash before the inbox hears of it loses nothing. */
export const insertAct = (db: D1Database, id: string, sealed: ArrayBuffer, now: number): D1PreparedStatement =>
  db.prepare(`INSERT INTO login_acts (id, sealed, created_at) VALUES (?1, ${unhexed("?2")}, ?3)`).bind(id, toBound(sealed), now);

/** After the inbox has taken them. A second telling is a duplicate there, so a crash between the two is harmless. */
export const deleteActs = (db: D1Database, ids: readonly string[]): Promise<unknown> =>
  db.prepare("DELETE FROM login_acts WHERE id IN (SELECT value FROM json_each(?1))").bind(JSON.stringify(ids)).run();

/** Sealed acts recorded before `before`, oldest first. */
export async function oldActs(db: D1Database, before: number, limit: number): Promise<Sealed[]> {
  const { results } = await db
    .prepare(`SELECT ${hexed("sealed")} FROM login_acts WHERE created_at < ?1 ORDER BY created_at, id LIMIT ?2`)
    .bind(before, limit)
    .all<{ sealed: Sealed }>();
  return results.map(({ sealed }) => sealed);
}
