/** Digests of values we wrote to a platform. Kept a day: what comes back within it is an echo of ours. */

const ECHO_MS = 86_400_000;

/** The statement that remembers `digests` (they are keyed, not plain) as written by a delivery. */
export function rememberEchoes(db: D1Database, deliveryId: string, digests: readonly string[], now: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO echoes (hash, delivery_id, expires_at) SELECT value, ?1, ?2 FROM json_each(?3) WHERE TRUE
       ON CONFLICT (hash) DO UPDATE SET delivery_id = excluded.delivery_id, expires_at = excluded.expires_at`,
    )
    .bind(deliveryId, now + ECHO_MS, JSON.stringify(digests));
}

/** A delivery that never arrived has no echo. */
export function forgetEchoes(db: D1Database, deliveryId: string, digests: readonly string[]): D1PreparedStatement {
  return db
    .prepare("DELETE FROM echoes WHERE delivery_id = ?1 AND hash IN (SELECT value FROM json_each(?2))")
    .bind(deliveryId, JSON.stringify(digests));
}
