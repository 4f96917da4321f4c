/** The bot's and the site's calls. */
import * as z from "zod/mini";
import { authorizeBody } from "../authorize.ts";
import { linkBody } from "../links.ts";
import { identityFields } from "../login-fields.ts";
import { logoutBody } from "../logout.ts";
import { mappingBody, registerBody, unlinkBody } from "../mappings.ts";
import { mergeLinkBody } from "../merge-links.ts";
import { notifyBody } from "../notify.ts";
import { transactionBody } from "../transactions.ts";
import { authorized, issuedLink, mapped, mapping, mergeLink, queued, revoked, transaction, unlinked } from "./answers.ts";
import { INVALID, type Operation, callsOf } from "./operation.ts";

const bot = callsOf("Bot", ["bot"]);
const site = callsOf("Site", ["site"]);

const BOT_CALLS: readonly Operation[] = [
  bot("post", "/v1/links", {
    says: "Issue a login link and its PIN.",
    bodies: [{ name: "LinkRequest", schema: linkBody }],
    answers: { 201: { says: "The link; keys are flat and short, so a Salebot block can read them.", schema: issuedLink } },
    refusals: { ...INVALID, 429: ["too_many_links"] },
  }),
  bot("post", "/v1/links/:buid/pin", {
    says: "A new PIN for the same link; the old one dies.",
    answers: { 200: { says: "The link with its new PIN.", schema: issuedLink } },
    refusals: {
      403: ["pin_expired", "pin_locked"],
      404: ["not_found"],
      429: ["resend_too_soon", "too_many_resends"],
    },
  }),
  bot("post", "/v1/logout", {
    says: "End pending PINs, trusted links and codes; `unlink` also removes mappings. A site ends them at that site only.",
    callers: ["bot", "site", "operator"],
    bodies: [{ name: "LogoutRequest", schema: logoutBody }],
    answers: { 200: { says: "How many were ended.", schema: revoked } },
    refusals: INVALID,
  }),
  bot("post", "/v1/merge-links", {
    says: "A link by which a second messenger proves that it is the same human.",
    bodies: [{ name: "MergeLinkRequest", schema: mergeLinkBody }],
    answers: { 201: { says: "The deep link, for 24 hours.", schema: mergeLink } },
    refusals: INVALID,
  }),
];

const SITE_CALLS: readonly Operation[] = [
  site("post", "/v1/authorize", {
    says: "Spend a proof (`code` of the page, or `buid` and `pin`) and learn who it is. Links nothing.",
    bodies: [{ name: "AuthorizeRequest", schema: authorizeBody }],
    answers: { 200: { says: "Who it is, by the decision table.", schema: authorized } },
    refusals: { 403: ["pin_invalid", "pin_expired", "pin_used", "pin_replaced", "pin_locked", "code_invalid"], ...INVALID },
  }),
  site("get", "/v1/mappings", {
    says: "Who is mapped. A site asks by `buid` or `user_id`, a bot by a messenger id and `site`.",
    callers: ["site", "bot"],
    query: z.object({
      buid: z.optional(z.string()),
      user_id: z.optional(z.string()),
      site: z.optional(z.string()),
      ...identityFields,
    }),
    answers: { 200: { says: "The mapping.", schema: mapping } },
    refusals: { 404: ["not_linked"], ...INVALID },
  }),
  site("post", "/v1/mappings", {
    says: "Link the holder who just passed a PIN to a user; a bot may register where the site allows it.",
    callers: ["site", "bot"],
    bodies: [
      { name: "MappingRequest", schema: mappingBody },
      { name: "BotRegistration", schema: registerBody },
    ],
    answers: {
      200: { says: "Nothing new, or the conflict resolved as asked.", schema: mapped },
      201: { says: "Linked.", schema: mapped },
    },
    refusals: { 403: ["proof_required"], 409: ["conflict", "registration_off"], ...INVALID },
  }),
  site("delete", "/v1/mappings", {
    says: "Unlink; pending PINs, trusted links and codes at the site end with it. The body may also be given as query.",
    query: unlinkBody,
    bodies: [{ name: "UnlinkRequest", schema: unlinkBody, optional: true }],
    answers: { 200: { says: "Unlinked.", schema: unlinked } },
    refusals: { 403: ["proof_required"], 404: ["not_linked"], 409: ["conflict"], ...INVALID },
  }),
  site("post", "/v1/notify", {
    says: "Write to a user through the bot: a message, or the bot's block named by `event` (at Chatterfy a step's id). What a messenger refuses for good goes on to the next one, as `id` with `_2`.",
    headers: z.object({ "idempotency-key": z.optional(z.string().check(z.maxLength(255))) }),
    bodies: [{ name: "NotifyRequest", schema: notifyBody }],
    answers: { 202: { says: "Queued: the delivery's id.", schema: queued } },
    refusals: { 404: ["not_linked"], 409: ["idempotency_conflict", "consent_withdrawn"], ...INVALID },
  }),
  site("post", "/v1/transactions", {
    says: "Begin a login at the site; the visitor is sent to `url` and gets the PIN from the bot.",
    bodies: [{ name: "TransactionRequest", schema: transactionBody }],
    answers: { 201: { says: "The page's address and the bot's deep link, for ten minutes.", schema: transaction } },
    refusals: INVALID,
  }),
];

export const LOGIN_CALLS: readonly Operation[] = [...BOT_CALLS, ...SITE_CALLS];
