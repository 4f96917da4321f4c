/** `POST /v1/links/:buid/pin`: a new PIN for the same link, told to the bot that asks. */
import type { Context } from "../context.ts";
import { connectionOf } from "../domain/config.ts";
import { isBot } from "../domain/holder.ts";
import { buidMac } from "../flows/login/digests.ts";
import { type ResendRefusal, resendPin } from "../flows/login/resend-pin.ts";
import { findLink } from "../store/login-links.ts";
import { apiCall } from "./api-call.ts";
import { json, problem } from "./problem.ts";
import { type Routed, pathName } from "../lib/routed.ts";
import { iso } from "../lib/iso.ts";

/** 403 `pin_expired` or `pin_locked`, 404 also for a link without a PIN, 429 with the seconds to wait. The bot's act like `POST
 *  /v1/links`, but under the limits of every resend: the person is written to. */
export const postPin = (request: Routed, ctx: Context): Promise<Response> => {
  const buid = pathName(request, "buid") ?? "";
  return apiCall(isBot, async () => newPinFor(ctx, buid))(request, ctx);
};

/** 404 for a trusted link too: it has no PIN to replace. The old PIN ends when the new one is written. */
async function newPinFor(ctx: Context, buid: string): Promise<Response> {
  const link = await findLink(ctx.env.DB, await buidMac(ctx, buid), null);
  const site = connectionOf(ctx.config, link?.site, "site");
  if (!link || !site || link.kind === "trusted") return problem(ctx, { status: 404, reason: "not_found" });
  const resent = await resendPin(ctx, site, link);
  if (!resent.ok) return resendRefusal(ctx, resent.error);
  const { pin, pinExpiresAt, url, messages } = resent.value;
  return json({
    buid,
    url,
    pin,
    pin_expires_at: iso(pinExpiresAt),
    expires_at: iso(link.expiresAt),
    messages,
  });
}

function resendRefusal(ctx: Context, why: ResendRefusal): Response {
  switch (why.reason) {
    case "pin_expired":
    case "pin_locked":
      return problem(ctx, { status: 403, reason: why.reason });
    case "resend_too_soon":
    case "too_many_resends":
      return problem(ctx, { status: 429, reason: why.reason, retryAfterSeconds: why.retryAfterSeconds });
  }
}
