/** The one statement that counts a guess and judges it, and the ones that put a PIN on its seat.
 *  A guess costs an attempt whether right or wrong, paid in the statement that compares it, so two parallel guesses never share one; the holder's
 *  failures stand in the same row, so a new link or PIN cannot reset them. This is why PINs live in D1: KV has no conditional write.
 *  No RETURNING here: it costs D1 a second read of the row. `meta.changes` says whether the guess was evaluated, the read that follows in the same
 *  transaction says how it ended. */
import {
  FAILS_PER_HOLDER,
  FIRST_LOCK_MS,
  HOUR_MS,
  ISSUES_PER_HOUR,
  RESENDS_PER_HOUR,
  RESEND_AFTER_MS,
  TRIES_PER_PIN,
} from "../domain/pin.ts";

/** One try at a PIN, digested before it comes here: D1 sees neither the PIN nor the buid in plain. `now` in epoch ms. */
export type Guess = {
  readonly site: string;
  readonly buid: string;
  /** MAC of the transaction the guess is made in, "" outside one. */
  readonly txn: string;
  /** MACs of the guessed PIN, newest pepper first. */
  readonly macs: readonly string[];
  /** Digest that names this request as the winner. */
  readonly by: string;
  readonly now: number;
};

/** Path of a field of the seat of site ?2; site ids hold only letters, digits, `_` and `-`. */
const at = (field: string): string => `('$."' || ?2 || '".${field}')`;
const seat = (field: string): string => `seats ->> ${at(field)}`;
const NOW = "CAST(?6 AS INTEGER)";
const RIGHT = `${seat("pin")} IN (?4, ?5)`;
const LOCK = `MIN(${HOUR_MS}, ${FIRST_LOCK_MS} * (1 << MIN(7, MAX(0, (fails + 1) / ${TRIES_PER_PIN} - 1))))`;

/** Reads the link and the holder, writes the holder: 2 rows read, 1 written; nothing is written when the guess is not evaluated. */
export const redeem = (db: D1Database, { site, buid, txn, macs, by, now }: Guess): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE holders SET
         fails = CASE WHEN ${RIGHT} THEN 0 ELSE fails + 1 END,
         seats = json_set(seats,
           ${at("tries")}, ${seat("tries")} + 1,
           ${at("used")}, CASE WHEN ${RIGHT} THEN ${NOW} END,
           ${at("by")}, CASE WHEN ${RIGHT} THEN ?7 END,
           ${at("locked")}, CASE WHEN ${RIGHT} OR ${seat("tries")} + 1 < ${TRIES_PER_PIN} THEN ${seat("locked")} ELSE ${NOW} + ${LOCK} END)
       WHERE id = (SELECT holder_id FROM login_links WHERE buid = ?1 AND site = ?2 AND txn = ?3)
         AND ${seat("buid")} = ?1 AND ${seat("used")} IS NULL AND ${seat("until")} > ?6 AND ${seat("tries")} < ${TRIES_PER_PIN}
         AND ${seat("locked")} <= ?6 AND fails < ${FAILS_PER_HOLDER}`,
    )
    .bind(buid, site, txn, macs[0] ?? "", macs[1] ?? macs[0] ?? "", now, by);

/** A guess at a buid that is not of this site (or of another transaction) counts down in the same way and costs an equal write. */
export const countPhantom = (db: D1Database, { site, buid, txn, now }: Guess): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO phantom_guesses (buid, tries, locked, expires_at)
       SELECT ?1 || ?2, 1, 0, ?4 + 600000 WHERE NOT EXISTS (SELECT 1 FROM login_links WHERE buid = ?1 AND site = ?2 AND txn = ?3 AND kind = 'pin')
       ON CONFLICT (buid) DO UPDATE SET tries = tries + 1, locked = CASE WHEN tries + 1 >= ${TRIES_PER_PIN} THEN ?4 + ${FIRST_LOCK_MS} ELSE locked END
       WHERE tries < ${TRIES_PER_PIN}`,
    )
    .bind(buid, site, txn, now);

/** What a seat is filled with: `until` (epoch ms) is the end of this PIN, not of its link. */
export type NewPin = {
  readonly site: string;
  readonly buid: string;
  /** MAC by the newest pepper; null = the seat stays empty (a trusted link). */
  readonly mac: string | null;
  readonly until: number;
  readonly now: number;
};

const FRESH_SEAT = `json_object('buid', ?1, 'pin', ?3, 'until', CAST(?4 AS INTEGER), 'tries', 0, 'locked', 0, 'used', NULL, 'by', NULL)`;

/** A new link's PIN takes the seat of its site, so the earlier one is dead. At most 120 per hour and holder; failures stay.
 *  Returns the holder, or no row when the hour's allowance is spent. */
export const issueSeat = (db: D1Database, identityHash: string, { site, buid, mac, until, now }: NewPin): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE holders SET
         seats = CASE WHEN ?3 IS NULL THEN json_remove(seats, '$."' || ?2 || '"') ELSE json_set(seats, '$."' || ?2 || '"', ${FRESH_SEAT}) END,
         issues = CASE WHEN ?5 - issues_since >= ${HOUR_MS} THEN 1 ELSE issues + 1 END,
         issues_since = CASE WHEN ?5 - issues_since >= ${HOUR_MS} THEN ?5 ELSE issues_since END
       WHERE id = (SELECT holder_id FROM holder_identities WHERE hash = ?6) AND (issues < ${ISSUES_PER_HOUR} OR ?5 - issues_since >= ${HOUR_MS})
       RETURNING id, fails`,
    )
    .bind(buid, site, mac, until, now, identityHash);

/** A new PIN for a link that exists: one per 30 s counted from that link's last PIN, ten per hour and holder; failures stay. No row of the first
 *  = refused; the second notes the time when it was not. For one batch, next to each other. */
export const resendSeat = (db: D1Database, { site, buid, mac, until, now }: NewPin): D1PreparedStatement[] => [
  db
    .prepare(
      `UPDATE holders SET
         seats = json_set(seats, '$."' || ?2 || '"', ${FRESH_SEAT}),
         resends = CASE WHEN ?5 - resends_since >= ${HOUR_MS} THEN 1 ELSE resends + 1 END,
         resends_since = CASE WHEN ?5 - resends_since >= ${HOUR_MS} THEN ?5 ELSE resends_since END
       WHERE id = (SELECT holder_id FROM login_links WHERE buid = ?1 AND site = ?2 AND kind = 'pin' AND ended_at IS NULL AND expires_at > ?5
           AND ?5 - pin_at >= ${RESEND_AFTER_MS})
         AND fails < ${FAILS_PER_HOLDER} AND (resends < ${RESENDS_PER_HOUR} OR ?5 - resends_since >= ${HOUR_MS})
       RETURNING id`,
    )
    .bind(buid, site, mac, until, now),
  db.prepare("UPDATE login_links SET pin_at = ?2 WHERE buid = ?1 AND changes() > 0").bind(buid, now),
];

/** What a refused resend is told by: `live` = the link still takes PINs, `pinAt` = when it got the last one (epoch ms). */
export type ResendSeat = {
  readonly live: boolean;
  readonly fails: number;
  readonly pinAt: number;
  readonly resends: number;
  readonly resendsSince: number;
};

/** Read after a refused resend, to say why: the refusing statement itself tells nothing. */
export async function readResendSeat(
  db: D1Database,
  { site, buid, now }: { readonly site: string; readonly buid: string; readonly now: number },
): Promise<ResendSeat | null> {
  const row = await db
    .prepare(
      `SELECT l.pin_at AS pinAt, h.resends, h.resends_since AS resendsSince, h.fails, l.kind = 'pin' AND l.ended_at IS NULL AND l.expires_at > ?3 AS live
       FROM login_links AS l JOIN holders AS h ON h.id = l.holder_id WHERE l.buid = ?1 AND l.site = ?2`,
    )
    .bind(buid, site, now)
    .first<Omit<ResendSeat, "live"> & { live: number }>();
  return row && { ...row, live: row.live === 1 };
}

/** Ends the live PIN at one site, or at all of them and lifts the stop after a hundred failures. */
export const clearSeats = (db: D1Database, holderId: string, site: string | null): D1PreparedStatement =>
  site === null
    ? db.prepare("UPDATE holders SET seats = '{}', fails = 0 WHERE id = ?1").bind(holderId)
    : db.prepare(`UPDATE holders SET seats = json_remove(seats, '$."' || ?2 || '"') WHERE id = ?1`).bind(holderId, site);

/** Sites where the holder has a PIN that could still be used. */
export const liveSeats = (db: D1Database, holderId: string, site: string | null, now: number): D1PreparedStatement =>
  db
    .prepare(
      `SELECT s.key AS site FROM holders, json_each(holders.seats) AS s WHERE holders.id = ?1 AND (?2 IS NULL OR s.key = ?2)
         AND s.value ->> '$.used' IS NULL AND s.value ->> '$.until' > ?3 AND s.value ->> '$.tries' < ${TRIES_PER_PIN}`,
    )
    .bind(holderId, site, now);
