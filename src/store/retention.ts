/** Statements that forget. Each touches a bounded stretch, found by an index. */
const STRETCH = 1_000;

/** Raw deliveries written before `before`. */
export const forgetRaw = (db: D1Database, before: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE events SET raw = NULL WHERE id IN (SELECT id FROM events WHERE raw IS NOT NULL AND stored_at < ?1 ORDER BY stored_at LIMIT ${STRETCH})`,
    )
    .bind(before);

/** Payloads of events written before `before`, what was sent because of them, and what was sent then because of none; the rows stay and count. What
 *  still waits for its person keeps its payload as long: it is bound by that. */
export const forgetPayloads = (db: D1Database, before: number): D1PreparedStatement[] => {
  const due = `SELECT id FROM events WHERE facts IS NOT NULL AND stored_at < ?1 AND NOT EXISTS (SELECT 1 FROM parked WHERE event_id = events.id)
    ORDER BY stored_at LIMIT ${STRETCH}`;
  const own = `SELECT id FROM deliveries WHERE event_id = '' AND work IS NOT NULL AND seq < ?1 * 1000
    AND +status IN ('delivered', 'dead', 'cancelled') ORDER BY seq LIMIT ${STRETCH}`;
  return [
    `UPDATE attempts SET reply = NULL WHERE delivery_id IN (SELECT id FROM deliveries WHERE event_id IN (${due}))`,
    `UPDATE deliveries SET work = NULL, rendered = NULL, content = NULL WHERE event_id IN (${due}) AND +status IN ('delivered', 'dead', 'cancelled')`,
    `UPDATE events SET facts = NULL, raw = NULL, trace = NULL WHERE id IN (${due})`,
    `UPDATE attempts SET reply = NULL WHERE delivery_id IN (${own})`,
    `UPDATE deliveries SET work = NULL, rendered = NULL, content = NULL WHERE id IN (${own})`,
  ].map((sql) => db.prepare(sql).bind(before));
};

/** Whose time is over: waiting events (they stay unbound, of their day), echoes, and, settled before `old`, the memory of erased identifiers and
 *  problems. An open problem never goes, however old: nobody has looked at it yet. One that comes again after that is a new problem. */
export const forgetExpired = (db: D1Database, now: number, old: number): D1PreparedStatement[] => [
  db
    .prepare(
      `DELETE FROM parked WHERE (hash, event_id) IN (SELECT hash, event_id FROM parked WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ${STRETCH})`,
    )
    .bind(now),
  db.prepare(`DELETE FROM echoes WHERE hash IN (SELECT hash FROM echoes WHERE expires_at <= ?1 LIMIT ${STRETCH})`).bind(now),
  db
    .prepare(
      `DELETE FROM erased_identifiers WHERE hash IN (SELECT hash FROM erased_identifiers WHERE erased_at < ?1 ORDER BY erased_at LIMIT ${STRETCH})`,
    )
    .bind(old),
  db
    .prepare(
      `DELETE FROM problems WHERE id IN (SELECT id FROM problems WHERE resolved_at < ?1 ORDER BY resolved_at LIMIT ${STRETCH})`,
    )
    .bind(old),
];
