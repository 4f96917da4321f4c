/** Issues a login link for the human in front of a bot: finds or makes the holder, puts a PIN on the holder's seat at the site (which ends the
 *  earlier one) and writes the link, all in one transaction. The bot is authenticated and this is its own act, so there is no cool-down;
 *  120 an hour keep a looping bot from filling the table. */
import type { Context } from "../../context.ts";
import type { Connection, ConnectionOf } from "../../domain/config.ts";
import type { HolderIdentity } from "../../domain/holder.ts";
import { type Messenger, isRegistered, pageLocale, pageUrl, siteHost } from "../../domain/login-url.ts";
import { HOUR_MS } from "../../domain/pin.ts";
import { randomBase62 } from "../../lib/ids.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import { insertLink } from "../../store/login-links.ts";
import { issueSeat } from "../../store/seats.ts";
import { type Transaction, answerTransaction, findTransaction } from "../../store/transactions.ts";
import { type LoginMessages, loginMessages } from "../../ui/login-messages.ts";
import { buidMac, newPin, pinMacs, tokenMac, txnMac } from "./digests.ts";
import { identifyHolder } from "./identify-holder.ts";
import { timeOfDay } from "./time-of-day.ts";
import { settleActs } from "./record-login-event.ts";

/** A link for the human in front of a bot that has proved itself. A `pin` of the bot's own was judged by `readBotPin`. */
export type LinkRequest = {
  readonly bot: Connection;
  readonly site: ConnectionOf<"site">;
  /** Strongest first, at least one. */
  readonly identities: readonly HolderIdentity[];
  /** null = make one; false = a trusted link without a PIN. */
  readonly pin: string | null | false;
  readonly pinTtlMs: number;
  readonly linkTtlMs: number;
  readonly returnTo: string | null;
  readonly locale: string | null;
  readonly txn: string | null;
  readonly profile: Readonly<Record<string, string>> | null;
  /** Our own origin, for the link. */
  readonly origin: string;
};

/** `buid`, `url` and `pin` exist in the open only here, in the answer to the bot. Times in epoch ms. */
export type IssuedLink = {
  readonly buid: string;
  readonly url: string;
  readonly pin: string | null;
  readonly pinExpiresAt: number | null;
  readonly expiresAt: number;
  readonly messages: LoginMessages;
};

/** `txn_unknown`: no live transaction of this site; `trusted_links_off`: the site does not allow a login without a PIN;
 *  `no_identity`: no account was named. Told to the bot, never to a visitor. */
export type LinkRefusal =
  | { readonly reason: "return_to_not_registered" | "txn_unknown" | "trusted_links_off" | "no_identity" }
  | { readonly reason: "too_many_links"; readonly retryAfterSeconds: number };

/** What a link needs later and what must not stand in the open. */
export type SealedLink = {
  readonly buid: string;
  readonly url: string;
  readonly state: string | null;
  readonly locale: string | null;
  /** Where the human was when the bot asked; links issued before this was kept do not have it. */
  readonly messenger?: Messenger | null;
};

/** The refusals are judged before anything is written, but for the hour's allowance, which the writing statement itself counts. */
export async function issueLink(ctx: Context, request: LinkRequest): Promise<Result<IssuedLink, LinkRefusal>> {
  const { site, bot } = request;
  const now = ctx.clock();
  if (request.returnTo !== null && !isRegistered(site, request.returnTo)) return err({ reason: "return_to_not_registered" });
  if (request.pin === false && !site.trusted_links) return err({ reason: "trusted_links_off" });
  const txn = request.txn === null ? null : await txnMac(ctx, request.txn);
  const transaction = txn === null ? null : await findTransaction(ctx.env.DB, txn, now);
  if (txn !== null && transaction?.site !== site.id) return err({ reason: "txn_unknown" });

  const holder = await identifyHolder(ctx, request);
  if (holder === null) return err({ reason: "no_identity" });
  const issue = await draw(ctx, request, transaction, now);
  const buid = await buidMac(ctx, issue.buid);
  const db = ctx.env.DB;
  const [issued] = await db
    .batch([
      ...holder.statements,
      issueSeat(db, holder.identityHash, { site: site.id, buid, mac: issue.pinMac, until: issue.pinExpiresAt, now }),
      insertLink(db, {
        buid,
        site: site.id,
        identityHash: holder.identityHash,
        connection: bot.id,
        kind: issue.pin === null ? "trusted" : "pin",
        txn: txn ?? "",
        token: issue.tokenMac,
        sealed: await ctx.seal.seal(JSON.stringify(issue.sealed)),
        returnTo: transaction?.returnTo ?? request.returnTo,
        pinTtlMs: request.pinTtlMs,
        expiresAt: issue.expiresAt,
        now,
      }),
      ...(txn === null ? [] : [answerTransaction(db, txn, buid)]),
    ])
    .then((results) => results.slice(holder.statements.length));
  await settleActs(ctx, holder.acts);
  if (!issued || issued.results.length === 0) return err({ reason: "too_many_links", retryAfterSeconds: HOUR_MS / 1_000 });
  return ok({
    buid: issue.buid,
    url: issue.sealed.url,
    pin: issue.pin,
    pinExpiresAt: issue.pin === null ? null : issue.pinExpiresAt,
    expiresAt: issue.expiresAt,
    messages: loginMessages({
      language: pageLocale(request.locale) ?? ctx.config.workspace.locale,
      host: siteHost(site),
      url: issue.sealed.url,
      pin: issue.pin,
      minutes: Math.ceil((issue.pinExpiresAt - now) / 60_000),
      until: timeOfDay(ctx, issue.pinExpiresAt),
    }),
  });
}

type Draw = {
  readonly buid: string;
  readonly pin: string | null;
  readonly pinMac: string | null;
  readonly tokenMac: string | null;
  readonly pinExpiresAt: number;
  readonly expiresAt: number;
  readonly sealed: SealedLink;
};

/** The link's random parts. A link that answers a transaction leads to the page that is already open. */
async function draw(ctx: Context, request: LinkRequest, transaction: Transaction | null, now: number): Promise<Draw> {
  const buid = randomBase62(16);
  const site = request.site.id;
  const expiresAt = Math.min(now + request.linkTtlMs, transaction?.expiresAt ?? Infinity);
  const locale = pageLocale(request.locale);
  const trusted = request.pin === false;
  const pin = trusted ? null : (request.pin ?? newPin());
  const token = trusted ? randomBase62(22) : undefined;
  const url =
    request.txn === null
      ? pageUrl(request.origin, { site, buid, locale, ...(token === undefined ? {} : { token }) })
      : pageUrl(request.origin, { site, txn: request.txn, locale, ...(token === undefined ? {} : { buid, token }) });
  const state = transaction?.state ? await ctx.seal.open(transaction.state) : null;
  return {
    buid,
    pin,
    pinMac: pin === null ? null : ((await pinMacs(ctx, site, await buidMac(ctx, buid), pin))[0] ?? null),
    tokenMac: token === undefined ? null : await tokenMac(ctx, token),
    pinExpiresAt: Math.min(now + request.pinTtlMs, expiresAt),
    expiresAt,
    sealed: { buid, url, state, locale, messenger: messengerOf(request.identities[0]?.type ?? "") },
  };
}

/** Messenger of an identity type, for words and profiles. */
export const messengerOf = (type: string): Messenger | null =>
  type === "telegram_id" ? "telegram" : type === "max_id" ? "max" : type === "vk_id" ? "vk" : null;
