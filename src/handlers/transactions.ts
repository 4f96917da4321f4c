/** `POST /v1/transactions`: a site begins a login that the visitor finishes with a PIN from the bot. */
import * as z from "zod/mini";
import { openTransaction } from "../flows/login/open-transaction.ts";
import { siteCall } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { NO_RETURN, looseText, originOf } from "./login-fields.ts";
import { json } from "./problem.ts";
import { iso } from "../lib/iso.ts";

/** `state` is the site's own and comes back with the code untouched; at most 512 characters, since it travels in an address. */
export const transactionBody = z.object({
  return_to: z.string().check(z.minLength(1), z.maxLength(2_000)),
  state: looseText(512),
});

/** 201 with the page's address for the visitor; 422 when the way back is not registered. */
export const postTransaction = siteCall(async (ctx, { site, body, request }) => {
  const parsed = parseJson(ctx, body, transactionBody);
  if (!parsed.ok) return parsed.error;
  const { return_to: returnTo, state } = parsed.value;
  const opened = await openTransaction(ctx, { site, returnTo, state: state ?? null, origin: originOf(ctx, request) });
  if (!opened.ok) return invalidRequest(ctx, [NO_RETURN]);
  const { txn, url, deepLink, expiresAt } = opened.value;
  return json({ txn, url, deep_link: deepLink, expires_at: iso(expiresAt) }, 201);
});
