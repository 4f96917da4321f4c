/** Intake and what visitors open. */
import * as z from "zod/mini";
import { health, imported, seedAnswer, stored } from "./answers.ts";
import { type Body, INVALID, MISSING, type Operation, callsOf } from "./operation.ts";
import { CSV_DIALECTS } from "../../domain/funnel/csv.ts";
import { importLine } from "../../flows/import-events.ts";

/** Nothing is refused for its shape at intake: names that are known are read (docs: field names), the rest is kept as fields. */
const anything: Body = {
  name: "IntakeBody",
  schema: z.record(z.string(), z.unknown()),
  types: ["application/json", "application/x-www-form-urlencoded", "text/plain"],
  optional: true,
};
const text = z.optional(z.string());
const call = callsOf("Intake", ["connection"]);

/** GET and POST of one address. */
const intake = (stem: "webhook" | "postback", told: Parameters<typeof call>[2]): readonly Operation[] => {
  const path = `/${stem}/:connection/:token?/:event?`;
  return [call("get", path, told), call("post", path, { ...told, bodies: [anything] })];
};

/** A visitor is answered by pages, also when something is wrong. */
const pages = (says: Readonly<Record<number, string>>): Operation["answers"] =>
  Object.fromEntries(Object.entries(says).map(([status, words]) => [status, { says: words, type: "text/html" }]));

const BUSY = { 429: "Too many requests from this address; `Retry-After` says when." };
const FOREIGN = { 403: "The post does not come from our own page, or the page is out of date." };

const link = callsOf("Links", ["public"]);
const open = callsOf("Operator", ["public"]);

/** HEAD is answered as GET is, less the body. */
const withHead = (call: typeof link, path: string, told: Parameters<typeof link>[2]): readonly Operation[] => [
  call("get", path, told),
  call("head", path, told),
];

const visit = z.object({ buid: text, site: text, txn: text, t: text, lang: text });
const ODD = { 400: "A parameter comes twice or holds control characters.", 404: "No such site.", ...BUSY };

/** The two addresses of the PIN page. */
const pinPage = (path: string): readonly Operation[] => [
  ...withHead(link, path, {
    says: "The PIN page; changes nothing, reads no database.",
    query: visit,
    answers: pages({ 200: "The page.", ...ODD }),
  }),
  link("post", path, {
    says: "Enter the PIN, continue, or ask for a new code.",
    query: visit,
    bodies: [
      {
        name: "PinForm",
        schema: z.object({ token: z.string(), pin: text, resend: text }),
        types: ["application/x-www-form-urlencoded"],
      },
    ],
    answers: pages({
      200: "Not entered, or a new code was asked for: one text, whatever the cause.",
      ...ODD,
      ...FOREIGN,
      303: "Success: back to the site with `code` (and `state`).",
      409: "The way back is not registered any more.",
      413: "More than 4 KB.",
      415: "No form.",
      503: "Storage failed; nothing was judged.",
    }),
  }),
];

export const PUBLIC_CALLS: readonly Operation[] = [
  ...intake("webhook", {
    says: "A fact from a platform or a backend.",
    answers: {
      200: { says: "Seen before, a preview, or nothing usable in it.", schema: stored },
      202: { says: "Stored.", schema: stored },
    },
    refusals: { 413: ["too_large"], 422: ["unparsable"], 429: ["rate_limited"] },
  }),
  ...intake("postback", {
    says: "A postback of a tracker or a network.",
    answers: { 200: { says: "`OK`, `DUPLICATE` or `QUARANTINED cause field`.", schema: z.string(), type: "text/plain" } },
    refusals: { 413: ["too_large"], 429: ["rate_limited"] },
  }),
  call("post", "/webhook/:connection/:token/update_telegram_id", {
    says: "A Salebot block tells e-mail, Telegram id and client; both are written to GetCourse within the request. Always 200 for a proved caller.",
    callers: ["path"],
    bodies: [{ name: "UpdateTelegramId", schema: z.object({ email: z.string(), telegram_id: z.string(), sb_id: z.string() }) }],
    answers: { 200: { says: "What the school said.", schema: seedAnswer } },
    refusals: { 413: ["too_large"], 429: ["too_many_failed_proofs"] },
  }),
  call("post", "/v1/import", {
    says: "Backfill: JSON lines, at most 1,000 a call; the schema is one line.",
    callers: ["operator"],
    query: z.object({ rules: z.optional(z.enum(["1"])) }),
    bodies: [{ name: "ImportLine", schema: importLine, types: ["application/jsonl"] }],
    answers: { 200: { says: "What became of the lines.", schema: imported } },
    refusals: { 413: ["too_large"], ...INVALID },
  }),
  ...withHead(link, "/r/:slug", {
    says: "A tracked link: the click is recorded, then the visitor is sent on.",
    answers: { 302: { says: "To the link's address." }, 404: { says: "No such link: a page.", type: "text/html" } },
  }),
  ...withHead(link, "/snippet.js", {
    says: "The site's snippet.",
    answers: { 200: { says: "A script.", type: "text/javascript" } },
  }),
  link("post", "/hit/:site", {
    says: "The snippet tells of a landing with marks and without a click of ours. The body is the marks as a query string, with the browser's `visitor` and the `referrer`.",
    bodies: [
      {
        name: "Landing",
        schema: z.object({ visitor: text, referrer: text, utm_source: text }),
        types: ["text/plain", "application/x-www-form-urlencoded"],
      },
    ],
    answers: {
      201: {
        says: "The click, the same for the same landing of one browser within a day.",
        schema: z.object({ click: z.string() }),
      },
      204: { says: "A robot, or a page loaded ahead of time: nothing was counted." },
    },
    refusals: { 403: ["origin_not_allowed"], ...MISSING, 413: ["too_large"], ...INVALID, 429: ["rate_limited"] },
  }),
  ...pinPage("/"),
  ...pinPage("/l/:buid"),
  link("get", "/undo/:token", {
    says: "Asks whether a change of a mapping is to be undone.",
    callers: ["path"],
    answers: pages({ 200: "A page.", ...BUSY }),
  }),
  link("post", "/undo/:token", {
    says: "Undoes it.",
    callers: ["path"],
    answers: pages({ 200: "A page.", ...FOREIGN, ...BUSY }),
  }),
  ...withHead(link, "/report/:token", {
    says: "A shared report, read only until its link expires.",
    callers: ["path"],
    query: z.object({ format: z.optional(z.enum(CSV_DIALECTS)) }),
    answers: {
      200: { says: "A page, or CSV.", type: "text/html" },
      404: { says: "Expired or unknown: a page.", type: "text/html" },
    },
  }),
  open("get", "/healthz", { says: "Alive.", answers: { 200: { says: "Ready.", schema: health } } }),
  ...withHead(open, "/openapi.json", {
    says: "This document.",
    answers: { 200: { says: "OpenAPI 3.1.", schema: z.record(z.string(), z.unknown()) } },
  }),
];
