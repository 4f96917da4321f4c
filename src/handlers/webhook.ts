/** `/webhook` answers platforms and backends in JSON, `/postback` answers trackers and networks in a word of plain text; one pipeline behind both. */
import type { Context } from "../context.ts";
import { type DeliveryRefusal, type Received, receiveDelivery } from "../flows/receive-delivery.ts";
import { json, problem } from "./problem.ts";
import { refused as callerRefused } from "./refused.ts";
import { type Routed, pathName } from "../lib/routed.ts";

/** 202 accepted, 200 duplicate, preview or quarantined, 422 unparsable though stored. Never a 410, which ends Telegram's webhook after 23 hours
 *  (vendors.md §5.1), and never a 2xx before the durable write. */
export async function webhook(request: Routed, ctx: Context): Promise<Response> {
  const received = await receiveDelivery(ctx, request, addressOf(request));
  return received.ok ? webhookAnswer(ctx, received.value) : refusal(ctx, received.error);
}

/** Always 200 for what was stored: a tracker shows the word to a person at best, and none of them mends anything by repeating. */
export async function postback(request: Routed, ctx: Context): Promise<Response> {
  const received = await receiveDelivery(ctx, request, addressOf(request));
  return received.ok ? postbackAnswer(ctx, received.value) : refusal(ctx, received.error);
}

const addressOf = (request: Routed) => ({
  connection: pathName(request, "connection") ?? "",
  pathToken: pathName(request, "token"),
  pathEvent: pathName(request, "event"),
});

/** 202 = stored and to be bound; 200 = a duplicate, a preview, or stored and of no use (`quarantined`, with the field). 422 only
 *  for a body that cannot be read, 429 past the rate of the connection. */
function webhookAnswer(ctx: Context, received: Received): Response {
  const { id, outcome, cause, field } = received.answer;
  if (outcome === "limited") return tooMany(ctx, received);
  if (received.outcome === "unparsable") {
    return problem(ctx, { status: 422, reason: "unparsable", detail: received.detail, extra: { id } });
  }
  if (outcome === "accepted") return json({ id, status: outcome }, 202);
  if (outcome === "quarantined") return json({ id, status: outcome, cause, ...(field === null ? {} : { field }) });
  return json({ id, status: outcome });
}

/** 200 with a word, but past the rate: what is quarantined is stored and would be no better for being sent again. */
function postbackAnswer(ctx: Context, received: Received): Response {
  const { outcome, cause, field } = received.answer;
  if (outcome === "limited") return tooMany(ctx, received);
  if (received.outcome === "unparsable") return plain("QUARANTINED unparsable");
  if (outcome === "quarantined") return plain(["QUARANTINED", cause, field].filter(Boolean).join(" "));
  return plain(outcome === "duplicate" ? "DUPLICATE" : "OK");
}

const plain = (text: string): Response =>
  new Response(text, { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });

const tooMany = (ctx: Context, { answer }: Received): Response =>
  problem(ctx, { status: 429, reason: "rate_limited", retryAfterSeconds: answer.retryAfterSeconds ?? 1 });

/** The same for every intake address, whatever protocol it speaks otherwise: a stranger sees only ours. */
export const refusal = (ctx: Context, refused: DeliveryRefusal): Response =>
  refused.reason === "too_large"
    ? problem(ctx, { status: 413, reason: "too_large", detail: "at most 256 KiB" })
    : callerRefused(ctx, { reason: refused.reason });
