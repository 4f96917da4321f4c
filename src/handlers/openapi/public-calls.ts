/** Intake and what visitors open. */
import * as z from "zod/mini";
import { health, imported, seedAnswer, stored } from "./answers.ts";
import type { Body, Operation } from "./operation.ts";
import { CSV_DIALECTS } from "../../domain/funnel/csv.ts";
import { importLine } from "../../flows/import-events.ts";

/** Nothing is refused for its shape at intake: names that are known are read (docs: field names), the rest is kept as fields. */
const anything: Body = {
  name: "IntakeBody",
  schema: z.record(z.string(), z.unknown()),
  types: ["application/json", "application/x-www-form-urlencoded", "text/plain"],
  optional: true,
};
const read: z.ZodMiniObject = z.object({});

const intake = (method: "get" | "post", stem: "webhook" | "postback"): Operation => ({
  method,
  path: `/${stem}/:connection/:token?/:event?`,
  tag: "Intake",
  says: stem === "webhook" ? "A fact from a platform or a backend." : "A postback of a tracker or a network.",
  callers: ["connection"],
  query: read,
  ...(method === "post" ? { bodies: [anything] } : {}),
  answers:
    stem === "webhook"
      ? {
          200: { says: "Seen before, a preview, or nothing usable in it.", schema: stored },
          202: { says: "Stored.", schema: stored },
        }
      : { 200: { says: "`OK`, `DUPLICATE` or `QUARANTINED cause field`.", schema: z.string(), type: "text/plain" } },
  refusals: { 413: ["too_large"], ...(stem === "webhook" ? { 422: ["unparsable"] } : {}), 429: ["rate_limited"] },
});

/** A visitor is answered by pages, also when something is wrong. */
const pages = (says: Readonly<Record<number, string>>): Operation["answers"] =>
  Object.fromEntries(Object.entries(says).map(([status, words]) => [status, { says: words, type: "text/html" }]));

const BUSY = { 429: "Too many requests from this address; `Retry-After` says when." };
const FOREIGN = { 403: "The post does not come from our own page, or the page is out of date." };

const page = (method: "get" | "head" | "post", path: string): Operation => ({
  method,
  path,
  tag: "Links",
  says:
    method === "post" ? "Enter the PIN, continue, or ask for a new code." : "The PIN page; changes nothing, reads no database.",
  callers: ["public"],
  query: z.object({
    buid: z.optional(z.string()),
    site: z.optional(z.string()),
    txn: z.optional(z.string()),
    t: z.optional(z.string()),
    lang: z.optional(z.string()),
  }),
  ...(method === "post"
    ? {
        bodies: [
          {
            name: "PinForm",
            schema: z.object({ token: z.string(), pin: z.optional(z.string()), resend: z.optional(z.string()) }),
            types: ["application/x-www-form-urlencoded"],
          },
        ],
      }
    : {}),
  answers: pages({
    200: method === "post" ? "Not entered, or a new code was asked for: one text, whatever the cause." : "The page.",
    400: "A parameter comes twice or holds control characters.",
    404: "No such site.",
    ...(method === "post" && {
      ...FOREIGN,
      303: "Success: back to the site with `code` (and `state`).",
      409: "The way back is not registered any more.",
      413: "More than 4 KB.",
      415: "No form.",
      503: "Storage failed; nothing was judged.",
    }),
    ...BUSY,
  }),
});

const undo = (method: "get" | "post"): Operation => ({
  method,
  path: "/undo/:token",
  tag: "Links",
  says: method === "get" ? "Asks whether a change of a mapping is to be undone." : "Undoes it.",
  callers: ["path"],
  answers: pages({ 200: "A page.", ...(method === "post" && FOREIGN), ...BUSY }),
});

export const PUBLIC_CALLS: readonly Operation[] = [
  intake("get", "webhook"),
  intake("post", "webhook"),
  intake("get", "postback"),
  intake("post", "postback"),
  {
    method: "post",
    path: "/webhook/:connection/:token/update_telegram_id",
    tag: "Intake",
    says: "A Salebot block tells e-mail, Telegram id and client; both are written to GetCourse within the request. Always 200 for a proved caller.",
    callers: ["path"],
    bodies: [
      {
        name: "UpdateTelegramId",
        schema: z.object({ email: z.string(), telegram_id: z.string(), sb_id: z.string() }),
      },
    ],
    answers: { 200: { says: "What the school said.", schema: seedAnswer } },
    refusals: { 413: ["too_large"], 429: ["too_many_failed_proofs"] },
  },
  {
    method: "post",
    path: "/v1/import",
    tag: "Intake",
    says: "Backfill: JSON lines, at most 1,000 a call; the schema is one line.",
    callers: ["operator"],
    query: z.object({ rules: z.optional(z.enum(["1"])) }),
    bodies: [{ name: "ImportLine", schema: importLine, types: ["application/jsonl"] }],
    answers: { 200: { says: "What became of the lines.", schema: imported } },
    refusals: { 413: ["too_large"], 422: ["invalid_request"] },
  },
  ...(["get", "head"] as const).map((method): Operation => ({
    method,
    path: "/r/:slug",
    tag: "Links",
    says: "A tracked link: the click is recorded, then the visitor is sent on.",
    callers: ["public"],
    answers: { 302: { says: "To the link's address." }, 404: { says: "No such link: a page.", type: "text/html" } },
  })),
  ...(["get", "head"] as const).map((method): Operation => ({
    method,
    path: "/snippet.js",
    tag: "Links",
    says: "The site's snippet.",
    callers: ["public"],
    answers: { 200: { says: "A script.", type: "text/javascript" } },
  })),
  {
    method: "post",
    path: "/hit/:site",
    tag: "Links",
    says: "The snippet tells of a landing with marks and without a click of ours. The body is the marks as a query string, with the browser's `visitor` and the `referrer`.",
    callers: ["public"],
    bodies: [
      {
        name: "Landing",
        schema: z.object({
          visitor: z.optional(z.string()),
          referrer: z.optional(z.string()),
          utm_source: z.optional(z.string()),
        }),
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
    refusals: {
      403: ["origin_not_allowed"],
      404: ["not_found"],
      413: ["too_large"],
      422: ["invalid_request"],
      429: ["rate_limited"],
    },
  },
  page("get", "/"),
  page("head", "/"),
  page("post", "/"),
  page("get", "/l/:buid"),
  page("head", "/l/:buid"),

  page("post", "/l/:buid"),
  undo("get"),
  undo("post"),

  ...(["get", "head"] as const).map((method): Operation => ({
    method,
    path: "/report/:token",
    tag: "Links",
    says: "A shared report, read only until its link expires.",
    callers: ["path"],
    query: z.object({ format: z.optional(z.enum(CSV_DIALECTS)) }),
    answers: {
      200: { says: "A page, or CSV.", type: "text/html" },
      404: { says: "Expired or unknown: a page.", type: "text/html" },
    },
  })),
  {
    method: "get",
    path: "/healthz",
    tag: "Operator",
    says: "Alive.",
    callers: ["public"],
    answers: { 200: { says: "Ready.", schema: health } },
  },
  ...(["get", "head"] as const).map((method): Operation => ({
    method,
    path: "/openapi.json",
    tag: "Operator",
    says: "This document.",
    callers: ["public"],
    answers: { 200: { says: "OpenAPI 3.1.", schema: z.record(z.string(), z.unknown()) } },
  })),
];
