/** `POST /v1/authorize`: a site spends a proof. Which failure it was is told here, to the signed back-channel, and nowhere else:
 *  a browser that could tell a wrong PIN from an unknown buid could look for people. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type AuthorizeRefusal, authorize } from "../flows/login/authorize.ts";
import { siteCall } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { buidText, flag, idText, readUserId } from "./login-fields.ts";
import { json, problem } from "./problem.ts";

/** Either `code`, or `buid` and `pin` (with `txn` in a site-first login). `user_id` is who is signed in at the site, if anybody.
 *  Texts, numbers, "" and null are taken as senders of forms write them. */
export const authorizeBody = z.object({
  buid: z.optional(z.nullable(buidText)),
  pin: z.optional(z.nullable(z.union([z.string().check(z.maxLength(64)), z.int()]))),
  code: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(128)))),
  txn: z.optional(z.nullable(z.string().check(z.maxLength(64)))),
  user_id: z.optional(z.nullable(z.union([idText, z.literal("")]))),
  resend: z.optional(flag),
});

/** 403 with its reason for every proof that failed; 200 with one of the table's statuses otherwise. `resent: true` says that a new PIN is on its way. */
export const postAuthorize = siteCall(async (ctx, { site, body }) => {
  const parsed = parseJson(ctx, body, authorizeBody);
  if (!parsed.ok) return parsed.error;
  const { resend = false, buid = null, pin = null, code = null, txn = null } = parsed.value;
  const proof = code !== null ? { code } : buid !== null && pin !== null ? { buid, pin: pinText(pin), txn } : null;
  if (proof === null || (code !== null && pin !== null)) {
    const path = code !== null ? "code" : pin !== null ? "buid" : "pin";
    return invalidRequest(ctx, [{ path, message: "send either buid and pin, or code" }]);
  }
  const result = await authorize(ctx, { site, proof, userId: readUserId(parsed.value.user_id), resend });
  return result.ok ? json(result.value) : refusal(ctx, result.error.refusal, result.error.resent);
});

/** A PIN sent as a JSON number has lost its leading zeros; six digits is what a PIN has at least. */
const pinText = (pin: string | number): string =>
  typeof pin === "number" && pin >= 0 ? String(pin).padStart(6, "0") : String(pin);

function refusal(ctx: Context, why: AuthorizeRefusal, resent: boolean): Response {
  const told = resent ? { resent: true } : {};
  switch (why.reason) {
    case "pin_invalid":
      return problem(ctx, { status: 403, reason: why.reason, extra: { attempts_left: why.attemptsLeft, ...told } });
    case "pin_locked":
      return problem(ctx, {
        status: 403,
        reason: why.reason,
        retryAfterSeconds: why.retryAfterSeconds,
        extra: { attempts_left: why.attemptsLeft, ...told },
      });
    case "pin_expired":
    case "pin_used":
    case "pin_replaced":
    case "code_invalid":
      return problem(ctx, { status: 403, reason: why.reason, extra: told });
  }
}
