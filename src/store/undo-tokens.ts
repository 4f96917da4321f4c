/** One-press undo of a mapping's change. */

/** By the token's MAC: reading the table gives nobody a way to undo. */
export const insertUndo = (db: D1Database, token: string, sealed: ArrayBuffer, expiresAt: number): D1PreparedStatement =>
  db.prepare("INSERT INTO undo_tokens (token, sealed, expires_at) VALUES (?1, ?2, ?3)").bind(token, sealed, expiresAt);

/** What an unused, live token takes back; sealed. */
export async function findUndo(db: D1Database, token: string, now: number): Promise<ArrayBuffer | null> {
  const row = await db
    .prepare("SELECT sealed FROM undo_tokens WHERE token = ?1 AND used_at IS NULL AND expires_at > ?2")
    .bind(token, now)
    .first<{ sealed: ArrayBuffer }>();
  return row?.sealed ?? null;
}

/** Spends a token; the batch fails (`demandChange` after it) when it was spent meanwhile. */
export const spendUndo = (db: D1Database, token: string, now: number): D1PreparedStatement =>
  db.prepare("UPDATE undo_tokens SET used_at = ?2 WHERE token = ?1 AND used_at IS NULL AND expires_at > ?2").bind(token, now);
