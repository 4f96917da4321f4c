/** A new PIN for a link that exists; the old one dies, the holder's failures stay. One per 30 s and ten an hour, whoever asks: the bot, the site or
 *  the page. Sent, it goes to the holder's messenger and nowhere else. */
import type { Context } from "../../context.ts";
import { type ConnectionOf, connectionOf } from "../../domain/config.ts";
import { siteHost } from "../../domain/login-url.ts";
import { FAILS_PER_HOLDER, HOUR_MS, RESENDS_PER_HOUR, RESEND_AFTER_MS } from "../../domain/pin.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { resendSeat } from "../../store/seats.ts";
import { type LoginMessages, loginMessages } from "../../ui/login-messages.ts";
import { enqueueDeliveries } from "../enqueue-delivery.ts";
import { newPin, pinMacs } from "./digests.ts";
import type { SealedLink } from "./issue-link.ts";
import { timeOfDay } from "./time-of-day.ts";
import { speechTo } from "./reach-holder.ts";

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

export type ResendableLink = {
  readonly buid: string;
  readonly holderId: string;
  readonly pinTtlMs: number;
  readonly expiresAt: number;
  readonly sealed: ArrayBuffer;
};

/** The rate is taken and the seat is changed in one statement, so of two presses at once one is refused. From then on the old PIN is dead, whether or not
 *  the new one reaches anybody. */
export async function resendPin(
  ctx: Context,
  site: ConnectionOf<"site">,
  link: ResendableLink,
): Promise<Result<ResentPin, ResendRefusal>> {
  const now = ctx.clock();
  const sealed = JSON.parse(await ctx.seal.open(link.sealed)) as SealedLink;
  const pin = newPin();
  const [mac = null] = await pinMacs(ctx, site.id, link.buid, pin);
  const until = Math.min(now + link.pinTtlMs, link.expiresAt);
  const row = await resendSeat(ctx.env.DB, { site: site.id, buid: link.buid, mac, until, now }).first<{ id: string }>();
  if (!row) return err(await whyRefused(ctx, site.id, link, now));
  const messages = loginMessages({
    language: sealed.locale === "en" || sealed.locale === "ru" ? sealed.locale : ctx.config.workspace.locale,
    host: siteHost(site),
    url: sealed.url,
    pin,
    minutes: Math.ceil((until - now) / 60_000),
    until: timeOfDay(ctx, until),
  });
  return ok({ pin, pinExpiresAt: until, url: sealed.url, messages });
}

/** Resends and delivers through the holder's bot. Refusals are not told to a visitor; the caller decides. */
export async function resendAndSend(
  ctx: Context,
  site: ConnectionOf<"site">,
  link: ResendableLink,
): Promise<Result<"sent" | "unreachable", ResendRefusal>> {
  const resent = await resendPin(ctx, site, link);
  if (!resent.ok) return resent;
  const { telegram, salebot } = resent.value.messages;
  const to = { holderId: link.holderId, preferred: connectionOf(ctx.config, site.id, "site")?.bot };
  const buttons = telegram.reply_markup.inline_keyboard.map((row) =>
    row.map(({ text, url, copy_text: copy }) => ({ text, ...(url ? { url } : {}), ...(copy ? { copy_text: copy.text } : {}) })),
  );
  const delivery = await speechTo(ctx, to, { text: telegram.text, html: telegram.text, buttons, plain: salebot });
  if (!delivery) return ok("unreachable");
  await enqueueDeliveries(ctx, [delivery]);
  return ok("sent");
}

type Row = { from: number | null; resends: number; resends_since: number; fails: number; live: number };

async function whyRefused(ctx: Context, site: string, { buid, holderId }: ResendableLink, now: number): Promise<ResendRefusal> {
  const row = await ctx.env.DB.prepare(
    `SELECT h.seats ->> ('$."' || ?2 || '".from') AS "from", h.resends, h.resends_since, h.fails,
            EXISTS (SELECT 1 FROM login_links WHERE buid = ?3 AND site = ?2 AND kind = 'pin' AND ended_at IS NULL AND expires_at > ?4) AS live
     FROM holders AS h WHERE h.id = ?1`,
  )
    .bind(holderId, site, buid, now)
    .first<Row>();
  if (!row || row.live === 0) return { reason: "pin_expired" };
  if (row.fails >= FAILS_PER_HOLDER) return { reason: "pin_locked" };
  const hourLeft = row.resends_since + HOUR_MS - now;
  if (row.resends >= RESENDS_PER_HOUR && hourLeft > 0) return { reason: "too_many_resends", retryAfterSeconds: hourLeft / 1_000 };
  return { reason: "resend_too_soon", retryAfterSeconds: Math.max(1, ((row.from ?? 0) + RESEND_AFTER_MS - now) / 1_000) };
}
