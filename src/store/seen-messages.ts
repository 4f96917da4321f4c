/** Ids of signed API messages: the insert decides, so of two copies at once exactly one is new. */

/** true = new, false = seen before. */
export async function noteMessage(db: D1Database, id: string, expiresAt: number): Promise<boolean> {
  const { meta } = await db
    .prepare("INSERT INTO seen_messages (id, expires_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")
    .bind(id, expiresAt)
    .run();
  return meta.changes > 0;
}

/** A call that we could not carry out may be repeated with the same id. */
export const forgetMessage = (db: D1Database, id: string): Promise<unknown> =>
  db.prepare("DELETE FROM seen_messages WHERE id = ?1").bind(id).run();
