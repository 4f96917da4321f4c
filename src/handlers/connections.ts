/** What an operator asks of one connection: a test event through the real pipeline, a subscription to a school's own webhooks. */
import * as z from "zod/mini";
import { isKind } from "../domain/config.ts";
import { sendTestEvent } from "../flows/send-test-event.ts";
import { subscribeWebhook } from "../flows/subscribe-webhook.ts";
import { operatorCall } from "./admin.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { originOf } from "./login-fields.ts";
import { json, problem } from "./problem.ts";

/** 202 with the event, which is a preview: it founds nobody, runs no rule and counts nowhere. */
export const postConnectionTest = operatorCall(async (ctx, { id }) => {
  const connection = ctx.config.connections.get(id);
  if (!connection) return problem(ctx, { status: 404, reason: "not_found" });
  const sent = await sendTestEvent(ctx, connection);
  if (!sent.ok) return problem(ctx, { status: 422, reason: "invalid_request", detail: sent.error.reason });
  return json({ id: sent.value.id, status: sent.value.outcome }, 202);
});

const eventNumber = z.int().check(z.gte(1), z.lte(999));
/** The vendor's own names and numbers; `event` goes into the address, for what does not say itself what it is. */
export const subscriptionBody = z.strictObject({
  event_object_id: eventNumber,
  event_id: eventNumber,
  event: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,100}$/, "letters, digits, _ and -"))),
});

/** 200 once the school has answered yes; 404 for any kind but GetCourse, 422 while a key or token is missing, 409 `vendor_refused` with its reason. */
export const postSubscription = operatorCall(async (ctx, { id, request }) => {
  const school = ctx.config.connections.get(id);
  if (!school || !isKind(school, "getcourse")) return problem(ctx, { status: 404, reason: "not_found" });
  const body = parseJson(ctx, await request.text(), subscriptionBody);
  if (!body.ok) return body.error;
  const { event_object_id: object, event_id: number, event: name = null } = body.value;
  const asked = await subscribeWebhook(ctx, school, originOf(ctx, request), { object, id: number, name });
  if (asked.ok) return json({ status: asked.value });
  return "missing" in asked.error
    ? invalidRequest(ctx, [{ path: `connections.${school.id}.${asked.error.missing}`, message: "required for a subscription" }])
    : problem(ctx, { status: 409, reason: "vendor_refused", title: "The vendor refused", detail: asked.error.reason });
});
