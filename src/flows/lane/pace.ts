/** The rate of a connection: never more requests in a sliding second than it allows, as the vendor counts them, with nearly all of the allowance used.
 *  The vendor counts arrivals, and the way there is not always equally long: a busy process, a cold connection. A request arrived no later than its
 *  reply came back less the quickest way such a reply has ever taken, so its place is held a second from then; a steady vendor costs nothing by
 *  this, a request that was held up keeps its place as much longer. Until the reply comes the place is held for the longest time, and that is what
 *  is written down, in the transaction that marks the request as out: a killed process does not start with a fresh allowance. */

export type Pace = {
  /** Milliseconds until the next request may leave, 0 = now. */
  waitMs(perSecond: number | null, now: number): number;
  /** Takes a place; call only when `waitMs` is 0. `kind` tells requests apart whose replies take different times. */
  take(perSecond: number | null, kind: string, now: number): Place;
};

export type Place = {
  /** The reply came. */
  answered(now: number): void;
};

type Held = { readonly at: number; until: number };

const SLACK_MS = 3;
/** A place is never held longer than this beyond its second: a request that hangs has long arrived. */
const LONGEST_EXTRA_MS = 250;
/** The quickest reply is looked for among this many, once there are enough: the first ones are slow on both ways. */
const MEMORY = 50;
const ENOUGH = 25;

const NO_PLACE: Place = { answered: () => undefined };

export function openPace(sql: SqlStorage): Pace {
  let held: Held[] = [...sql.exec<{ held_until: number }>("SELECT held_until FROM sends ORDER BY seq")].map((row) => ({
    at: 0,
    until: row.held_until,
  }));
  const latencies = new Map<string, number[]>();
  let prunedAt = 0;
  return {
    waitMs(perSecond, now) {
      if (perSecond === null) return 0;
      if (held.some(({ until }) => until <= now)) held = held.filter(({ until }) => until > now);
      const places = Math.max(1, Math.floor(perSecond));
      if (held.length < places) return 0;
      const ends = held.map(({ until }) => until).toSorted((a, b) => a - b);
      return Math.max(1, (ends[held.length - places] ?? now) - now);
    },
    take(perSecond, kind, now) {
      if (perSecond === null) return NO_PLACE;
      const second = perSecond >= 1 ? 1_000 : Math.ceil(1_000 / perSecond);
      const place: Held = { at: now, until: now + second + LONGEST_EXTRA_MS };
      held.push(place);
      sql.exec("INSERT INTO sends (held_until) VALUES (?1)", place.until);
      if (now - prunedAt > 2_000) {
        prunedAt = now;
        sql.exec("DELETE FROM sends WHERE held_until <= ?1", now);
      }
      return {
        answered(at) {
          const latency = at - now;
          const extra = latency - quickest(latencies, kind, latency) + SLACK_MS;
          place.until = Math.min(place.until, now + second + extra);
        },
      };
    },
  };
}

/** The quickest of the latest replies; unknown counts as no time at all, which is exact and costs the rate that time. */
function quickest(latencies: Map<string, number[]>, kind: string, latency: number): number {
  const known = latencies.get(kind) ?? [];
  latencies.set(kind, [...known, latency].slice(-MEMORY));
  return known.length < ENOUGH ? 0 : Math.min(latency, ...known);
}
