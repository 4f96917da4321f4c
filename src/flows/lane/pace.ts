/** The rate of a connection: never more requests in a sliding second than it allows, with nearly all of the allowance used.
 *  Every request holds a place for slightly more than the second (1 %), because what counts is the arrival at the vendor and the way there is not
 *  always equally long; the first requests after a pause open connections, arrive later and hold their place longer. Places are written down in
 *  the transaction that marks the request as out, so a killed process does not start with a fresh allowance. */

export type Pace = {
  /** Milliseconds until the next request may leave, 0 = now. */
  waitMs(perSecond: number | null, now: number): number;
  /** Takes a place; call only when `waitMs` is 0. */
  take(perSecond: number | null, now: number): void;
  /** A reply came: connections are warm. */
  answered(now: number): void;
};

const HOLD_MS = 1_010;
const COLD_EXTRA_MS = 50;
/** Idle connections are closed after about five seconds. */
const WARM_MS = 4_000;

export function openPace(sql: SqlStorage): Pace {
  /** Ends of held places, in order of taking. */
  let held = [...sql.exec<{ held_until: number }>("SELECT held_until FROM sends ORDER BY seq")].map((row) => row.held_until);
  let warmUntil = 0;
  let prunedAt = 0;
  const release = (now: number): void => {
    if (held.some((until) => until <= now)) held = held.filter((until) => until > now);
  };
  return {
    waitMs(perSecond, now) {
      if (perSecond === null) return 0;
      release(now);
      const places = Math.max(1, Math.floor(perSecond));
      if (held.length < places) return 0;
      const ends = held.toSorted((a, b) => a - b);
      return Math.max(1, (ends[held.length - places] ?? now) - now);
    },
    take(perSecond, now) {
      if (perSecond === null) return;
      const second = perSecond >= 1 ? HOLD_MS : HOLD_MS / perSecond;
      const until = Math.ceil(now + second + (now < warmUntil ? 0 : COLD_EXTRA_MS));
      held.push(until);
      sql.exec("INSERT INTO sends (held_until) VALUES (?1)", until);
      if (now - prunedAt > 2_000) {
        prunedAt = now;
        sql.exec("DELETE FROM sends WHERE held_until <= ?1", now);
      }
    },
    answered(now) {
      warmUntil = now + WARM_MS;
    },
  };
}
