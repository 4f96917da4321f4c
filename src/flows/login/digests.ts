/** Keyed digests under which login secrets are stored: the database holds nothing that opens anything. */
import type { Context } from "../../context.ts";
import type { HolderIdentity } from "../../domain/holder.ts";
import { pinFrom } from "../../domain/pin.ts";
import type { HashedIdentity } from "../../store/holders.ts";

/** Of the buid, 43 characters as all of these. One purpose each, so that a digest of one kind of secret is never found among those of another. */
export const buidMac = (ctx: Context, buid: string): Promise<string> => ctx.seal.mac("buid", buid);
/** Of a site-first transaction's token. */
export const txnMac = (ctx: Context, txn: string): Promise<string> => ctx.seal.mac("txn", txn);
/** Of the code that the page hands to the site. */
export const codeMac = (ctx: Context, code: string): Promise<string> => ctx.seal.mac("code", code);
/** Of whatever a link carries as its whole proof: trusted links, undo, merge tokens. All are random and long, so one purpose
 *  serves them. */
export const tokenMac = (ctx: Context, token: string): Promise<string> => ctx.seal.mac("token", token);

/** One MAC per live pepper, newest first. Bound to site and link (by its buid's MAC): a PIN is worth nothing anywhere else. */
export const pinMacs = (ctx: Context, site: string, buid: string, pin: string): Promise<readonly string[]> =>
  ctx.seal.macs("pin", `${site}\n${buid}\n${pin}`);

/** Blind index of a site's user id: the same as the person graph's. */
export const userHash = (ctx: Context, site: string, userId: string): Promise<string> => ctx.seal.index("user_id", site, userId);

/** The same blind index as in the person graph: that is how the two graphs meet. */
export const identityHash = (ctx: Context, { type, scope, value }: HolderIdentity): Promise<string> =>
  ctx.seal.index(type, scope, value);

/** With the sealed value beside it, ready to be stored. */
export const hashIdentities = (ctx: Context, identities: readonly HolderIdentity[]): Promise<HashedIdentity[]> =>
  Promise.all(
    identities.map(async (identity) => ({
      ...identity,
      hash: await identityHash(ctx, identity),
      sealed: await ctx.seal.seal(identity.value),
    })),
  );

/** Six digits, every combination equally likely. */
export function newPin(): string {
  for (;;) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    const pin = pinFrom(random);
    if (pin !== null) return pin;
  }
}
