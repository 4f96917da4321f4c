/** The rate of a connection: never more requests in a sliding second than it allows, as the vendor counts them, with nearly all of the allowance used.
 *  The vendor counts arrivals, and the way there is not always equally long: a busy process, a cold connection. A request arrived no later than its
 *  reply came back less the quickest way such a reply has ever taken, so its place is held a second from then; a steady vendor costs nothing by
 *  this, a request that was held up keeps its place as much longer. Until the reply comes the place is held for the longest wait, and that is what
 *  is written down, in the transaction that marks the request as out: a killed process does not start with a fresh allowance. */

/** `perSecond` null = the connection sets no rate; it is asked every time, because a saved configuration may change it while
 *  requests are out. */
export type Pace = {
  /** Milliseconds until the next request may leave, 0 = now. */
  waitMs(perSecond: number | null, now: number): number;
  /** Takes a place; call only when `waitMs` is 0. `kind` tells requests apart whose replies take different times. */
  take(perSecond: number | null, kind: string, now: number): Place;
  /** Takes a place for a request that is sent elsewhere and that somebody waits for: before all others. false = none fell free before `until`. */
  admit(perSecond: number, until: number, clock: () => number): Promise<boolean>;
};

/** One request's part of the allowance. A reply that never comes leaves it held for the longest wait and no longer. */
export type Place = {
  /** The reply came. */
  answered(now: number): void;
};

type Held = { until: number };
type Replies = { readonly since: number; readonly latencies: number[] };

const SLACK_MS = 3;
/** How much longer than its second a place is held at most. A vendor known to be quick that has not answered yet has perhaps not been reached yet;
 *  of a slow one the silence says nothing, and its requests have long arrived. */
const EXTRA_MS = { quick: 1_000, slow: 250 } as const;
const QUICK_MS = 250;
/** The quickest reply is looked for among this many, once there are enough of long enough a time: the first ones are slow on both ways, and a
 *  "quickest" learned while everything was slow frees places too early the moment it no longer is. */
const MEMORY = 500;
const ENOUGH = 25;
const LONG_ENOUGH_MS = 5_000;

/** A place may fall free earlier than it said. */
const LOOK_MS = 20;

const NO_PLACE: Place = { answered: () => undefined };

/** Below one request a second the distance itself is kept: one place, held for 1 / rate seconds. Fractions above one are cut, so 1.5 a second is 1. */
export function openPace(sql: SqlStorage): Pace {
  let held: Held[] = [...sql.exec<{ held_until: number }>("SELECT held_until FROM sends ORDER BY seq")].map((row) => ({
    until: row.held_until,
  }));
  const replies = new Map<string, Replies>();
  let prunedAt = 0;
  let guests = 0;
  const freeIn = (perSecond: number, now: number): number => {
    if (held.some(({ until }) => until <= now)) held = held.filter(({ until }) => until > now);
    const places = Math.max(1, Math.floor(perSecond));
    if (held.length < places) return 0;
    const ends = held.map(({ until }) => until).toSorted((a, b) => a - b);
    return Math.max(1, (ends[held.length - places] ?? now) - now);
  };
  const take = (perSecond: number, kind: string, now: number): Place => {
    const second = perSecond >= 1 ? 1_000 : Math.ceil(1_000 / perSecond);
    const known = replies.get(kind) ?? { since: now, latencies: [] };
    replies.set(kind, known);
    const place: Held = { until: now + second + extraOf(known, now) };
    held.push(place);
    const { seq } = sql.exec<{ seq: number }>("INSERT INTO sends (held_until) VALUES (?1) RETURNING seq", place.until).one();
    if (now - prunedAt > 2_000) {
      prunedAt = now;
      sql.exec("DELETE FROM sends WHERE held_until <= ?1", now);
    }
    return {
      answered(at) {
        const latency = at - now;
        known.latencies.push(latency);
        if (known.latencies.length > MEMORY) known.latencies.shift();
        place.until = now + second + latency - quickest(known, at) + SLACK_MS;
        sql.exec("UPDATE sends SET held_until = ?2 WHERE seq = ?1", seq, place.until);
      },
    };
  };
  return {
    waitMs(perSecond, now) {
      if (perSecond === null) return 0;
      return Math.max(freeIn(perSecond, now), guests > 0 ? LOOK_MS : 0);
    },
    take: (perSecond, kind, now) => (perSecond === null ? NO_PLACE : take(perSecond, kind, now)),
    async admit(perSecond, until, clock) {
      guests += 1;
      try {
        for (let now = clock(); now < until; now = clock()) {
          const wait = freeIn(perSecond, now);
          if (wait === 0) {
            take(perSecond, "admitted", now);
            return true;
          }
          await scheduler.wait(Math.min(wait, LOOK_MS));
        }
        return false;
      } finally {
        guests -= 1;
      }
    },
  };
}

const extraOf = (known: Replies, now: number): number => {
  const usual = quickest(known, now);
  return usual < QUICK_MS ? EXTRA_MS.quick : EXTRA_MS.slow;
};

/** Unknown counts as no time at all, which is safe and costs the rate that time. */
const quickest = ({ since, latencies }: Replies, now: number): number =>
  latencies.length < ENOUGH || now - since < LONG_ENOUGH_MS ? 0 : Math.min(...latencies);
