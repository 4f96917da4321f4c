/** One attempt: the request, what the vendor asks for next, the verdict, its consequence. Before every request the row is marked as out and the
 *  rate's place is taken, in one transaction; the Durable Object's output gate holds the request back until that is on disk. */
import type { Plan, Reply, Verdict } from "../../connectors/connector.ts";
import { withoutContacts } from "../../connectors/replies.ts";
import type { Context } from "../../context.ts";
import { afterFailure } from "../../domain/breaker.ts";
import { parseRetryAfter } from "../../domain/backoff.ts";
import type { Connection } from "../../domain/config.ts";
import type { WorkOrder } from "../../domain/delivery.ts";
import { maskSecrets } from "../../domain/mask-secrets.ts";
import { type Judged, type Settlement, outcomeIsUnknown, settle } from "../../domain/settle.ts";
import { MASK, maskBody } from "../../lib/mask.ts";
import { sendRequest } from "../send-request.ts";
import { codeOf } from "../tally.ts";
import { type Landed, closeBreaker, setBreaker } from "./conclude.ts";
import { type Ready, giveBack } from "./load-work.ts";
import { nextWay } from "./next-way.ts";
import { markFlying } from "./queue.ts";
import type { LaneState } from "./state.ts";

/** `budget_spent`: the platform allows this invocation no more requests; the row waits as if it had not been touched. */
export type Flown = Landed | "budget_spent";

/** Enough for the vendor's sentence; the rest of a reply says more about its template than about the failure. */
const REPLY_CHARS = 1_024;

type Answer = { readonly judged: Judged; readonly reply: Reply; readonly repeatable: boolean };

/** Never throws: a flight that fell over a mistake of ours would stay out, and hold up its line, until the next restart. Its request may have
 *  arrived, so it is not sent again by itself: it is dead where an operator sees it, and the line goes on. */
export async function fly(lane: LaneState, ctx: Context, connection: Connection, ready: Ready): Promise<Flown> {
  const { row } = ready;
  const at = ctx.clock();
  try {
    return await attempt(lane, ctx, connection, ready);
  } catch (failure) {
    const error = failure instanceof Error ? failure.name : "unknown";
    ctx.log("error", "lane.flight.threw", { connection: connection.id, delivery: row.id, error });
    const attempts = row.attempts + 1;
    const end = {
      connection: connection.id,
      settlement: { state: "dead", reason: ready.plan.repeatable === false ? "unknown_outcome" : "internal_error" },
      attempts,
      attempt: { n: attempts, at, status: 0, outcome: "interrupted" },
      rendered: ready.rendered,
      reply: null,
      now: ctx.clock(),
    } as const;
    return { row, end };
  }
}

/** One flight with what it means for the row, the circuit and the problem list. The circuit counts replies whose outcome nobody
 *  knows: a vendor that refuses in words is alive, and one that was not asked (`NO_REPLY`) is neither. */
async function attempt(lane: LaneState, ctx: Context, connection: Connection, ready: Ready): Promise<Flown> {
  const { row } = ready;
  const at = ctx.clock();
  const answer = await converse(lane, ctx, connection, ready);
  if (answer === "budget_spent") {
    giveBack(lane, row, ctx.clock());
    return "budget_spent";
  }
  const { judged, reply } = answer;
  const words = wordsOf(ctx, connection, ready.order, reply);
  const kept = words === "" ? null : await ctx.seal.seal(words);
  const now = ctx.clock();
  if (judged.outcome === "delivered" || !outcomeIsUnknown(reply.status)) closeBreaker(lane);
  else if (reply !== NO_REPLY) setBreaker(lane, afterFailure(lane.breaker, row.line, now));
  const attempts = row.attempts + 1;
  const settlement = settle({
    judged,
    status: reply.status,
    repeatable: answer.repeatable,
    attempts,
    schedule: connection.retry_seconds,
    retryAfterSeconds: parseRetryAfter(reply.headers["retry-after"], now),
    cancelled: lane.inHand.get(row.seq)?.cancelled ?? false,
    now,
    random: Math.random(),
  });
  const next = settlement.state === "dead" ? await nextWay(ctx, row, ready.order) : null;
  tellAttempt(ctx, ready, { connection: connection.id, settlement, status: reply.status, tookMs: now - at });
  const end = {
    connection: connection.id,
    settlement,
    next,
    attempts,
    attempt: { n: attempts, at, status: reply.status, outcome: reply.failure ?? judged.outcome } as const,
    rendered: row.attempts === 0 ? ready.rendered : null,
    reply: kept,
    now,
  };
  return { row, end };
}

/** Requests and replies until the vendor's word is final, or until an operator or an erasure takes it back between two of them. */
async function converse(lane: LaneState, ctx: Context, connection: Connection, ready: Ready): Promise<Answer | "budget_spent"> {
  const perSecond = connection.rate?.per_second ?? null;
  const { seq, attempts } = ready.row;
  let plan: Plan = ready.plan;
  for (let step = 1; ; step += 1) {
    const repeatable = plan.repeatable !== false;
    // No await in between: one transaction.
    markFlying(lane.sql, { seq, attempts: attempts + 1, repeatable, rendered: ready.rendered });
    const place = lane.pace.take(perSecond, `${ready.row.action}#${step}`, ctx.clock());
    const sent = await sendRequest(ctx, plan.request, {
      timeoutMs: connection.timeout_ms,
      idempotencyKey: ready.row.id,
      replay: ready.order.replay,
    });
    if (!sent.sent) {
      if (sent.why === "budget_spent") return "budget_spent";
      return { judged: { outcome: "dead", reason: sent.why }, reply: NO_REPLY, repeatable: true };
    }
    if (sent.reply.status > 0) place.answered(ctx.clock());
    const verdict = judge(ctx, connection, plan, sent.reply);
    if (verdict.outcome !== "next") return { judged: masked(connection, ready.order, verdict), reply: sent.reply, repeatable };
    plan = verdict.plan;
    for (let wait = lane.pace.waitMs(perSecond, ctx.clock()); wait > 0; wait = lane.pace.waitMs(perSecond, ctx.clock())) {
      await scheduler.wait(wait);
    }
    const hand = lane.inHand.get(seq);
    if (hand?.cancelled || hand?.forgotten)
      return { judged: { outcome: "retry", reason: "cancelled" }, reply: sent.reply, repeatable };
  }
}

const NO_REPLY: Reply = { status: 0, headers: {}, body: "", failure: null };

/** What of a reply may be kept and shown. Telegram answers with the very message it took; a pseudonymous workspace keeps no contact. */
function wordsOf(ctx: Context, connection: Connection, order: WorkOrder, { body }: Reply): string {
  const words = blotted(order, maskBody(maskSecrets(connection, body))).slice(0, 2 * REPLY_CHARS);
  return (ctx.config.workspace.privacy === "pseudonymous" ? withoutContacts(words) : words).slice(0, REPLY_CHARS);
}

const blotted = ({ hide }: WorkOrder, text: string): string => (hide === undefined ? text : text.replaceAll(hide, MASK));

/** A judge that throws met a reply nobody foresaw: it may be better next time, and it must not stop the lane. */
function judge(ctx: Context, connection: Connection, plan: Plan, reply: Reply): Verdict {
  try {
    return plan.judge(reply);
  } catch (failure) {
    ctx.log("error", "delivery.judge.threw", {
      connection: connection.id,
      error: failure instanceof Error ? failure.name : "unknown",
    });
    return { outcome: "retry", reason: "unreadable_reply" };
  }
}

/** The vendor may repeat our own secret or our message in its reason, and a reason is shown and kept in the clear. */
const masked = (connection: Connection, order: WorkOrder, judged: Judged): Judged =>
  judged.outcome === "delivered"
    ? judged
    : { ...judged, reason: blotted(order, maskSecrets(connection, judged.reason)).slice(0, 500) };

type Told = {
  readonly connection: string;
  readonly settlement: Settlement;
  readonly status: number;
  readonly tookMs: number;
};

/** One line of log: the vendor's words stay sealed beside the attempt. */
function tellAttempt(ctx: Context, { row }: Ready, { connection, settlement, status, tookMs }: Told): void {
  const reason = settlement.state === "delivered" ? null : codeOf(settlement.reason);
  const fields = { connection, delivery: row.id, action: row.action, outcome: settlement.state, reason, status, took_ms: tookMs };
  ctx.log(settlement.state === "dead" ? "warn" : "info", "delivery.attempt", fields);
}
