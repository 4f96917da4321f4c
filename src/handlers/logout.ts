/** `POST /v1/logout`: by a bot or an operator everywhere, by a site at that site. It ends what could still let somebody in; a
 *  session that a site has opened already is the site's to end. `unlink` takes the mapping too. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type ConnectionOf, isKind } from "../domain/config.ts";
import { HOLDER_TYPES, type HolderIdentity, isBot, readIdentities } from "../domain/holder.ts";
import { buidMac, hashIdentities, userHash } from "../flows/login/digests.ts";
import { logout } from "../flows/login/logout.ts";
import { readLimited } from "../lib/body/limited.ts";
import { fromUtf8 } from "../lib/crypto.ts";
import { findHolder } from "../store/holders.ts";
import { findLink } from "../store/login-links.ts";
import { findMappings } from "../store/mappings.ts";
import { isOperator, requireAdmin } from "./admin.ts";
import { apiCall, isSite } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { buidText, flag, idText, identityFields, originOf, readUserId } from "./login-fields.ts";
import { json, problem } from "./problem.ts";

/** Who is meant: a messenger account, a buid, or (from a site) its own user; the buid wins over the others. */
export const logoutBody = z.object({
  ...identityFields,
  buid: z.optional(z.nullable(z.union([buidText, z.literal("")]))),
  user_id: z.optional(z.nullable(idText)),
  unlink: z.optional(flag),
});
type LogoutBody = z.infer<typeof logoutBody>;

type Who = {
  readonly body: LogoutBody;
  readonly identities: readonly HolderIdentity[];
  readonly site: ConnectionOf<"site"> | null;
};

/** `revoked` counts what could still have let somebody in; 0 for a holder nobody knows, so the call tells a stranger nothing. */
export async function postLogout(request: Request, ctx: Context): Promise<Response> {
  if (!(await isOperator(ctx, request))) return byCaller(request, ctx);
  const operator = await requireAdmin(ctx, request);
  if (operator instanceof Response) return operator;
  const bytes = await readLimited(request, 16 * 1024);
  if (bytes === null) return problem(ctx, { status: 413, reason: "too_large" });
  const parsed = parseJson(ctx, fromUtf8(bytes), logoutBody);
  if (!parsed.ok) return parsed.error;
  const bots = [...ctx.config.connections.values()].filter(isBot);
  const identities = bots.flatMap((bot) => readIdentities(bot, parsed.value));
  return answer(ctx, request, { body: parsed.value, identities, site: null });
}

const byCaller = apiCall(
  (connection) => isBot(connection) || isSite(connection),
  async (ctx, { caller: { connection }, body, request }) => {
    const parsed = parseJson(ctx, body, logoutBody);
    if (!parsed.ok) return parsed.error;
    const site = isKind(connection, "site") ? connection : null;
    const identities = site === null ? readIdentities(connection, parsed.value) : [];
    return answer(ctx, request, { body: parsed.value, identities, site });
  },
);

/** The same for every caller; who may name what was settled before. */
async function answer(ctx: Context, request: Request, who: Who): Promise<Response> {
  const { body, identities, site } = who;
  if (!body.buid && identities.length === 0 && (site === null || readUserId(body.user_id) === null)) {
    return invalidRequest(ctx, [{ path: "telegram_id", message: "name the account or the buid" }]);
  }
  const holderId = await holderOf(ctx, who);
  if (holderId === null) return json({ revoked: 0 });
  const end = { holderId, site, unlink: body.unlink ?? false, by: "logout", origin: originOf(ctx, request) } as const;
  return json({ revoked: await logout(ctx, end) });
}

/** null = nobody is there, and then nothing is left to end. */
async function holderOf(ctx: Context, { body, identities, site }: Who): Promise<string | null> {
  if (body.buid) return (await findLink(ctx.env.DB, await buidMac(ctx, body.buid), site?.id ?? null))?.holderId ?? null;
  const userId = readUserId(body.user_id);
  if (site !== null && userId !== null) {
    const { ofUser } = await findMappings(ctx.env.DB, site.id, null, await userHash(ctx, site.id, userId));
    return ofUser?.holderId ?? null;
  }
  const strongest = identities.toSorted((a, b) => HOLDER_TYPES.indexOf(a.type) - HOLDER_TYPES.indexOf(b.type));
  const hashed = await hashIdentities(ctx, strongest);
  return findHolder(
    ctx.env.DB,
    hashed.map(({ hash }) => hash),
  );
}
