/** The circuit of one connection. A vendor that is down fails everybody alike: once enough different people's deliveries failed in a row for
 *  want of the vendor, nothing is sent but one probe at a time, so a long outage does not use up the tries of everyone who waits.
 *  One person's failures never open it (five different lines are needed), and any reply that shows the vendor alive closes it. Pure. */

/** Lives in the lane's memory; only that it is open outlives a restart, which then probes at once. */
export type Breaker = {
  /** Infrastructure failures since the vendor was last alive. */
  readonly failures: number;
  /** The different lines among them, as many as matter. */
  readonly lines: readonly string[];
  /** Failed probes in a row. */
  readonly level: number;
  /** Epoch ms before which nothing is sent; null = closed. */
  readonly openUntil: number | null;
};

/** Both are needed: ten failures of one bad payload are the payload's fault, one failure each of five people may be chance. */
const FAILURES_TO_OPEN = 10;
const LINES_TO_OPEN = 5;
const FIRST_PROBE_MS = 1_000;
/** The ceiling is what people wait at most once the vendor is back. */
const LAST_PROBE_MS = 15_000;

/** Also what a success leads to: one reply that shows the vendor alive forgets all failures. */
export const CLOSED: Breaker = { failures: 0, lines: [], level: 0, openUntil: null };

/** A circuit that was open when the process ended: probe at once, since the world may have changed. */
export const reopened = (now: number): Breaker => ({ ...CLOSED, openUntil: now });

/** The vendor did not answer, or answered that it is broken. */
export function afterFailure(breaker: Breaker, line: string, now: number): Breaker {
  const failures = breaker.failures + 1;
  const lines = breaker.lines.includes(line) || breaker.lines.length >= LINES_TO_OPEN ? breaker.lines : [...breaker.lines, line];
  if (breaker.openUntil !== null) {
    // Requests that left before it opened come back failing too; only a probe, sent after `openUntil`, says something new.
    if (now < breaker.openUntil) return { ...breaker, failures, lines };
    const level = breaker.level + 1;
    return { failures, lines, level, openUntil: now + probeDelayMs(level) };
  }
  const opens = failures >= FAILURES_TO_OPEN && lines.length >= LINES_TO_OPEN;
  return { failures, lines, level: 0, openUntil: opens ? now + probeDelayMs(0) : null };
}

/** How many requests may be out at once: the connection's cap, one probe, or none. */
export function allowedInFlight(breaker: Breaker, cap: number, now: number): number {
  if (breaker.openUntil === null) return cap;
  return now < breaker.openUntil ? 0 : 1;
}

const probeDelayMs = (level: number): number => Math.min(LAST_PROBE_MS, Math.round(FIRST_PROBE_MS * 1.5 ** level));
