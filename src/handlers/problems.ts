/** What needs an operator, grouped: one item says what, how often, and about whom. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type ProblemRow, openProblems, waitingEvents } from "../store/problem-reads.ts";
import { requireAdmin } from "./admin.ts";
import { invalidRequest } from "./json-body.ts";
import { pageErrors, pageOf } from "./page.ts";
import { json } from "./problem.ts";

export async function getProblems(request: Request, ctx: Context): Promise<Response> {
  const refused = await requireAdmin(ctx, request);
  if (refused) return refused;
  const query = new URL(request.url).searchParams;
  const errors = pageErrors(query, /^$/);
  if (errors.length > 0) return invalidRequest(ctx, errors);
  const [rows, waiting] = await Promise.all([openProblems(ctx.env.DB, pageOf(query, 200, 500)), waitingEvents(ctx.env.DB)]);
  const unbound = waiting.map(({ connection, count, first_at, last_at }) => ({
    id: `unbound:${connection}`,
    kind: "unbound",
    cause: "waits_for_person",
    count,
    connection,
    first_at: iso(first_at),
    last_at: iso(last_at),
  }));
  return json({ items: [...(await Promise.all(rows.map((row) => problemView(ctx, row)))), ...unbound], next_cursor: null });
}

const personIds = z.array(z.string());
const iso = (at: number): string => new Date(at).toISOString();

async function problemView(ctx: Context, row: ProblemRow): Promise<object> {
  const persons = personIds.parse(JSON.parse(row.persons ?? "[]"));
  const value = row.identifier_sealed === null ? row.identifier_hint : await ctx.seal.open(row.identifier_sealed);
  const identifier = { type: row.identifier_type, scope: row.identifier_scope ?? "", value: value ?? "" };
  return {
    id: row.id,
    kind: row.kind,
    cause: row.cause,
    count: row.count,
    ...(row.connection === null ? {} : { connection: row.connection }),
    ...(persons.length === 0 ? {} : { persons }),
    ...(row.identifier_type === null ? {} : { identifier }),
    ...(row.field === null ? {} : { field: row.field }),
    ...(row.event_id === null ? {} : { event_id: row.event_id }),
    first_at: iso(row.first_at),
    last_at: iso(row.last_at),
  };
}
