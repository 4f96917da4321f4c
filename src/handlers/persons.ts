/** Persons for the operator: by any identifier, id or key; the list; the timeline. */
import type { Context } from "../context.ts";
import { isIdentifierType } from "../domain/identifier.ts";
import { findByIdentifier, openCard } from "../flows/read-person.ts";
import { openTimeline } from "../flows/read-timeline.ts";
import { type Found, findPerson, listPersons } from "../store/person-reads.ts";
import { operatorCall } from "./admin.ts";
import { invalidRequest } from "./json-body.ts";
import { localeOf, pageErrors, pageOf } from "./page.ts";
import { json, problem } from "./problem.ts";

/** One identifier names one person; without any it is the list. An unknown parameter is an error: ignored, a misspelt one would list everybody. */
export const getPersons = operatorCall(async (ctx, { query }) => {
  const asked = [...query.keys()].filter(isIdentifierType);
  const [type] = asked;
  const unknown = [...query.keys()].filter(
    (name) => !isIdentifierType(name) && !["scope", "limit", "cursor", "lang"].includes(name),
  );
  if (unknown.length > 0 || asked.length > 1) {
    const errors = unknown.map((path) => ({ path, message: "not an identifier type" }));
    return invalidRequest(ctx, asked.length > 1 ? [...errors, { path: "", message: "one identifier a call" }] : errors);
  }
  if (type === undefined) return listPage(ctx, query);
  return answerCard(ctx, await findByIdentifier(ctx, { type, scope: query.get("scope"), value: query.get(type) ?? "" }));
});

/** By any id or key the person ever had, merged ones too. */
export const getPerson = operatorCall(async (ctx, { id }) => {
  return answerCard(ctx, await findPerson(ctx.env.DB, id));
});

/** Oldest first by the event's own time. The cursor is a time and a place, so an event that is bound late to an earlier time is not shown twice. */
export const getTimeline = operatorCall(async (ctx, { id, query }) => {
  const found = await findPerson(ctx.env.DB, id);
  if (!found || found.erasedAt !== null) return missing(ctx, found);
  const errors = pageErrors(query, /^-?\d{1,16}\.\d{1,16}$/);
  if (errors.length > 0) return invalidRequest(ctx, errors);
  const locale = localeOf(ctx, query);
  const { items, next } = await openTimeline(ctx, found.id, {
    cursor: query.get("cursor") || null,
    limit: pageOf(query, 200, 1_000),
    locale,
  });
  return json({ items, next_cursor: next });
});

async function answerCard(ctx: Context, found: Found | null): Promise<Response> {
  const card = found?.erasedAt === null ? await openCard(ctx, found.id) : null;
  return card ? json({ person: card }) : missing(ctx, found);
}

/** Nobody, or somebody who was erased: both 404, told apart by the reason. */
export const missing = (ctx: Context, found: Found | null): Response =>
  problem(ctx, { status: 404, reason: found ? "gone" : "not_found" });

async function listPage(ctx: Context, query: URLSearchParams): Promise<Response> {
  const errors = pageErrors(query, /^\d{1,16}\.per_[A-Za-z0-9]*$/);
  if (errors.length > 0) return invalidRequest(ctx, errors);
  const limit = pageOf(query, 50, 200);
  const [at, id] = (query.get("cursor") ?? "").split(".");
  const rows = await listPersons(ctx.env.DB, id === undefined ? null : { at: Number(at), id }, limit + 1);
  const cards = await Promise.all(rows.slice(0, limit).map((row) => openCard(ctx, row.id)));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return json({ items: cards.filter((card) => card !== null), next_cursor: last ? `${last.created_at}.${last.id}` : null });
}
