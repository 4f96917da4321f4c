/** Taking a mapping away, by the site, by a logout that asks for it, or by an undo. It ends what the holder could still come in
 *  by at that site, in the same batch. The holder, its accounts and its mappings at other sites stay. */
import type { Context } from "../../context.ts";
import { type ConnectionOf, connectionOf } from "../../domain/config.ts";
import { DOUBLE_SUBMIT_MS } from "../../domain/pin.ts";
import { endCodes, endLinks } from "../../store/login-links.ts";
import { type Mapping, demandChange, findMappings } from "../../store/mappings.ts";
import { clearSeats } from "../../store/seats.ts";
import { findUndo, spendUndo, wasUndone } from "../../store/undo-tokens.ts";
import { type MappingStep, type UndoPlan, changeMappings } from "./change-mappings.ts";
import { tokenMac, userHash } from "./digests.ts";

/** false = the mapping is not at the version it was read at; nothing was done. */
export async function unlinkAccount(
  ctx: Context,
  unlink: {
    readonly site: ConnectionOf<"site">;
    readonly mapping: Mapping;
    readonly by: "site" | "logout" | "operator";
    readonly origin: string;
  },
): Promise<boolean> {
  const { site, mapping, by, origin } = unlink;
  const from = { userId: await ctx.seal.open(mapping.userId), version: mapping.version };
  const step: MappingStep = { holderId: mapping.holderId, from, to: null, notice: "unlinked" };
  const also = endAccess(ctx, mapping.holderId, site.id, false);
  return changeMappings(ctx, { site, steps: [step], by, origin, also });
}

/** Statements that end a holder's pending PINs, trusted links and codes at a site. */
function endAccess(ctx: Context, holderId: string, site: string, proofs: boolean): D1PreparedStatement[] {
  const db = ctx.env.DB;
  const now = ctx.clock();
  return [clearSeats(db, holderId, site), endLinks(db, { holderId, site, proofs, now }), endCodes(db, { holderId, site, now })];
}

/** "It was not me": brings back what was before, unless anything changed since. A double press is told what the first one did. */
export async function undoChange(ctx: Context, token: string, origin: string): Promise<boolean> {
  const mac = await tokenMac(ctx, token);
  return (await takeBack(ctx, mac, origin)) || wasUndone(ctx.env.DB, mac, ctx.clock() - DOUBLE_SUBMIT_MS);
}

/** Each step must still stand as it was left: one changed since, and nothing is taken back. The token is spent in the same batch
 *  as the change. */
async function takeBack(ctx: Context, mac: string, origin: string): Promise<boolean> {
  const db = ctx.env.DB;
  const sealed = await findUndo(db, mac, ctx.clock());
  if (sealed === null) return false;
  const plan = JSON.parse(await ctx.seal.open(sealed)) as UndoPlan;
  const site = connectionOf(ctx.config, plan.site, "site");
  if (!site) return false;
  const steps: MappingStep[] = [];
  for (const { holderId, now, back } of plan.steps) {
    const { ofHolder } = await findMappings(db, site.id, holderId, null);
    const expected = now === null ? null : await userHash(ctx, site.id, now);
    if ((ofHolder?.userHash ?? null) !== expected) return false;
    const from = ofHolder && now !== null ? { userId: now, version: ofHolder.version } : null;
    steps.push({ holderId, from, to: back, notice: back === null ? "unlinked" : from === null ? "linked" : "moved" });
  }
  const also = [
    spendUndo(db, mac, ctx.clock()),
    demandChange(db),
    ...steps.flatMap(({ holderId }) => endAccess(ctx, holderId, site.id, true)),
  ];
  // A user is freed before it goes back to the other holder.
  const ordered = steps.toSorted((a, b) => Number(a.from === null) - Number(b.from === null));
  return changeMappings(ctx, { site, steps: ordered, by: "undo", origin, also });
}
