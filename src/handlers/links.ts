/** `POST /v1/links`: a bot asks for a login link. The answer is flat with short keys, so that a Salebot block can read `buid->buid;pin->pin`. */
import * as z from "zod/mini";
import { type ConnectionOf, connectionOf } from "../domain/config.ts";
import { isBot, readIdentities } from "../domain/holder.ts";
import { LINK_TTL_SECONDS, PIN_TTL_SECONDS, readBotPin } from "../domain/pin.ts";
import { txnMac } from "../flows/login/digests.ts";
import { reported } from "../flows/login/identify-holder.ts";
import { type LinkRefusal, issueLink } from "../flows/login/issue-link.ts";
import type { Context } from "../context.ts";
import { findTransaction } from "../store/transactions.ts";
import { apiCall } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import {
  NO_ACCOUNT,
  NO_RETURN,
  NO_SITE,
  identityFields,
  looseText,
  originOf,
  present,
  seconds,
  siteFor,
} from "./login-fields.ts";
import { json, problem } from "./problem.ts";
import { iso, isoOrNull } from "../lib/iso.ts";

const told = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Everything but the account is optional, "" and unfilled placeholders too: a Salebot block sends every field it has, set or
 *  not. `pin`: true or nothing = we draw it, false = a link without one, digits = the bot's own. */
export const linkBody = z.object({
  ...identityFields,
  site: looseText(64),
  pin: z.optional(z.nullable(z.union([z.boolean(), z.string().check(z.maxLength(32)), z.int()]))),
  ttl_seconds: seconds(PIN_TTL_SECONDS),
  link_ttl_seconds: seconds(LINK_TTL_SECONDS),
  return_to: looseText(2_000),
  locale: looseText(35),
  txn: looseText(64),
  profile: z.optional(z.nullable(z.record(z.string().check(z.maxLength(64)), told))),
});

/** 201 with everything a bot needs to write its message, or ready messages in `messages`. The PIN is told here once and never again. */
export const postLink = apiCall(isBot, async (ctx, call) => {
  const parsed = parseJson(ctx, call.body, linkBody);
  if (!parsed.ok) return parsed.error;
  const body = parsed.value;
  const txn = present(body.txn);
  const site = (await siteOfTxn(ctx, body.site, txn)) ?? siteFor(ctx, call.caller, present(body.site));
  if (site === null) return invalidRequest(ctx, [NO_SITE]);
  const wish = readPinWish(body.pin);
  if (wish === null) return invalidRequest(ctx, [{ path: "pin", message: "true, false or six to eight digits" }]);
  const issued = await reported(() =>
    issueLink(ctx, {
      bot: call.caller.connection,
      site,
      identities: readIdentities(call.caller.connection, body),
      pin: wish.pin,
      pinTtlMs: (body.ttl_seconds ?? PIN_TTL_SECONDS) * 1_000,
      linkTtlMs: (body.link_ttl_seconds ?? LINK_TTL_SECONDS) * 1_000,
      returnTo: present(body.return_to),
      locale: present(body.locale),
      txn,
      profile: readProfile(body.profile ?? null),
      origin: originOf(ctx, call.request),
    }),
  );
  if (!issued.ok) return refusal(ctx, issued.error);
  const { buid, url, messages, pinExpiresAt, expiresAt } = issued.value;
  return json(
    {
      buid,
      url,
      pin: issued.value.pin,
      pin_expires_at: isoOrNull(pinExpiresAt),
      expires_at: iso(expiresAt),
      messages,
    },
    201,
  );
});

/** A bot that serves several sites is only told a transaction (its deep link's text), which knows its site. */
async function siteOfTxn(
  ctx: Context,
  named: string | null | undefined,
  txn: string | null,
): Promise<ConnectionOf<"site"> | null> {
  if (txn === null || present(named) !== null) return null;
  const transaction = await findTransaction(ctx.env.DB, await txnMac(ctx, txn), ctx.clock());
  return connectionOf(ctx.config, transaction?.site, "site");
}

/** `pin`: null = make one, false = a trusted link, digits = the bot's own. null = no PIN at all. */
function readPinWish(wish: boolean | string | number | null | undefined): { readonly pin: string | null | false } | null {
  if (wish === false || wish === "false") return { pin: false };
  if (wish === undefined || wish === null || wish === true || wish === "true" || wish === "") return { pin: null };
  const pin = readBotPin(String(wish));
  return pin === null ? null : { pin };
}

/** A name is clamped rather than refused: the login matters more than the label. */
const readProfile = (profile: Readonly<Record<string, string | number | boolean | null>> | null): Record<string, string> | null =>
  profile === null
    ? null
    : Object.fromEntries(
        Object.entries(profile)
          .filter(([, value]) => value !== null && present(String(value)) !== null)
          .slice(0, 20)
          .map(([name, value]) => [
            name,
            String(value)
              .replace(/\p{Cc}/gu, " ")
              .slice(0, 256),
          ]),
      );

function refusal(ctx: Context, why: LinkRefusal): Response {
  switch (why.reason) {
    case "no_identity":
      return invalidRequest(ctx, [NO_ACCOUNT]);
    case "return_to_not_registered":
      return invalidRequest(ctx, [NO_RETURN]);
    case "txn_unknown":
      return invalidRequest(ctx, [{ path: "txn", message: "is not a live transaction of this site" }]);
    case "trusted_links_off":
      return invalidRequest(ctx, [{ path: "pin", message: "the site does not allow links without a PIN" }]);
    case "too_many_links":
      return problem(ctx, { status: 429, reason: why.reason, retryAfterSeconds: why.retryAfterSeconds });
  }
}
