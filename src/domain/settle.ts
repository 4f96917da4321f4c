/** What becomes of a delivery after one attempt. Pure.
 *  Only an attempt whose outcome is known may be repeated when repeating would do the thing twice: a request that may have been applied without
 *  our learning of it (no reply, or a failure of the vendor's own machinery) ends as `unknown_outcome` for a person to look at. */
import { retryAfterMs, retryDelayMs } from "./backoff.ts";

/** A reply as the vendor's connector judged it; `next` plans have been followed by now. */
export type Judged =
  | { readonly outcome: "delivered" }
  | { readonly outcome: "retry"; readonly reason: string; readonly afterSeconds?: number }
  | { readonly outcome: "dead"; readonly reason: string };

/** One attempt and what is known around it. `schedule` are the seconds of the connection's `retry_seconds`; `now` in epoch ms,
 *  `random` in [0, 1). */
export type SettleInput = {
  readonly judged: Judged;
  /** HTTP status, 0 = no reply. */
  readonly status: number;
  readonly repeatable: boolean;
  /** Tries made, this one included. */
  readonly attempts: number;
  readonly schedule: readonly number[];
  readonly retryAfterSeconds: number | null;
  /** Cancelled while the request was out. */
  readonly cancelled: boolean;
  readonly now: number;
  readonly random: number;
};

/** `nextAt` is epoch ms. `dead` and `cancelled` are final for this generation; a replay starts another. */
export type Settlement =
  | { readonly state: "delivered" }
  | { readonly state: "dead" | "cancelled"; readonly reason: string }
  | { readonly state: "retrying"; readonly reason: string; readonly nextAt: number };

/** A cancel that arrives while a request is out cannot call it back: a known outcome wins, only a retry becomes `cancelled`. The vendor's
 *  `Retry-After` may lengthen the schedule's delay, never shorten it. */
export function settle(input: SettleInput): Settlement {
  const { judged } = input;
  if (judged.outcome === "delivered") return { state: "delivered" };
  if (judged.outcome === "dead") return { state: "dead", reason: judged.reason };
  if (!input.repeatable && outcomeIsUnknown(input.status)) return { state: "dead", reason: "unknown_outcome" };
  if (input.cancelled) return { state: "cancelled", reason: "cancelled" };
  const scheduled = retryDelayMs(input.schedule, input.attempts, input.random);
  if (scheduled === null) return { state: "dead", reason: judged.reason };
  const asked = Math.max(judged.afterSeconds ?? 0, input.retryAfterSeconds ?? 0);
  const delay = Math.max(scheduled, asked > 0 ? retryAfterMs(asked, input.random) : 0);
  return { state: "retrying", reason: judged.reason, nextAt: input.now + delay };
}

/** No reply, or a reply that says the vendor broke while working: it may have acted. */
export const outcomeIsUnknown = (status: number): boolean => status === 0 || status >= 500;
