/** The edge page's two acts: a PIN or a trusted link becomes a single-use code of 60 s and the way back to the site. The code
 *  travels in a browser's address, so it proves nothing by itself: the site exchanges it over its signed call. What the page is
 *  told is only whether it worked. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { returnUrl } from "../../domain/login-url.ts";
import { readDigits } from "../../domain/pin.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { insertTrustedCode } from "../../store/codes.ts";
import { insertCode } from "../../store/guesses.ts";
import { findLink, readLinkRow, spendToken } from "../../store/login-links.ts";
import { findTransaction } from "../../store/transactions.ts";
import { buidMac, codeMac, tokenMac, txnMac } from "./digests.ts";
import type { SealedLink } from "./issue-link.ts";
import { speakLater } from "./reach-holder.ts";
import { redeemPin } from "./redeem-pin.ts";
import { resendAndSend } from "./resend-pin.ts";
import type { Sealed } from "../../lib/seal.ts";

const CODE_MS = 60_000;

/** What the address of the page says; nothing of it is proved. */
export type PageAddress = {
  readonly site: ConnectionOf<"site">;
  readonly buid: string;
  /** Of a site-first login; then `buid` may be "". */
  readonly txn: string | null;
};

/** `location` null = proved, but the stored way back is not registered any more. */
export type Entry = { readonly entered: true; readonly location: string | null } | { readonly entered: false };

/** Does not prove the holder to the site by itself (`proves: false`): the code does, when the site exchanges it. */
export async function enterByPin(ctx: Context, page: PageAddress, pin: string, formToken: string): Promise<Entry> {
  const address = await digestsOf(ctx, page);
  // The same form and PIN make the same code, so that a double click is answered twice in one way.
  const code = await ctx.seal.mac("code value", `${formToken}\n${address.buid}\n${readDigits(pin) ?? ""}`);
  const by = await codeMac(ctx, code);
  const attempt = { site: page.site, buidMac: address.buid, txnMac: address.txn, pin, by, proves: false };
  const { verdict, link } = await redeemPin(ctx, attempt, (guess) => [insertCode(ctx.env.DB, guess, guess.now + CODE_MS)]);
  if (link === null || (verdict !== "won" && verdict !== "repeated")) return { entered: false };
  return { entered: true, location: await wayBack(ctx, page.site, link, code) };
}

/** No PIN: possession of the link is all. The code it makes is of method `trusted_link`, which lets the site log in but not map. */
export async function enterByToken(ctx: Context, page: PageAddress, token: string): Promise<Entry> {
  // Whoever forbids such links means those that are out already, too.
  if (!page.site.trusted_links) return { entered: false };
  const now = ctx.clock();
  const db = ctx.env.DB;
  const code = randomBase62(43);
  const spend = { buid: await buidMac(ctx, page.buid), site: page.site.id, token: await tokenMac(ctx, token), now };
  const [spent] = await db.batch([
    spendToken(db, spend),
    insertTrustedCode(db, { ...spend, code: await codeMac(ctx, code) }, now + CODE_MS),
  ]);
  const link = readLinkRow(spent?.results ?? []);
  return link === null ? { entered: false } : { entered: true, location: await wayBack(ctx, page.site, link, code) };
}

/** "Send a new code": whether anything was sent is told in the messenger only. */
export async function askNewPin(ctx: Context, page: PageAddress): Promise<void> {
  const { buid } = await digestsOf(ctx, page);
  const link = await findLink(ctx.env.DB, buid, page.site.id);
  if (link?.kind === "pin" && link.endedAt === null) speakLater(ctx, resendAndSend(ctx, page.site, link));
}

async function digestsOf(ctx: Context, { buid, txn }: PageAddress): Promise<{ readonly buid: string; readonly txn: string }> {
  if (txn === null) return { buid: await buidMac(ctx, buid), txn: "" };
  const mac = await txnMac(ctx, txn);
  const transaction = await findTransaction(ctx.env.DB, mac, ctx.clock());
  return { buid: transaction?.buid ?? mac, txn: mac };
}

async function wayBack(
  ctx: Context,
  site: ConnectionOf<"site">,
  link: { readonly returnTo: string | null; readonly sealed: Sealed },
  code: string,
): Promise<string | null> {
  const { state } = JSON.parse(await ctx.seal.open(link.sealed)) as SealedLink;
  return returnUrl(site, link.returnTo, code, state);
}
