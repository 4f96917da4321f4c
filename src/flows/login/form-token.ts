/** What a post of the page must show besides coming from our own origin: a token bound to the site, the link and the hour. It needs no cookie, so it works in
 *  in-app browsers with their own cookie jar; it is the same for everyone who opens the same link within the hour, so the page stays a pure function
 *  of its address. Login CSRF is stopped by the origin; the token stops what shows no origin. */
import type { Context } from "../../context.ts";
import { sameSecret } from "../../lib/crypto.ts";

const SLOT_MS = 3_600_000;

/** `subject`: what the page is about, so that a token of one link is of no use at another. */
export async function formToken(ctx: Context, site: string, subject: string): Promise<string> {
  return tokenOf(ctx, site, subject, Math.floor(ctx.clock() / SLOT_MS));
}

/** This hour's token or the last one's. */
export async function isFormToken(ctx: Context, site: string, subject: string, given: string): Promise<boolean> {
  const slot = Math.floor(ctx.clock() / SLOT_MS);
  const valid = await Promise.all([tokenOf(ctx, site, subject, slot), tokenOf(ctx, site, subject, slot - 1)]);
  const answers = await Promise.all(valid.map((token) => sameSecret(token, given)));
  return answers.includes(true);
}

const tokenOf = async (ctx: Context, site: string, subject: string, slot: number): Promise<string> =>
  `${slot.toString(36)}.${(await ctx.seal.mac("form", `${site}\n${subject}\n${slot}`)).slice(0, 22)}`;
