/** Operator API: the delivery log and what can be done about it. The log is D1's, which hears of outcomes in bundles; what is to
 *  be done is done by the lane, which knows what is out. So a list may be some moments old, while the answer of a replay or a
 *  cancellation is true when it is given. */
import * as z from "zod/mini";
import { RECOVER_PER_SECOND } from "../domain/delivery.ts";
import { silencedConnections } from "../flows/bind/deliveries.ts";
import { cancelDelivery } from "../flows/cancel-delivery.ts";
import { recoverDead } from "../flows/recover-dead.ts";
import { replayDelivery } from "../flows/replay-delivery.ts";
import { attemptsOf, findDelivery, listDeliveries } from "../store/deliveries.ts";
import { countDead } from "../store/replays.ts";
import { operatorCall } from "./admin.ts";
import { deliveryFilter, nextCursor } from "./delivery-filter.ts";
import { deliveriesView } from "./delivery-view.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { json, problem } from "./problem.ts";
import { iso } from "../lib/iso.ts";

/** Newest first, 50 or `limit` up to 200, each with all its attempts. */
export const getDeliveries = operatorCall(async (ctx, { query }) => {
  const filter = deliveryFilter(query);
  if (!filter.ok) return invalidRequest(ctx, filter.error);
  const { limit } = filter.value;
  const rows = await listDeliveries(ctx.env.DB, { ...filter.value, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const attempts = await attemptsOf(
    ctx.env.DB,
    page.map(({ id }) => id),
  );
  return json({ items: await deliveriesView(ctx, page, attempts), next_cursor: rows.length > limit ? nextCursor(page) : null });
});

/** As D1 knows it: a lane tells its outcomes in bundles, so a reply may be some moments older than its row. */
export const getDelivery = operatorCall(async (ctx, { id }) => {
  const row = await findDelivery(ctx.env.DB, id);
  if (!row) return problem(ctx, { status: 404, reason: "not_found" });
  const [view] = await deliveriesView(ctx, [row], await attemptsOf(ctx.env.DB, [row.id]));
  return json(view);
});

/** 202 with the generation on its way; a second press within two seconds gets the same one. */
export const postReplay = operatorCall(async (ctx, { id }) => {
  const replayed = await replayDelivery(ctx, id);
  if (replayed.ok) return json({ id, generation: replayed.value.generation, status: "queued" }, 202);
  switch (replayed.error) {
    case "not_found":
      return problem(ctx, { status: 404, reason: "not_found" });
    case "not_settled":
      return problem(ctx, { status: 409, reason: "not_settled", detail: "the delivery is still being tried; cancel it first" });
    case "content_gone":
      return problem(ctx, { status: 409, reason: "content_gone", detail: "the content was erased or has expired" });
    case "consent_withdrawn":
      return problem(ctx, { status: 409, reason: "consent_withdrawn" });
  }
});

/** 202 instead of 200 when a request is out and may still arrive. */
export const postCancel = operatorCall(async (ctx, { id }) => {
  const cancelled = await cancelDelivery(ctx, id);
  if (cancelled.ok) {
    const done = cancelled.value.status === "cancelled";
    const detail = "a request is out; it will not be tried again";
    return done ? json({ id, status: "cancelled" }) : json({ id, status: cancelled.value.status, detail }, 202);
  }
  switch (cancelled.error) {
    case "not_found":
      return problem(ctx, { status: 404, reason: "not_found" });
    case "already_settled":
      return problem(ctx, { status: 409, reason: "already_settled" });
  }
});

/** `since` is about when deliveries died, with an offset, since a local time would mean another hour to the gateway. `per_second`
 *  may be below one. */
export const recoverBody = z.object({
  connection: z.string().check(z.minLength(1)),
  since: z.iso.datetime({ offset: true }),
  per_second: z.optional(z.number().check(z.gt(0), z.lte(1_000))),
});

/** While a recovery of the connection runs, its own parameters are answered and the new ones are not taken. */
export const postRecover = operatorCall(async (ctx, { request }) => {
  const body = parseJson(ctx, await request.text(), recoverBody);
  if (!body.ok) return body.error;
  const { connection, since: text, per_second: perSecond = RECOVER_PER_SECOND } = body.value;
  if (!ctx.config.connections.has(connection)) {
    return invalidRequest(ctx, [{ path: "connection", message: "no such connection" }]);
  }
  const since = Date.parse(text);
  const until = ctx.clock();
  const matched = await countDead(ctx.env.DB, { connection, silenced: silencedConnections(ctx), since, until });
  const job = await recoverDead(ctx, connection, { since, until, perSecond });
  const answer = {
    id: job.id,
    connection,
    since: iso(job.since),
    per_second: job.perSecond,
    deliveries: matched,
    replayed: job.replayed,
    status: job.finishedAt === null ? "running" : "finished",
  };
  return json(answer, 202);
});
