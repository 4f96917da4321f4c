/** Counters for Analytics Engine, where it is bound: what was taken in and what became of what was sent, per connection and outcome. One data point
 *  holds a sum, because an invocation may write 250 of them and a lane sends more. Names and codes only; a count that is lost is no loss. */
import type { Env } from "../env.ts";

/** What counts are kept apart by. Words of ours and ids of connections: no value of a person, no word of a vendor. */
export type Counted = {
  readonly connection: string;
  /** What was done: the event's way in, or the action. */
  readonly action: string;
  readonly outcome: string;
  /** Code of the reason, "" when there is none. */
  readonly reason: string;
};

/** In memory between two writes; a process that dies loses it. */
export type Tally = {
  add(counted: Counted, tookMs: number): void;
  /** Writes the sums and starts anew. */
  tell(env: Pick<Env, "METRICS">): void;
};

const MOST_POINTS = 200;

/** `what` is the first blob: `intake` or `delivery`; the others are connection, action, outcome and reason, the doubles count and milliseconds. */
export function newTally(what: "intake" | "delivery"): Tally {
  const sums = new Map<string, { readonly counted: Counted; n: number; tookMs: number }>();
  return {
    add(counted, tookMs) {
      const key = Object.values(counted).join("\n");
      const sum = sums.get(key) ?? { counted, n: 0, tookMs: 0 };
      sum.n += 1;
      sum.tookMs += tookMs;
      if (sums.size < MOST_POINTS) sums.set(key, sum);
    },
    tell({ METRICS }) {
      for (const { counted, n, tookMs } of sums.values()) {
        const { connection, action, outcome, reason } = counted;
        METRICS?.writeDataPoint({
          indexes: [connection],
          blobs: [what, connection, action, outcome, reason],
          doubles: [n, tookMs],
        });
      }
      sums.clear();
    },
  };
}

/** A reason without its detail: the detail may hold a vendor's words. */
export const codeOf = (reason: string): string => (reason.split(":", 1)[0] ?? "").slice(0, 64);
