/** A new PIN for a link that exists; the old one dies, the holder's failures stay. One per 30 s and ten an hour, whoever asks: the bot, the site or
 *  the page. Sent, it goes to the holder's messenger and nowhere else. */
import type { Context } from "../../context.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import { siteHost } from "../../domain/login-url.ts";
import { FAILS_PER_HOLDER, HOUR_MS, RESENDS_PER_HOUR, RESEND_AFTER_MS } from "../../domain/pin.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { readResendSeat, resendSeat } from "../../store/seats.ts";
import { type LoginMessages, loginMessages } from "../../ui/login-messages.ts";
import { enqueueDeliveries } from "../enqueue-delivery.ts";
import { newPin, pinMacs } from "./digests.ts";
import type { SealedLink } from "./issue-link.ts";
import { timeOfDay } from "./time-of-day.ts";
import { speechTo } from "./reach-holder.ts";
import type { Sealed } from "../../lib/seal.ts";

/** The PIN in the open: for the bot that asked, or for the message; nobody else sees it. */
export type ResentPin = {
  readonly pin: string;
  readonly pinExpiresAt: number;
  readonly url: string;
  readonly messages: LoginMessages;
};

/** `pin_locked`: the holder's hundred failures are spent, and a new PIN would not lift that. */
export type ResendRefusal =
  | { readonly reason: "pin_expired" | "pin_locked" }
  | { readonly reason: "resend_too_soon" | "too_many_resends"; readonly retryAfterSeconds: number };

/** What a new PIN of an existing link is made from. `buid` is its MAC; the PIN never outlives `expiresAt` (epoch ms). */
export type ResendableLink = {
  readonly buid: string;
  readonly holderId: string;
  readonly pinTtlMs: number;
  readonly expiresAt: number;
  readonly sealed: Sealed;
};

/** A PIN that is drawn and put into words, and not yet in force: `statements` put it on the seat. */
type DrawnPin = ResentPin & { readonly statements: D1PreparedStatement[] };

/** A new PIN told to the caller alone. */
export async function resendPin(
  ctx: Context,
  site: ConnectionOf<"site">,
  link: ResendableLink,
): Promise<Result<ResentPin, ResendRefusal>> {
  const drawn = await drawPin(ctx, site, link);
  const refusal = await takeSeat(ctx, site, link, drawn);
  return refusal === null ? ok(drawn) : err(refusal);
}

/** Resends and delivers through the holder's bot. The way is found first: the seat holds one PIN, so taking it for a holder who cannot be reached would
 *  kill a PIN that still works and give nothing for it. Refusals are not told to a visitor; the caller decides. */
export async function resendAndSend(
  ctx: Context,
  site: ConnectionOf<"site">,
  link: ResendableLink,
): Promise<Result<"sent" | "unreachable", ResendRefusal>> {
  const drawn = await drawPin(ctx, site, link);
  const { telegram, salebot } = drawn.messages;
  const buttons = telegram.reply_markup.inline_keyboard.map((row) =>
    row.map(({ text, url, copy_text: copy }) => ({ text, ...(url ? { url } : {}), ...(copy ? { copy_text: copy.text } : {}) })),
  );
  const to = { holderId: link.holderId, preferred: site.bot };
  const delivery = await speechTo(ctx, to, {
    text: telegram.text,
    html: telegram.text,
    buttons,
    plain: salebot,
    hide: drawn.pin,
  });
  if (!delivery) return ok("unreachable");
  const refusal = await takeSeat(ctx, site, link, drawn);
  if (refusal !== null) return err(refusal);
  await enqueueDeliveries(ctx, [delivery]);
  return ok("sent");
}

/** Drawn and sealed before anything is decided; the statements decide whether it counts. A new PIN does not outlive its link. */
async function drawPin(ctx: Context, site: ConnectionOf<"site">, link: ResendableLink): Promise<DrawnPin> {
  const now = ctx.clock();
  const sealed = JSON.parse(await ctx.seal.open(link.sealed)) as SealedLink;
  const pin = newPin();
  const [mac = null] = await pinMacs(ctx, site.id, link.buid, pin);
  const until = Math.min(now + link.pinTtlMs, link.expiresAt);
  const messages = loginMessages({
    language: sealed.locale === "en" || sealed.locale === "ru" ? sealed.locale : ctx.config.workspace.locale,
    host: siteHost(site),
    url: sealed.url,
    pin,
    minutes: Math.ceil((until - now) / 60_000),
    until: timeOfDay(ctx, until),
  });
  const statements = resendSeat(ctx.env.DB, { site: site.id, buid: link.buid, mac, until, now });
  return { pin, pinExpiresAt: until, url: sealed.url, messages, statements };
}

/** The rate is taken and the seat is changed in one transaction, so of two presses at once one is refused. From then on the old PIN is dead, whether or not
 *  the new one arrives. null = in force. */
async function takeSeat(
  ctx: Context,
  site: ConnectionOf<"site">,
  { buid }: ResendableLink,
  { statements }: DrawnPin,
): Promise<ResendRefusal | null> {
  const [taken] = await ctx.env.DB.batch(statements);
  if (taken?.results.length) return null;
  const now = ctx.clock();
  const seat = await readResendSeat(ctx.env.DB, { site: site.id, buid, now });
  if (!seat?.live) return { reason: "pin_expired" };
  if (seat.fails >= FAILS_PER_HOLDER) return { reason: "pin_locked" };
  const hourLeft = seat.resendsSince + HOUR_MS - now;
  if (seat.resends >= RESENDS_PER_HOUR && hourLeft > 0)
    return { reason: "too_many_resends", retryAfterSeconds: hourLeft / 1_000 };
  return { reason: "resend_too_soon", retryAfterSeconds: Math.max(1, (seat.pinAt + RESEND_AFTER_MS - now) / 1_000) };
}
