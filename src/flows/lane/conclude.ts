/** Writing down what became of a row: queue and outcome in one transaction, so that neither a crash nor a mistake can tell one
 *  without the other. D1 is told later, out of the outbox, and may be told twice. A dead delivery raises one problem a connection
 *  and kind of reason, unless its words go on by another way for the first time. */
import type { Context } from "../../context.ts";
import { CLOSED } from "../../domain/breaker.ts";
import type { Settlement } from "../../domain/settle.ts";
import type { AttemptTold } from "../../store/delivery-outcomes.ts";
import type { Continuation } from "../../store/continuations.ts";
import type { NewProblem } from "../../store/problems.ts";
import { codeOf } from "../tally.ts";
import { postpone, settleRow, type WorkRow } from "./queue.ts";
import { setMark } from "./schema.ts";
import type { LaneState } from "./state.ts";
import type { Breaker } from "../../domain/breaker.ts";

/** `attempt: null` = nothing was sent; `rendered` and `reply` are sealed. */
export type Conclusion = {
  readonly connection: string;
  readonly settlement: Settlement;
  readonly attempts: number;
  readonly attempt: AttemptTold | null;
  readonly rendered: ArrayBuffer | null;
  readonly reply: ArrayBuffer | null;
  /** Raised besides the `delivery` problem of every dead one. */
  readonly problem?: NewProblem;
  /** Where the words of a dead delivery go on; then nothing is lost that an operator should see to. */
  readonly next?: Continuation | null;
  readonly now: number;
};

/** A flight that came back, before it is written down. */
export type Landed = { readonly row: WorkRow; readonly end: Conclusion };

/** Does nothing for a row that was forgotten while it was in hand: its end is written already. */
export function conclude(lane: LaneState, row: WorkRow, end: Conclusion): void {
  const { now, next = null } = end;
  const hand = lane.inHand.get(row.seq);
  if (hand?.forgotten) {
    lane.inHand.delete(row.seq);
    return;
  }
  // Cancelled after the reply was judged.
  const settlement = hand?.cancelled && end.settlement.state === "retrying" ? CANCELLED : end.settlement;
  const told = {
    attempt: end.attempt,
    state: settlement.state,
    reason: settlement.state === "delivered" ? null : settlement.reason,
    attempts: end.attempts,
    nextAt: settlement.state === "retrying" ? settlement.nextAt : null,
    settledAt: settlement.state === "retrying" ? null : now,
    // The next messenger of what is sent again may have refused already: then it does not go on (`continueDelivery`).
    problem:
      settlement.state === "dead" && (next === null || row.generation > 0)
        ? (end.problem ?? deadProblem(end.connection, settlement.reason, now))
        : null,
    next,
    unwritten: settlement.state === "dead" || settlement.state === "cancelled" ? row.echoes : [],
  };
  lane.storage.transactionSync(() => {
    if (settlement.state === "retrying") postpone(lane.sql, row.seq, end.attempts, settlement.nextAt);
    else settleRow(lane.sql, row, now);
    lane.outbox.record(row, told, end, now);
  });
  lane.inHand.delete(row.seq);
  count(lane, row, { ...end, settlement });
}

/** A flight that came back. One that cannot be written down as it is would stay out, and hold up its line, until the next restart: it is dead where
 *  an operator sees it, without its words, and the line goes on. */
export function land(lane: LaneState, ctx: Context, { row, end }: Landed): void {
  try {
    conclude(lane, row, end);
  } catch (failure) {
    ctx.log("error", "lane.landing.threw", { connection: end.connection, delivery: row.id, error: String(failure) });
    // Whatever was told for good may have been taken: a recovery leaves it alone.
    const reason = end.settlement.state === "retrying" ? "internal_error" : "unknown_outcome";
    conclude(lane, row, { ...end, settlement: { state: "dead", reason }, rendered: null, reply: null, next: null });
  }
}

const CANCELLED = { state: "cancelled", reason: "cancelled" } as const;

/** Codes only: a reason's detail is the vendor's words and belongs to no metric. */
function count({ tally }: LaneState, { action }: WorkRow, { connection, settlement, attempt, now }: Conclusion): void {
  const reason = settlement.state === "delivered" ? "" : codeOf(settlement.reason);
  tally.add({ connection, action, outcome: settlement.state, reason }, attempt === null ? 0 : now - attempt.at);
}

/** One problem per connection and kind of reason; a reason's detail follows its code after a colon. */
const deadProblem = (connection: string, reason: string, now: number): NewProblem => {
  const cause = codeOf(reason);
  return { kind: "delivery", dedupe: `${connection}:${cause}`, cause, connection, at: now };
};

/** Keeps the circuit's new state; that it is open outlives the process. */
export function setBreaker(lane: LaneState, next: Breaker): void {
  const was = lane.breaker.openUntil !== null;
  lane.breaker = next;
  const open = next.openUntil !== null;
  if (was !== open) setMark(lane.sql, "circuit", open ? "open" : null);
}

/** Any sign of life closes it; written down only when there is something to change. */
export function closeBreaker(lane: LaneState): void {
  if (lane.breaker.failures > 0 || lane.breaker.openUntil !== null) setBreaker(lane, CLOSED);
}
