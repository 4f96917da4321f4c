/** Registration through the bot: the bot tells which site user its human just became. Only where the site allows it, and only when neither side is mapped:
 *  a bot can never move anybody's mapping. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { findHolder } from "../../store/holders.ts";
import { type HolderReport, identifyHolder } from "./identify-holder.ts";
import { mapHolder } from "./link-account.ts";
import { settleActs } from "./record-login-event.ts";

/** The bot's word is believed about the account in front of it, never about anybody's user: hence `conflict` wherever there is something to take. */
export async function registerThroughBot(
  ctx: Context,
  wish: Omit<HolderReport, "profile"> & { readonly site: ConnectionOf<"site">; readonly userId: string; readonly origin: string },
): Promise<Result<"linked" | "unchanged", { readonly reason: "registration_off" | "no_identity" | "conflict" }>> {
  const { site, userId, origin } = wish;
  if (!site.bot_may_register) return err({ reason: "registration_off" });
  const holder = await identifyHolder(ctx, { ...wish, profile: null });
  if (holder === null) return err({ reason: "no_identity" });
  await ctx.env.DB.batch([...holder.statements]);
  await settleActs(ctx, holder.acts);
  const holderId = await findHolder(ctx.env.DB, [holder.identityHash]);
  if (holderId === null) return err({ reason: "no_identity" });
  const mapped = await mapHolder(ctx, { site, userId, onConflict: null, origin }, holderId, "bot");
  return mapped.ok && (mapped.value === "linked" || mapped.value === "unchanged")
    ? ok(mapped.value)
    : err({ reason: "conflict" });
}
