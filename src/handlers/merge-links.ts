/** `POST /v1/merge-links`: a link by which a second messenger proves that it is the same human. */
import * as z from "zod/mini";
import { isBot, readIdentities } from "../domain/holder.ts";
import { soleMessenger } from "../domain/login-url.ts";
import { reported } from "../flows/login/identify-holder.ts";
import { issueMergeLink } from "../flows/login/merge-links.ts";
import { apiCall } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { NO_ACCOUNT, identityFields } from "./login-fields.ts";
import { json } from "./problem.ts";
import { iso } from "../lib/iso.ts";

/** `connection` is the second messenger's bot, whose report of a start will be the proof. */
export const mergeLinkBody = z.object({
  ...identityFields,
  to: z.enum(["max", "vk", "telegram"]),
  connection: z.string().check(z.maxLength(64)),
});

/** 201 with the address that opens the second messenger; the token in it is for one account and a day. */
export const postMergeLink = apiCall(isBot, async (ctx, call) => {
  const parsed = parseJson(ctx, call.body, mergeLinkBody);
  if (!parsed.ok) return parsed.error;
  const bot = call.caller.connection;
  const to = ctx.config.connections.get(parsed.value.connection);
  if (!to || !isBot(to))
    return invalidRequest(ctx, [{ path: "connection", message: "name the second messenger's bot connection" }]);
  const sole = soleMessenger(to);
  if (sole !== null && sole !== parsed.value.to)
    return invalidRequest(ctx, [{ path: "to", message: `the bot of this connection is in ${sole} only` }]);
  const identities = readIdentities(bot, parsed.value);
  const issued = await reported(() => issueMergeLink(ctx, { bot, identities, profile: null, messenger: parsed.value.to, to }));
  if (issued.ok) {
    const { url, token, expiresAt } = issued.value;
    return json({ url, token, expires_at: iso(expiresAt) }, 201);
  }
  return issued.error.reason === "bot_unnamed"
    ? invalidRequest(ctx, [{ path: "connection", message: "its configuration does not tell the bot's public name" }])
    : invalidRequest(ctx, [NO_ACCOUNT]);
});
