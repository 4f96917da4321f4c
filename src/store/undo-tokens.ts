/** One-press undo of a mapping's change. */
import type { Sealed } from "../lib/seal.ts";
import { hexed, toBound, unhexed } from "./sealed.ts";

/** By the token's MAC: reading the table gives nobody a way to undo. `holders`: everybody whose mapping it would change. */
export const insertUndo = (
  db: D1Database,
  undo: {
    readonly token: string;
    readonly sealed: ArrayBuffer;
    readonly holders: readonly string[];
    readonly expiresAt: number;
  },
): D1PreparedStatement =>
  db
    .prepare(`INSERT INTO undo_tokens (token, sealed, expires_at, holders) VALUES (?1, ${unhexed("?2")}, ?3, ?4)`)
    .bind(undo.token, toBound(undo.sealed), undo.expiresAt, JSON.stringify(undo.holders));

/** What an unused, live token takes back; sealed. */
export const findUndo = (db: D1Database, token: string, now: number): Promise<Sealed | null> =>
  db
    .prepare(`SELECT ${hexed("sealed")} FROM undo_tokens WHERE token = ?1 AND used_at IS NULL AND expires_at > ?2`)
    .bind(token, now)
    .first<Sealed>("sealed");

/** Spends a token; the batch fails (`demandChange` after it) when it was spent meanwhile. */
export const spendUndo = (db: D1Database, token: string, now: number): D1PreparedStatement =>
  db.prepare("UPDATE undo_tokens SET used_at = ?2 WHERE token = ?1 AND used_at IS NULL AND expires_at > ?2").bind(token, now);

/** Was the token spent after `since`? */
export async function wasUndone(db: D1Database, token: string, since: number): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM undo_tokens WHERE token = ?1 AND used_at > ?2").bind(token, since).first()) !== null;
}
