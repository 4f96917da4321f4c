/** `POST /v1/notify`: a site writes to its user through the bot. Only to a holder, and never over a withdrawn consent. 202 is a
 *  promise to try: what became of it is in the delivery log. */
import * as z from "zod/mini";
import { HOLDER_TYPES } from "../domain/holder.ts";
import { type Notice, notify } from "../flows/login/notify.ts";
import { siteCall } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { buidText, idText, present, readUserId } from "./login-fields.ts";
import { json, problem } from "./problem.ts";

const scalar = z.union([z.string().check(z.maxLength(4_000)), z.number(), z.boolean(), z.null()]);
/** The first of `user_id`, `buid` and the messenger ids that is told names the addressee. `data` becomes the variables of the
 *  bot's block. */
export const notifyBody = z.object({
  user_id: z.optional(z.nullable(idText)),
  buid: z.optional(z.nullable(buidText)),
  telegram_id: z.optional(z.nullable(idText)),
  client_id: z.optional(z.nullable(idText)),
  lead_id: z.optional(z.nullable(idText)),
  person_id: z.optional(z.nullable(idText)),
  max_id: z.optional(z.nullable(idText)),
  vk_id: z.optional(z.nullable(idText)),
  message: z.optional(z.nullable(z.string().check(z.maxLength(4_000)))),
  event: z.optional(z.nullable(z.string().check(z.maxLength(200)))),
  data: z.optional(z.nullable(z.record(z.string().check(z.maxLength(100)), scalar))),
});
type NotifyBody = z.infer<typeof notifyBody>;

/** The longest message takes 24 KB from a backend that escapes every letter of it (`\u0416`), and its values come beside it. */
const MOST_BYTES = 64 * 1024;

/** 202: written, and on its way to the messenger. The same `Idempotency-Key` with the same body answers with the first delivery, with another 409. */
export const postNotify = siteCall(async (ctx, { site, body, request }) => {
  const parsed = parseJson(ctx, body, notifyBody);
  if (!parsed.ok) return parsed.error;
  const to = addressee(parsed.value);
  if (to === null) return invalidRequest(ctx, [{ path: "user_id", message: "one of user_id, buid or an id of a messenger" }]);
  const message = present(parsed.value.message);
  const event = present(parsed.value.event);
  if (message === null && event === null) return invalidRequest(ctx, [{ path: "message", message: "a message or an event" }]);
  const values = Object.entries(parsed.value.data ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)] as const],
  );
  const key = request.headers.get("idempotency-key")?.slice(0, 255) || null;
  const sent = await notify(ctx, {
    site,
    to,
    message,
    event,
    values: Object.fromEntries<string>(values),
    idempotencyKey: key,
    content: body,
  });
  if (sent.ok) return json({ id: sent.value }, 202);
  switch (sent.error.reason) {
    case "not_linked":
      return problem(ctx, { status: 404, reason: "not_linked" });
    case "consent_withdrawn":
      return problem(ctx, { status: 409, reason: "consent_withdrawn" });
    case "idempotency_conflict":
      return problem(ctx, {
        status: 409,
        reason: "idempotency_conflict",
        detail: "this Idempotency-Key was used for another request",
      });
  }
}, MOST_BYTES);

/** The site's own user first, then a link, then messengers from the strongest. */
function addressee(body: NotifyBody): Notice["to"] | null {
  const userId = readUserId(body.user_id);
  if (userId !== null) return { userId };
  if (body.buid) return { buid: body.buid };
  for (const type of HOLDER_TYPES) {
    const value = body[type];
    if (value) return { type, value };
  }
  return null;
}
