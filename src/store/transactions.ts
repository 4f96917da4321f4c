/** Site-first logins: what a site asked for, until the bot answers. */
import type { Sealed } from "../lib/seal.ts";
import { hexed, toBound, unhexed } from "./sealed.ts";

/** `returnTo` was checked against the site's allowed addresses when the site asked; `expiresAt` in epoch ms. */
export type Transaction = {
  readonly site: string;
  readonly returnTo: string;
  readonly state: Sealed | null;
  /** MAC of the newest link issued for it. */
  readonly buid: string | null;
  readonly expiresAt: number;
};

/** Known by the MAC of its token; `state` is sealed, it is the site's own and comes back to it untouched. */
export const insertTransaction = (
  db: D1Database,
  txn: string,
  { site, returnTo, state, expiresAt }: Omit<Transaction, "buid" | "state"> & { readonly state: ArrayBuffer | null },
): Promise<unknown> =>
  db
    .prepare(`INSERT INTO transactions (txn, site, return_to, state, expires_at) VALUES (?1, ?2, ?3, ${unhexed("?4")}, ?5)`)
    .bind(txn, site, returnTo, state && toBound(state), expiresAt)
    .run();

/** The transaction of a MAC, while it lives. */
export const findTransaction = (db: D1Database, txn: string, now: number): Promise<Transaction | null> =>
  db
    .prepare(
      `SELECT site, return_to AS returnTo, ${hexed("state")}, buid, expires_at AS expiresAt FROM transactions WHERE txn = ?1 AND expires_at > ?2`,
    )
    .bind(txn, now)
    .first<Transaction>();

/** The bot's newest link answers the transaction. */
export const answerTransaction = (db: D1Database, txn: string, buid: string): D1PreparedStatement =>
  db
    .prepare("UPDATE transactions SET buid = ?2 WHERE txn = ?1 AND EXISTS (SELECT 1 FROM login_links WHERE buid = ?2)")
    .bind(txn, buid);
