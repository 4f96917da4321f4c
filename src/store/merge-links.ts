/** Links into a second messenger, and joining the holder that opens one. */
import type { HolderType } from "../domain/holder.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `usedBy`: blind index of the account that has the token. */
export type MergeLink = {
  readonly holderId: string;
  readonly identityHash: string;
  readonly connection: string;
  readonly type: Extract<HolderType, "telegram_id" | "max_id" | "vk_id">;
  readonly usedBy: string | null;
};

/** Written in the batch that made sure of the holder. */
export const insertMergeLink = (
  db: D1Database,
  link: Omit<MergeLink, "holderId" | "usedBy"> & { readonly token: string; readonly expiresAt: number },
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO merge_links (token, holder_id, identity_hash, connection, type, expires_at)
       SELECT ?1, holder_id, hash, ?3, ?4, ?5 FROM holder_identities WHERE hash = ?2`,
    )
    .bind(link.token, link.identityHash, link.connection, link.type, link.expiresAt);

/** The first account to come with the token has it for good; the same account again is the same use, the one that asked for it none. null = no such
 *  live token here. */
export const claimMergeLink = (
  db: D1Database,
  claim: { readonly token: string; readonly connection: string; readonly hash: string; readonly now: number },
): Promise<MergeLink | null> =>
  db
    .prepare(
      `UPDATE merge_links SET used_by = COALESCE(used_by, ?3) WHERE token = ?1 AND connection = ?2 AND expires_at > ?4 AND identity_hash <> ?3
       RETURNING holder_id AS holderId, identity_hash AS identityHash, connection, type, used_by AS usedBy`,
    )
    .bind(claim.token, claim.connection, claim.hash, claim.now)
    .first<MergeLink>();

/** Which type of account a live token of this bot is for; null = no such token. */
export const mergeLinkType = (
  db: D1Database,
  token: string,
  connection: string,
  now: number,
): Promise<MergeLink["type"] | null> =>
  db
    .prepare("SELECT type FROM merge_links WHERE token = ?1 AND connection = ?2 AND expires_at > ?3")
    .bind(token, connection, now)
    .first<MergeLink["type"]>("type");

/** Humans whom this bot can write to and who proved accounts in two messengers: the count of those who came over. */
export async function countMoved(db: D1Database, connection: string): Promise<number> {
  const moved = await db
    .prepare(
      `SELECT COUNT(*) AS n FROM holder_bots b WHERE connection = ?1 AND (SELECT COUNT(DISTINCT type) FROM holder_identities i
         WHERE i.holder_id = b.holder_id AND i.type IN ('telegram_id', 'max_id', 'vk_id')) > 1`,
    )
    .bind(connection)
    .first<number>("n");
  return moved ?? 0;
}

/** The accounts of one holder go to another with their history, unless the one that loses them is mapped anywhere: then nothing happens, since joining would hand its
 *  logins to whoever made the link. */
export const moveAccounts = (db: D1Database, from: string, to: string): D1PreparedStatement[] => {
  const free = "NOT EXISTS (SELECT 1 FROM mappings WHERE holder_id = ?1)";
  return [
    db.prepare(`UPDATE OR REPLACE holder_bots SET holder_id = ?2 WHERE holder_id = ?1 AND ${free}`).bind(from, to),
    db.prepare(`UPDATE merge_links SET holder_id = ?2 WHERE holder_id = ?1 AND ${free}`).bind(from, to),
    db.prepare(`UPDATE mapping_history SET holder_id = ?2 WHERE holder_id = ?1 AND ${free}`).bind(from, to),
    db
      .prepare(`UPDATE undo_tokens SET holders = REPLACE(holders, ?1, ?2) WHERE INSTR(holders, ?1) > 0 AND ${free}`)
      .bind(from, to),
    db.prepare(`UPDATE deliveries SET person_id = ?2 WHERE person_id = ?1 AND ${free}`).bind(from, to),
    db.prepare(`DELETE FROM login_links WHERE holder_id = ?1 AND ${free}`).bind(from),
    db.prepare(`DELETE FROM codes WHERE holder_id = ?1 AND ${free}`).bind(from),
    db.prepare(`DELETE FROM holders WHERE id = ?1 AND ${free}`).bind(from),
    db.prepare(`UPDATE holder_identities SET holder_id = ?2 WHERE holder_id = ?1 AND ${free}`).bind(from, to),
  ];
};

/** Key of the person an identity belongs to; null while the graph does not know it. */
export const personKeyOf = (db: D1Database, identityHash: string): Promise<string | null> =>
  db
    .prepare("SELECT p.key FROM identifiers AS i JOIN persons AS p ON p.id = i.person_id WHERE i.hash = ?1")
    .bind(identityHash)
    .first<string>("key");

/** The sealed value of an identity. */
export const identityValue = (
  db: D1Database,
  hash: string,
): Promise<{ readonly type: HolderType; readonly scope: string; readonly sealed: Sealed } | null> =>
  db
    .prepare(`SELECT type, scope, ${hexed("sealed")} FROM holder_identities WHERE hash = ?1`)
    .bind(hash)
    .first<{ type: HolderType; scope: string; sealed: Sealed }>();
