/** What needs an operator, grouped: one item says what, how often, and about whom. Values of identifiers are opened for this
 *  answer; a contact of a pseudonymous workspace shows its hint. Events that wait are counted from the ledger when asked, so they
 *  close themselves. */
import type { Context } from "../context.ts";
import { openFacts } from "../flows/bind/arrived.ts";
import { hashClaim, shownValue } from "../flows/bind/hash-claim.ts";
import { type ProblemLine, type ProblemRow, openProblems, personsOf, unboundProblems } from "../store/problem-reads.ts";
import { operatorCall } from "./admin.ts";
import { invalidRequest } from "./json-body.ts";
import { pageErrors, pageOf } from "./page.ts";
import { json } from "./problem.ts";
import { iso } from "../lib/iso.ts";

/** Newest first; what waits for its person comes last, a line a connection. */
export const getProblems = operatorCall(async (ctx, { query }) => {
  const errors = pageErrors(query, CURSOR);
  if (errors.length > 0) return invalidRequest(ctx, errors);
  const limit = pageOf(query, 200, 500);
  const cursor = CURSOR.exec(query.get("cursor") ?? "");
  const after = cursor ? { at: Number(cursor[1]), id: cursor[2] ?? "" } : null;
  const [rows, waiting] = await Promise.all([
    openProblems(ctx.env.DB, after, limit + 1),
    unboundProblems(ctx.env.DB, Number.MAX_SAFE_INTEGER),
  ]);
  const unbound = waiting.filter(({ id }) => after === null || after.at > 0 || id > after.id);
  const listed = await Promise.all(rows.map(async (row) => problemView(row, await identifierOf(ctx, row))));
  const items = [...listed, ...unbound.map((line) => problemView(line, {}))].slice(0, limit);
  const last = rows.length + unbound.length > limit ? items.at(-1) : undefined;
  const place = rows[items.length - 1]?.first_at ?? 0;
  return json({ items, next_cursor: last ? `${place}.${last.id}` : null });
});

/** Waiting events stand behind all problems, so their cursors have the time 0. */
const CURSOR = /^(\d{1,16})\.((?:prb_|unbound:)[\w-]+)$/;

function problemView(line: ProblemLine, identifier: Readonly<Record<string, string>>) {
  const persons = personsOf(line);
  return {
    id: line.id,
    kind: line.kind,
    cause: line.cause,
    count: line.count,
    ...(line.connection === null ? {} : { connection: line.connection }),
    ...(persons.length === 0 ? {} : { persons }),
    ...(line.identifier_type === null ? {} : { identifier: { type: line.identifier_type, ...identifier } }),
    ...(line.field === null ? {} : { field: line.field }),
    ...(line.event_id === null ? {} : { event_id: line.event_id }),
    first_at: iso(line.first_at),
    last_at: iso(line.last_at),
  };
}

/** As its owner holds it; of what nobody holds (a value over somebody's limit) as the event told it. */
async function identifierOf(ctx: Context, row: ProblemRow): Promise<{ scope: string; value: string }> {
  const scope = row.identifier_scope ?? "";
  if (row.identifier_sealed !== null) return { scope, value: await ctx.seal.open(row.identifier_sealed) };
  const told = row.facts === null ? [] : (await openFacts(ctx, row.facts)).identifiers;
  for (const claim of told) {
    const hash = claim.type === row.identifier_type ? await hashClaim(ctx, claim) : null;
    if (hash !== null && hash === row.identifier_hash) return { scope: claim.scope, value: shownValue(claim, hash) };
  }
  return { scope, value: row.identifier_hint ?? "" };
}
