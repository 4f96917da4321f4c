/** Idempotency-Key of notify: the first call's delivery is every later call's answer. */

/** The delivery this key stands for: `deliveryId` when it is new, the earlier one when not; `same` = the content is the same too. */
export async function claimNotifyKey(
  db: D1Database,
  claim: {
    readonly key: string;
    readonly content: string;
    readonly deliveryId: string;
    readonly now: number;
    readonly expiresAt: number;
  },
): Promise<{ readonly deliveryId: string; readonly same: boolean }> {
  const row = await db
    .prepare(
      `INSERT INTO notify_keys (key, content, delivery_id, expires_at) VALUES (?1, ?2, ?3, ?5)
       ON CONFLICT (key) DO UPDATE SET
         content = CASE WHEN expires_at <= ?4 THEN excluded.content ELSE content END,
         delivery_id = CASE WHEN expires_at <= ?4 THEN excluded.delivery_id ELSE delivery_id END,
         expires_at = CASE WHEN expires_at <= ?4 THEN excluded.expires_at ELSE expires_at END
       RETURNING content, delivery_id`,
    )
    .bind(claim.key, claim.content, claim.deliveryId, claim.now, claim.expiresAt)
    .first<{ content: string; delivery_id: string }>();
  if (!row) throw new Error("notify: the key was not written");
  return { deliveryId: row.delivery_id, same: row.content === claim.content };
}
