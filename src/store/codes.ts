/** Codes that the edge page hands over: each is exchanged once, within 60 s, by the site it was made for. */

/** A code for a trusted link that was just spent by this request. */
export const insertTrustedCode = (
  db: D1Database,
  code: { readonly code: string; readonly buid: string; readonly site: string; readonly token: string; readonly now: number },
  expiresAt: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO codes (code, site, buid, holder_id, method, expires_at)
       SELECT ?1, site, buid, holder_id, 'trusted_link', ?6 FROM login_links
       WHERE buid = ?2 AND site = ?3 AND token = ?4 AND used_at = ?5 AND changes() > 0`,
    )
    .bind(code.code, code.buid, code.site, code.token, code.now, expiresAt);

/** Spends a code in one statement; no row = unknown, used, expired or another site's. */
export const spendCode = (db: D1Database, code: string, site: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE codes SET used_at = ?3 WHERE code = ?1 AND site = ?2 AND used_at IS NULL AND expires_at > ?3 RETURNING buid, holder_id AS holderId, method`,
    )
    .bind(code, site, now);

/** After `spendCode` in the same batch: a PIN's code lets the site map the holder for 15 minutes. */
export const settleCode = (db: D1Database, code: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE login_links SET proved_at = ?2 WHERE changes() > 0 AND buid = (SELECT buid FROM codes WHERE code = ?1 AND method = 'pin')`,
    )
    .bind(code, now);

/** `method` decides what the site may do next: only a PIN proves the holder anew, a trusted link does not let it map. */
export type SpentCode = { readonly buid: string; readonly holderId: string; readonly method: "pin" | "trusted_link" };

/** From the result of the spending statement; null = nothing was spent. */
export const readSpentCode = (results: readonly unknown[]): SpentCode | null => (results[0] as SpentCode | undefined) ?? null;
