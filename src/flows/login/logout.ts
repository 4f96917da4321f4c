/** Ending a holder's access: pending PINs, trusted links, codes and the right to map. From a bot or an operator it is everywhere and lifts the stop after
 *  a hundred failures; from a site it is that site's part only. */
import type { Context } from "../../context.ts";
import { type ConnectionOf, connectionOf } from "../../domain/config.ts";
import { endCodes, endLinks } from "../../store/login-links.ts";
import { findMappings, holderMappings } from "../../store/mappings.ts";
import { clearSeats, liveSeats } from "../../store/seats.ts";
import { unlinkAccount } from "./unlink-account.ts";

/** `unlink` also takes the mappings away; without it the next login finds the same user. */
export type Logout = {
  readonly holderId: string;
  /** null = everywhere. */
  readonly site: ConnectionOf<"site"> | null;
  readonly unlink: boolean;
  readonly by: "logout" | "operator";
  readonly origin: string;
};

/** How many things that could still have let somebody in were ended. */
export async function logout(ctx: Context, { holderId, site, unlink, by, origin }: Logout): Promise<number> {
  const db = ctx.env.DB;
  const now = ctx.clock();
  const end = { holderId, site: site?.id ?? null, now };
  const [seats, links, codes] = await db.batch<Record<string, unknown>>([
    liveSeats(db, holderId, site?.id ?? null, now),
    endLinks(db, { ...end, proofs: true }),
    endCodes(db, end),
    clearSeats(db, holderId, site?.id ?? null),
  ]);
  const trusted = (links?.results ?? []).filter(
    (row) => row["kind"] === "trusted" && row["used_at"] === null && Number(row["expires_at"]) > now,
  );
  if (unlink) await unlinkAll(ctx, { holderId, site, unlink, by, origin });
  return (seats?.results.length ?? 0) + trusted.length + (codes?.results.length ?? 0);
}

async function unlinkAll(ctx: Context, { holderId, site, by, origin }: Logout): Promise<void> {
  const mappings =
    site === null
      ? await holderMappings(ctx.env.DB, holderId)
      : [(await findMappings(ctx.env.DB, site.id, holderId, null)).ofHolder].flatMap((mapping) =>
          mapping === null ? [] : [{ ...mapping, site: site.id }],
        );
  for (const mapping of mappings) {
    const of = connectionOf(ctx.config, mapping.site, "site");
    if (of) await unlinkAccount(ctx, { site: of, mapping, by, origin });
  }
}
