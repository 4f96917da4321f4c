/** Site-first login: the site asks, the visitor goes to the bot and comes back with a PIN that works in this transaction only. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { deepLink, isRegistered, pageUrl } from "../../domain/login-url.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { insertTransaction } from "../../store/transactions.ts";
import { txnMac } from "./digests.ts";

const LIFE_MS = 600_000;

/** `txn` is the token in the open, known to us by its MAC only; it lives ten minutes. */
export type OpenedTransaction = {
  readonly txn: string;
  readonly url: string;
  /** null = the configuration does not name the site's bot. */
  readonly deepLink: string | null;
  readonly expiresAt: number;
};

/** Nobody is known yet: the bot's link answers the transaction, and only a PIN entered in it counts. */
export async function openTransaction(
  ctx: Context,
  request: {
    readonly site: ConnectionOf<"site">;
    readonly returnTo: string;
    readonly state: string | null;
    readonly origin: string;
  },
): Promise<Result<OpenedTransaction, { readonly reason: "return_to_not_registered" }>> {
  const { site, returnTo, state, origin } = request;
  if (!isRegistered(site, returnTo)) return err({ reason: "return_to_not_registered" });
  const txn = `t_${randomBase62(22)}`;
  const expiresAt = ctx.clock() + LIFE_MS;
  const sealed = state === null ? null : await ctx.seal.seal(state);
  await insertTransaction(ctx.env.DB, await txnMac(ctx, txn), { site: site.id, returnTo, state: sealed, expiresAt });
  const bot = ctx.config.connections.get(site.bot ?? "");
  return ok({
    txn,
    url: pageUrl(origin, { site: site.id, txn }),
    deepLink: bot ? deepLink(bot, "telegram", txn) : null,
    expiresAt,
  });
}
