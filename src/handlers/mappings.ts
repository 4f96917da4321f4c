/** `/v1/mappings`: a site links, looks up and unlinks its users; a bot looks up and, where the site allows it, registers. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type ConnectionOf, isKind } from "../domain/config.ts";
import { isBot, readIdentities } from "../domain/holder.ts";
import { buidMac, hashIdentities, userHash } from "../flows/login/digests.ts";
import { reported } from "../flows/login/identify-holder.ts";
import { type MappingConflict, linkAccount } from "../flows/login/link-account.ts";
import { registerThroughBot } from "../flows/login/register-through-bot.ts";
import { unlinkAccount } from "../flows/login/unlink-account.ts";
import { findHolder } from "../store/holders.ts";
import { findLink } from "../store/login-links.ts";
import { type Mapping, findMappings } from "../store/mappings.ts";
import { type ApiCall, apiCall, isSite, siteCall } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import {
  NO_ACCOUNT,
  NO_SITE,
  buidText,
  idText,
  identityFields,
  looseText,
  originOf,
  present,
  readUserId,
  siteFor,
} from "./login-fields.ts";
import { json, problem } from "./problem.ts";
import { iso } from "../lib/iso.ts";

/** `on_conflict` left out asks first: a conflict is then an answer and changes nothing. */
export const mappingBody = z.object({
  buid: buidText,
  user_id: idText,
  on_conflict: z.optional(z.nullable(z.enum(["keep", "relink"]))),
});
/** A bot's: whom it has in front of it, and which user of the site that human has become. */
export const registerBody = z.object({ ...identityFields, site: looseText(64), user_id: idText });

/** Either is enough; both, as long as they mean one holder. */
export const unlinkBody = z.object({ buid: z.optional(z.nullable(buidText)), user_id: z.optional(z.nullable(idText)) });

const NO_USER = { path: "user_id", message: "names no user" };

const either = (connection: Parameters<typeof isBot>[0]): boolean => isBot(connection) || isSite(connection);

/** One address for two callers with two rights: a site maps whoever has just passed a PIN of its own, a bot only registers where
 *  nobody is mapped. 201 for a new mapping, 200 for what was there or was resolved, 403 `proof_required`, 409 `conflict`. */
export const postMapping = apiCall(either, (ctx, call) =>
  isKind(call.caller.connection, "site") ? linkForSite(ctx, call, call.caller.connection) : registerForBot(ctx, call),
);

/** The right comes from the buid: its PIN was entered in the last 15 minutes. 403 otherwise, a trusted link included. */
async function linkForSite(ctx: Context, call: ApiCall, site: ConnectionOf<"site">): Promise<Response> {
  const parsed = parseJson(ctx, call.body, mappingBody);
  if (!parsed.ok) return parsed.error;
  const { buid, on_conflict: onConflict } = parsed.value;
  const userId = readUserId(parsed.value.user_id);
  if (userId === null) return invalidRequest(ctx, [NO_USER]);
  const wish = { site, buid, userId, onConflict: onConflict ?? null, origin: originOf(ctx, call.request) };
  const result = await linkAccount(ctx, wish);
  if (result.ok) return json({ status: result.value }, result.value === "linked" ? 201 : 200);
  return result.error.reason === "conflict"
    ? conflict(ctx, result.error)
    : problem(ctx, { status: 403, reason: result.error.reason });
}

/** 409 `conflict` tells a bot nothing of whom the user belongs to: that is the site's to know. */
async function registerForBot(ctx: Context, call: ApiCall): Promise<Response> {
  const parsed = parseJson(ctx, call.body, registerBody);
  if (!parsed.ok) return parsed.error;
  const site = siteFor(ctx, call.caller, present(parsed.value.site));
  if (site === null) return invalidRequest(ctx, [NO_SITE]);
  const bot = call.caller.connection;
  const identities = readIdentities(bot, parsed.value);
  const userId = readUserId(parsed.value.user_id);
  if (userId === null) return invalidRequest(ctx, [NO_USER]);
  const wish = { bot, site, identities, userId, origin: originOf(ctx, call.request) };
  const result = await reported(() => registerThroughBot(ctx, wish));
  if (result.ok) return json({ status: result.value }, result.value === "linked" ? 201 : 200);
  switch (result.error.reason) {
    case "no_identity":
      return invalidRequest(ctx, [NO_ACCOUNT]);
    case "registration_off":
      return problem(ctx, { status: 409, reason: "registration_off", detail: "the site does not let bots register users" });
    case "conflict":
      return problem(ctx, { status: 409, reason: "conflict" });
  }
}

const conflict = (ctx: Context, { linkedUserId, alsoLinked }: MappingConflict): Response =>
  problem(ctx, {
    status: 409,
    reason: "conflict",
    extra: {
      options: ["keep", "relink"],
      ...(linkedUserId === null ? {} : { linked_user_id: linkedUserId }),
      ...(alsoLinked ? { also_linked: true } : {}),
    },
  });

/** A bot may ask about the account in front of it only; a site about its own users only. */
export const getMapping = apiCall(either, async (ctx, call) => {
  const { connection } = call.caller;
  const mapping = isKind(connection, "site") ? await ofSite(ctx, connection, call.query) : await ofBot(ctx, call);
  if (mapping instanceof Response) return mapping;
  if (mapping === null) return problem(ctx, { status: 404, reason: "not_linked" });
  return json({ user_id: await ctx.seal.open(mapping.userId), linked_at: iso(mapping.linkedAt) });
});

/** By `user_id`, or by the `buid` of a link that had a PIN. 409 = somebody changed the mapping meanwhile: ask and decide again. */
export const deleteMapping = siteCall(async (ctx, { site, ...call }) => {
  const body = parseJson(ctx, call.body.trim() === "" ? "{}" : call.body, unlinkBody);
  if (!body.ok) return body.error;
  const named = new URLSearchParams(
    [...call.query, ...Object.entries(body.value)].filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
  const twice = ["buid", "user_id"].find((name) => new Set(named.getAll(name)).size > 1);
  if (twice !== undefined) return invalidRequest(ctx, [{ path: twice, message: "the query and the body name two" }]);
  // A link without a PIN can neither link nor unlink.
  const byUser = readUserId(named.get("user_id")) !== null;
  const link = byUser ? null : await findLink(ctx.env.DB, await buidMac(ctx, named.get("buid") ?? ""), site.id);
  if (link?.kind === "trusted") return problem(ctx, { status: 403, reason: "proof_required" });
  const mapping = await ofSite(ctx, site, named);
  if (mapping instanceof Response) return mapping;
  if (mapping === null) return problem(ctx, { status: 404, reason: "not_linked" });
  const done = await unlinkAccount(ctx, { site, mapping, by: "site", origin: originOf(ctx, call.request) });
  return done ? json({ status: "unlinked" }) : problem(ctx, { status: 409, reason: "conflict" });
});

/** By `user_id`, else by `buid`. Both may be told, as long as they mean one holder: which of two was meant is not ours to choose. */
async function ofSite(ctx: Context, site: ConnectionOf<"site">, query: URLSearchParams): Promise<Mapping | null | Response> {
  const [buid, userId] = [query.get("buid"), readUserId(query.get("user_id"))];
  if (!buid && userId === null) return invalidRequest(ctx, [{ path: "buid", message: "send buid or user_id" }]);
  const link = buid ? await findLink(ctx.env.DB, await buidMac(ctx, buid), site.id) : null;
  const hash = userId === null ? null : await userHash(ctx, site.id, userId);
  const { ofUser, ofHolder } = await findMappings(ctx.env.DB, site.id, link?.holderId ?? null, hash);
  if (userId === null) return ofHolder;
  if (ofUser === null || link === null || ofUser.holderId === link.holderId) return ofUser;
  return invalidRequest(ctx, [{ path: "user_id", message: "is not the user of this buid" }]);
}

/** Nobody is created by asking. */
async function ofBot(ctx: Context, { caller, query }: ApiCall): Promise<Mapping | null | Response> {
  const site = siteFor(ctx, caller, query.get("site"));
  if (site === null) return invalidRequest(ctx, [NO_SITE]);
  const identities = await hashIdentities(ctx, readIdentities(caller.connection, Object.fromEntries(query)));
  if (identities.length === 0) return invalidRequest(ctx, [NO_ACCOUNT]);
  const hashes = identities.map(({ hash }) => hash);
  const holderId = await findHolder(ctx.env.DB, hashes);
  return holderId === null ? null : (await findMappings(ctx.env.DB, site.id, holderId, null)).ofHolder;
}
