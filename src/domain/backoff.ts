/** When a failed delivery is tried again: the connection's own schedule, spread so that a thousand deliveries that failed together do not come
 *  back together. Pure: `random` in [0, 1) is passed in. */

/** The promise is ±20 %; a little less is used, because the wake-up itself costs milliseconds. */
const SPREAD = { from: 0.82, width: 0.35 } as const;

/** Milliseconds until the next try after `attempts` tries, or null when the schedule is used up. */
export function retryDelayMs(schedule: readonly number[], attempts: number, random: number): number | null {
  const seconds = schedule[attempts - 1];
  return seconds === undefined ? null : Math.round(seconds * 1_000 * (SPREAD.from + SPREAD.width * random));
}

/** A longer wait is a vendor's mistake, and a delivery must come back while its content is still kept. */
const LONGEST_SECONDS = 7 * 86_400;

/** What a vendor asked for is a floor, never undercut, up to a week; those it turned away together are spread over the next tenth (at most 30 s). */
export function retryAfterMs(asked: number, random: number): number {
  const seconds = Math.min(LONGEST_SECONDS, asked);
  return Math.ceil(seconds * 1_000 + Math.min(30_000, seconds * 100) * random);
}

/** Seconds of a `Retry-After` header: a number or an HTTP date (RFC 9110 §10.2.3); null when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}
