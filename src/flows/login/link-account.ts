/** Mapping a holder to a site's user: only on the site's signed call, only within 15 minutes after its own authorize with a PIN. A conflict changes
 *  nothing until the site names its choice. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { type MappingOutcome, PROOF_MS, judgeMapping } from "../../domain/mapping.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { findLink } from "../../store/login-links.ts";
import { type Mapping, findMappings } from "../../store/mappings.ts";
import { type MappingStep, changeMappings } from "./change-mappings.ts";
import { buidMac, userHash } from "./digests.ts";

/** What the site (or a bot on its behalf) wants mapped. `onConflict` null = nothing is changed where something stands already;
 *  `keep` and `relink` are the site's choice after it was told of a conflict. `origin` is ours, for the undo link in the message. */
export type LinkWish = {
  readonly site: ConnectionOf<"site">;
  readonly userId: string;
  readonly onConflict: "keep" | "relink" | null;
  readonly origin: string;
};

/** `linkedUserId`: whom the holder is mapped to; `alsoLinked`: the wished user has another holder, who would lose it by `relink`. */
export type MappingConflict = { readonly reason: "conflict"; readonly linkedUserId: string | null; readonly alsoLinked: boolean };

/** `proof_required` = no PIN of this very link in the last 15 minutes: a trusted link logs in but never maps. */
export async function linkAccount(
  ctx: Context,
  wish: LinkWish & { readonly buid: string },
): Promise<Result<Exclude<MappingOutcome, "conflict">, MappingConflict | { readonly reason: "proof_required" }>> {
  const link = await findLink(ctx.env.DB, await buidMac(ctx, wish.buid), wish.site.id);
  const proved = link?.provedAt !== null && link !== null && ctx.clock() - link.provedAt < PROOF_MS;
  return proved ? mapHolder(ctx, wish, link.holderId, "site") : err({ reason: "proof_required" });
}

/** Maps a holder whose right to it the caller has made sure of. */
export async function mapHolder(
  ctx: Context,
  wish: LinkWish,
  holderId: string,
  by: "site" | "bot",
): Promise<Result<Exclude<MappingOutcome, "conflict">, MappingConflict>> {
  const { site, userId, onConflict, origin } = wish;
  const hash = await userHash(ctx, site.id, userId);
  const found = await findMappings(ctx.env.DB, site.id, holderId, hash);
  const state = { holderUser: found.ofHolder?.userHash ?? null, userHolder: found.ofUser?.holderId ?? null };
  const outcome = judgeMapping(state, { holderId, userHash: hash, onConflict });
  if (outcome === "unchanged" || outcome === "kept") return ok(outcome);
  const other = found.ofUser?.holderId === holderId ? null : found.ofUser;
  const from = await opened(ctx, found.ofHolder);
  if (outcome === "conflict") return err({ reason: "conflict", linkedUserId: from?.userId ?? null, alsoLinked: other !== null });
  const taken = await opened(ctx, other);
  const steps: MappingStep[] = [
    ...(other && taken ? [{ holderId: other.holderId, from: taken, to: null, notice: "taken" as const }] : []),
    { holderId, from, to: userId, notice: from === null ? "linked" : "moved" },
  ];
  if (await changeMappings(ctx, { site, steps, by, origin })) return ok(outcome);
  return afterRace(ctx, wish, holderId, hash);
}

/** Somebody else was faster: if they did the very same, nothing is left to do. */
async function afterRace(
  ctx: Context,
  { site }: LinkWish,
  holderId: string,
  hash: string,
): Promise<Result<"unchanged", MappingConflict>> {
  const { ofHolder, ofUser } = await findMappings(ctx.env.DB, site.id, holderId, hash);
  if (ofHolder?.userHash === hash) return ok("unchanged");
  const linked = await opened(ctx, ofHolder);
  return err({ reason: "conflict", linkedUserId: linked?.userId ?? null, alsoLinked: ofUser !== null });
}

const opened = async (ctx: Context, mapping: Mapping | null): Promise<{ userId: string; version: number } | null> =>
  mapping === null ? null : { userId: await ctx.seal.open(mapping.userId), version: mapping.version };
