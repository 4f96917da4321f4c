/** A site's word to its user: through the site's own bot, else the messenger used last. Only holders are written to: a person who was merely claimed to be
 *  the user is not. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { type HolderIdentity, type HolderType, scopeOf } from "../../domain/holder.ts";
import { type DeliveryId, newDeliveryId } from "../../lib/ids.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { findHolder, hasWithdrawnConsent } from "../../store/holders.ts";
import { findLink } from "../../store/login-links.ts";
import { findMappings } from "../../store/mappings.ts";
import { claimNotifyKey } from "../../store/notify-keys.ts";
import { enqueueDeliveries } from "../enqueue-delivery.ts";
import { buidMac, hashIdentities, userHash } from "./digests.ts";
import { speechTo } from "./reach-holder.ts";

const KEY_LIFE_MS = 86_400_000;

/** One of `message` and `event`, or both: `event` runs the bot's block of that name, the message is then one of its values. */
export type Notice = {
  readonly site: ConnectionOf<"site">;
  readonly to: { readonly userId: string } | { readonly buid: string } | { readonly type: HolderType; readonly value: string };
  readonly message: string | null;
  readonly event: string | null;
  readonly values: Readonly<Record<string, string>>;
  readonly idempotencyKey: string | null;
  /** Digest material of the request, to tell a repetition from another request under the same key. */
  readonly content: string;
};

/** `idempotency_conflict`: the key was used for another content within its day. `consent_withdrawn` stops every notice, whatever
 *  it says. */
export type NotifyRefusal = { readonly reason: "not_linked" | "consent_withdrawn" | "idempotency_conflict" };

/** The key is claimed before the delivery is written: a call that dies between the two is repeated under the same id. `not_linked` also covers a holder
 *  whose bots are all disabled or gone. */
export async function notify(ctx: Context, notice: Notice): Promise<Result<DeliveryId, NotifyRefusal>> {
  const holderId = await holderOf(ctx, notice);
  if (holderId === null) return err({ reason: "not_linked" });
  if (await hasWithdrawnConsent(ctx.env.DB, holderId)) return err({ reason: "consent_withdrawn" });
  const id = await deliveryIdFor(ctx, notice);
  if (id === null) return err({ reason: "idempotency_conflict" });
  const speech = {
    text: notice.message ?? "",
    values: { ...notice.values, ...(notice.event !== null && notice.message !== null ? { text: notice.message } : {}) },
    ...(notice.event === null ? {} : { event: notice.event }),
  };
  const delivery = await speechTo(ctx, { holderId, preferred: notice.site.bot, id }, speech);
  if (delivery === null) return err({ reason: "not_linked" });
  await enqueueDeliveries(ctx, [delivery]);
  return ok(id);
}

/** null = the key was used for another content. The same request under the key gets the id of the first, so a second delivery is
 *  not written. */
async function deliveryIdFor(ctx: Context, { site, idempotencyKey, content }: Notice): Promise<DeliveryId | null> {
  const fresh = newDeliveryId(ctx.clock());
  if (idempotencyKey === null) return fresh;
  const claimed = await claimNotifyKey(ctx.env.DB, {
    key: await ctx.seal.mac("notify key", `${site.id}\n${idempotencyKey}`),
    content: await ctx.seal.mac("notify content", content),
    deliveryId: fresh,
    now: ctx.clock(),
    expiresAt: ctx.clock() + KEY_LIFE_MS,
  });
  return claimed.same ? (`dlv_${claimed.deliveryId.slice(4)}` as const) : null;
}

async function holderOf(ctx: Context, { site, to }: Notice): Promise<string | null> {
  const db = ctx.env.DB;
  if ("userId" in to)
    return (await findMappings(db, site.id, null, await userHash(ctx, site.id, to.userId))).ofUser?.holderId ?? null;
  if ("buid" in to) return (await findLink(db, await buidMac(ctx, to.buid), site.id))?.holderId ?? null;
  const identities = scopesFor(ctx, site, to.type).map((scope): HolderIdentity => ({ ...to, scope }));
  const hashed = await hashIdentities(ctx, identities);
  return findHolder(
    db,
    hashed.map(({ hash }) => hash),
  );
}

/** Whose id it is: of the site's own bot, else of the only project, bot or business there is. */
function scopesFor(ctx: Context, site: ConnectionOf<"site">, type: HolderType): string[] {
  const bot = ctx.config.connections.get(site.bot ?? "");
  const own = bot ? scopeOf(bot, type) : null;
  if (own !== null) return [own];
  const all = new Set([...ctx.config.connections.values()].flatMap((connection) => scopeOf(connection, type) ?? []));
  return all.size === 1 ? [...all] : [];
}
