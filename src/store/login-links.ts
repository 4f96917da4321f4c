/** Login links: one buid each, known by its MAC only. */
import type { Sealed } from "../lib/seal.ts";
import { hexed, toBound, unhexed } from "./sealed.ts";

/** MACs only: of the buid, of the transaction it answers ("" = none), of a trusted link's token (null = a link with a PIN).
 *  `sealed` holds the buid itself and what its messages need. `pinTtlMs` is the life of each PIN of the link, `expiresAt` (epoch
 *  ms) of the link. */
export type NewLink = {
  readonly buid: string;
  readonly site: string;
  /** The identity whose holder the link is for. */
  readonly identityHash: string;
  readonly connection: string;
  readonly kind: "pin" | "trusted";
  readonly txn: string;
  readonly token: string | null;
  readonly sealed: ArrayBuffer;
  readonly returnTo: string | null;
  readonly pinTtlMs: number;
  readonly expiresAt: number;
  readonly now: number;
};

/** Written in the batch that took the seat: a link exists only when this very batch was within the hour's allowance (`issueSeat` before it). */
export const insertLink = (db: D1Database, link: NewLink): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO login_links (buid, site, holder_id, connection, kind, txn, token, sealed, return_to, pin_ttl_ms, expires_at, created_at, pin_at)
       SELECT ?1, ?2, h.id, ?4, ?5, ?6, ?7, ${unhexed("?8")}, ?9, ?10, ?11, ?12, ?12 FROM holder_identities AS i JOIN holders AS h ON h.id = i.holder_id
       WHERE i.hash = ?3 AND (?5 = 'trusted' AND changes() > 0 OR h.seats ->> ('$."' || ?2 || '".buid') = ?1)`,
    )
    .bind(
      link.buid,
      link.site,
      link.identityHash,
      link.connection,
      link.kind,
      link.txn,
      link.token,
      toBound(link.sealed),
      link.returnTo,
      link.pinTtlMs,
      link.expiresAt,
      link.now,
    );

/** `sealed` holds the buid; epoch ms throughout. `provedAt` set = the site may map the holder for 15 minutes from then. */
export type FoundLink = {
  readonly buid: string;
  readonly site: string;
  readonly holderId: string;
  readonly kind: "pin" | "trusted";
  readonly sealed: Sealed;
  readonly returnTo: string | null;
  readonly pinTtlMs: number;
  readonly expiresAt: number;
  readonly provedAt: number | null;
  readonly endedAt: number | null;
};

const COLUMNS = `buid, site, holder_id AS holderId, kind, ${hexed("sealed")}, return_to AS returnTo, pin_ttl_ms AS pinTtlMs,
  expires_at AS expiresAt, proved_at AS provedAt, ended_at AS endedAt`;

/** The link of a buid's MAC, at `site` when one is given. */
export const findLink = (db: D1Database, buid: string, site: string | null): Promise<FoundLink | null> =>
  db
    .prepare(`SELECT ${COLUMNS} FROM login_links WHERE buid = ?1 AND (?2 IS NULL OR site = ?2)`)
    .bind(buid, site)
    .first<FoundLink>();

/** Spends a trusted link's token: single use, judged and marked in one statement. */
export const spendToken = (
  db: D1Database,
  spend: { readonly buid: string; readonly site: string; readonly token: string; readonly now: number },
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE login_links SET used_at = ?4 WHERE buid = ?1 AND site = ?2 AND token = ?3 AND kind = 'trusted'
         AND used_at IS NULL AND ended_at IS NULL AND expires_at > ?4 RETURNING ${COLUMNS}`,
    )
    .bind(spend.buid, spend.site, spend.token, spend.now);

/** From a batch's `RETURNING`; null = the statement changed nothing. */
export const readLinkRow = (results: readonly unknown[]): FoundLink | null => (results[0] as FoundLink | undefined) ?? null;

/** Ends what a holder could still come in by at one site or everywhere: unused links; with `proofs`, also the right to map, which an unlink had left to
 *  a link that it ended. */
export const endLinks = (
  db: D1Database,
  end: { readonly holderId: string; readonly site: string | null; readonly proofs: boolean; readonly now: number },
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE login_links SET ended_at = COALESCE(ended_at, ?3), proved_at = CASE WHEN ?4 THEN NULL ELSE proved_at END
       WHERE holder_id = ?1 AND (?2 IS NULL OR site = ?2) AND (ended_at IS NULL OR ?4 AND proved_at IS NOT NULL) RETURNING kind, used_at, expires_at`,
    )
    .bind(end.holderId, end.site, end.now, end.proofs ? 1 : 0);

/** Ends the codes that were not exchanged yet. */
export const endCodes = (
  db: D1Database,
  end: { readonly holderId: string; readonly site: string | null; readonly now: number },
): D1PreparedStatement =>
  db
    .prepare(
      "UPDATE codes SET used_at = ?3 WHERE holder_id = ?1 AND (?2 IS NULL OR site = ?2) AND used_at IS NULL AND expires_at > ?3 RETURNING code",
    )
    .bind(end.holderId, end.site, end.now);
