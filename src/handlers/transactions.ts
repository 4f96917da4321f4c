/** `POST /v1/transactions`: a site begins a login that the visitor finishes with a PIN from the bot. */
import * as z from "zod/mini";
import { isKind } from "../domain/config.ts";
import { openTransaction } from "../flows/login/open-transaction.ts";
import { apiCall, isSite } from "./api-call.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { NO_RETURN, iso, looseText, originOf } from "./login-fields.ts";
import { json } from "./problem.ts";

/** `state` is the site's own and comes back with the code untouched; at most 512 characters, since it travels in an address. */
export const transactionBody = z.object({
  return_to: z.string().check(z.minLength(1), z.maxLength(2_000)),
  state: looseText(512),
});

/** 201 with the page's address for the visitor; 422 when the way back is not registered. */
export const postTransaction = apiCall(isSite, async (ctx, call) => {
  const parsed = parseJson(ctx, call.body, transactionBody);
  if (!parsed.ok) return parsed.error;
  const site = call.caller.connection;
  if (!isKind(site, "site")) throw new Error("transactions: the caller is no site");
  const { return_to: returnTo, state } = parsed.value;
  const opened = await openTransaction(ctx, { site, returnTo, state: state ?? null, origin: originOf(ctx, call.request) });
  if (!opened.ok) return invalidRequest(ctx, [NO_RETURN]);
  const { txn, url, deepLink, expiresAt } = opened.value;
  return json({ txn, url, deep_link: deepLink, expires_at: iso(expiresAt) }, 201);
});
