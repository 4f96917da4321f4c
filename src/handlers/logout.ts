/** `POST /v1/logout`: by a bot or an operator everywhere, by a site at that site. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { isKind } from "../domain/config.ts";
import { HOLDER_TYPES, readIdentities } from "../domain/holder.ts";
import { buidMac, hashIdentities, userHash } from "../flows/login/digests.ts";
import { logout } from "../flows/login/logout.ts";
import { readLimited } from "../lib/body/limited.ts";
import { fromUtf8 } from "../lib/crypto.ts";
import { findHolder } from "../store/holders.ts";
import { findLink } from "../store/login-links.ts";
import { findMappings } from "../store/mappings.ts";
import { requireAdmin } from "./admin.ts";
import { type ApiCall, apiCall, isBot, isSite } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { buidText, flag, idText, identityFields, originOf } from "./login-fields.ts";
import { json, problem } from "./problem.ts";

const logoutBody = z.object({
  ...identityFields,
  buid: z.optional(z.nullable(z.union([buidText, z.literal("")]))),
  user_id: z.optional(idText),
  unlink: z.optional(flag),
});
type LogoutBody = z.infer<typeof logoutBody>;

export async function postLogout(request: Request, ctx: Context): Promise<Response> {
  if ((await requireAdmin(ctx, request)) !== null) return byCaller(request, ctx);
  const bytes = await readLimited(request, 16 * 1024);
  if (bytes === null) return problem(ctx, { status: 413, reason: "too_large" });
  const parsed = parseJson(ctx, fromUtf8(bytes), logoutBody);
  if (!parsed.ok) return parsed.error;
  const bots = [...ctx.config.connections.values()].filter(isBot);
  const identities = bots.flatMap((bot) => readIdentities(bot, parsed.value));
  return answer(ctx, request, parsed.value, await holderOf(ctx, parsed.value, identities, null), null);
}

const byCaller = apiCall(
  (connection) => isBot(connection) || isSite(connection),
  async (ctx, call: ApiCall) => {
    const parsed = parseJson(ctx, call.body, logoutBody);
    if (!parsed.ok) return parsed.error;
    const { connection } = call.caller;
    const site = isKind(connection, "site") ? connection : null;
    const identities = site === null ? readIdentities(connection, parsed.value) : [];
    return answer(ctx, call.request, parsed.value, await holderOf(ctx, parsed.value, identities, site), site);
  },
);

/** "invalid" = nobody was named; null = nobody is there, and then nothing is left to end. */
async function holderOf(
  ctx: Context,
  body: LogoutBody,
  identities: ReturnType<typeof readIdentities>,
  site: Parameters<typeof logout>[1]["site"],
): Promise<string | null | "invalid"> {
  if (body.buid) return (await findLink(ctx.env.DB, await buidMac(ctx, body.buid), site?.id ?? null))?.holderId ?? null;
  if (site !== null && body.user_id !== undefined) {
    const { ofUser } = await findMappings(ctx.env.DB, site.id, null, await userHash(ctx, site.id, body.user_id));
    return ofUser?.holderId ?? null;
  }
  if (identities.length === 0) return "invalid";
  const hashed = await hashIdentities(ctx, identities);
  return findHolder(
    ctx.env.DB,
    hashed.toSorted((a, b) => HOLDER_TYPES.indexOf(a.type) - HOLDER_TYPES.indexOf(b.type)).map(({ hash }) => hash),
  );
}

async function answer(
  ctx: Context,
  request: Request,
  body: LogoutBody,
  holderId: string | null | "invalid",
  site: Parameters<typeof logout>[1]["site"],
): Promise<Response> {
  if (holderId === "invalid") return invalidRequest(ctx, [{ path: "telegram_id", message: "name the account or the buid" }]);
  if (holderId === null) return json({ revoked: 0 });
  const unlink = body.unlink ?? false;
  const revoked = await logout(ctx, { holderId, site, unlink, by: "logout", origin: originOf(ctx, request) });
  return json({ revoked });
}
