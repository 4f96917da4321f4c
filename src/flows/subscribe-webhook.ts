/** Asks a school to call us when something happens there (vendors.md §1.5). It is asked once by an operator, not by a rule: one address per event and
 *  developer key, and the vendor documents no way to list or remove them. */
import { subscribePlan } from "../connectors/getcourse/subscribe.ts";
import type { Context } from "../context.ts";
import type { ConnectionOf } from "../domain/config.ts";
import { newDeliveryId } from "../lib/ids.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { sendRequest } from "./send-request.ts";

/** The vendor's numbers of the event; `name` is our word for it where the body tells none (dialogs and help desk look the same). */
export type Subscription = { readonly object: number; readonly id: number; readonly name: string | null };

/** Err tells the vendor's reason, as a delivery's does. The address holds the newest token: of two live ones the first, as the console adds and keeps them. */
export async function subscribeWebhook(
  ctx: Context,
  school: ConnectionOf<"getcourse">,
  origin: string,
  event: Subscription,
): Promise<Result<"subscribed", { readonly missing: string } | { readonly reason: string }>> {
  const token = school.token?.[0];
  if (token === undefined || !school.dev_key) return err({ missing: token === undefined ? "token" : "dev_key" });
  const path = ["webhook", school.id, token, ...(event.name === null ? [] : [event.name])].map(encodeURIComponent).join("/");
  const now = ctx.clock();
  const person = { id: "", key: "", identifiers: [], traits: {} };
  const plan = subscribePlan({ connection: school, person, now }, `${origin}/${path}`, event);
  const options = { timeoutMs: school.timeout_ms, idempotencyKey: newDeliveryId(now), replay: false };
  const sent = await sendRequest(ctx, plan.request, options);
  if (!sent.sent) return err({ reason: sent.why });
  const verdict = plan.judge(sent.reply);
  return "reason" in verdict ? err({ reason: verdict.reason }) : ok("subscribed");
}
