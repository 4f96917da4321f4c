/** Login acts reach the person graph as events of the reserved connection `login`, through the inbox like every fact. The act is written to D1 in
 *  the batch that did it and deleted when the inbox has it, so a crash in between is repeated by the sweep; the inbox knows its key and counts it
 *  once. A mapping act carries the account and the site's user: the binder gives the user to that account's person, or takes it away. */
import { type Context, inboxOf } from "../../context.ts";
import { EMPTY_EVENT, type StoredFacts } from "../../domain/event.ts";
import { type Claim, type IdentifierType, IDENTIFIER_TYPES } from "../../domain/identifier.ts";
import { type EventId, newEventId } from "../../lib/ids.ts";
import { packArrivals } from "../intake/packed-arrivals.ts";
import type { Arrival } from "../../rpc.ts";
import { deleteActs, insertAct, oldActs } from "../../store/login-acts.ts";

/** Reserved: no configured connection may have this id (`domain/config/judge-references.ts`). */
export const LOGIN_CONNECTION = "login";
const KEEP_MS = 30 * 86_400_000;

/** The words under which rules and timelines know what happens at the login. */
export type LoginEventType = "identify" | "login" | "mapping.created" | "mapping.moved" | "mapping.deleted";

/** An act and whose it is, in the open: it is sealed before it is written anywhere. */
export type LoginEvent = {
  readonly type: LoginEventType;
  /** Identity of the fact; the same key is the same act. null = this act happens once. */
  readonly key: string | null;
  readonly identifiers: readonly { readonly type: IdentifierType; readonly scope: string; readonly value: string }[];
  readonly fields: Readonly<Record<string, string>>;
  readonly profile?: Readonly<Record<string, string>>;
};

/** `key` makes it one fact for the inbox, however often it is told. */
export type LoginAct = { readonly id: EventId; readonly key: string; readonly facts: StoredFacts };

/** An act and the statement that records it, for the batch that does it. */
export async function prepareAct(ctx: Context, event: LoginEvent): Promise<{ act: LoginAct; statement: D1PreparedStatement }> {
  const id = newEventId(ctx.clock());
  const act = { id, key: event.key ?? id, facts: factsOf(event, ctx.clock()) };
  return { act, statement: insertAct(ctx.env.DB, id, await ctx.seal.seal(JSON.stringify(act)), ctx.clock()) };
}

/** Hands recorded acts to the inbox. Never throws: what it cannot hand over now stays recorded for the sweep. */
export async function settleActs(ctx: Context, acts: readonly LoginAct[]): Promise<void> {
  if (acts.length === 0 || !(await tellInbox(ctx, acts))) return;
  const ids = acts.map(({ id }) => id);
  ctx.waitUntil(deleteActs(ctx.env.DB, ids).catch(() => null));
}

/** An act that changed nothing in D1 (a login) goes straight to the inbox and is recorded only when the inbox cannot take it: one round trip less. */
export async function recordNow(ctx: Context, event: LoginEvent): Promise<void> {
  const { act, statement } = await prepareAct(ctx, event);
  if (!(await tellInbox(ctx, [act]))) await statement.run();
}

/** false = it waits in D1 and the cron tells it: a login must not fail because the inbox does. */
async function tellInbox(ctx: Context, acts: readonly LoginAct[]): Promise<boolean> {
  try {
    await inboxOf(ctx.env).accept(packArrivals(await Promise.all(acts.map((act) => arrivalOf(ctx, act)))));
    return true;
  } catch (failure) {
    ctx.log("error", "login.act.waits", { count: acts.length, error: failure instanceof Error ? failure.name : "unknown" });
    return false;
  }
}

/** The sweep: acts that a crash left behind. One whose own request is still telling it is told twice, and counted once. */
export async function settleOldActs(ctx: Context): Promise<void> {
  const sealed = await oldActs(ctx.env.DB, ctx.clock(), 50);
  const acts = await Promise.all(sealed.map(async (bytes) => JSON.parse(await ctx.seal.open(bytes)) as LoginAct));
  await settleActs(ctx, acts);
}

/** Has no window and no state: a login act is said once under its key. `again`, since the sweep may tell it beside its own request. */
async function arrivalOf(ctx: Context, { id, key, facts }: LoginAct): Promise<Arrival> {
  return {
    id,
    again: true,
    connection: LOGIN_CONNECTION,
    type: facts.type,
    receivedAt: facts.receivedAt,
    fact: await ctx.seal.index("fact", LOGIN_CONNECTION, key),
    told: null,
    state: "",
    windowMs: null,
    keepUntil: facts.receivedAt + KEEP_MS,
    verdict: "accepted",
    cause: null,
    field: null,
    rules: true,
    perSecond: null,
    facts: await ctx.seal.seal(JSON.stringify(facts)),
    raw: null,
  };
}

/** The site's user is proved by the login itself; an account is what its messenger makes it. */
const factsOf = (event: LoginEvent, now: number): StoredFacts => ({
  ...EMPTY_EVENT,
  connection: LOGIN_CONNECTION,
  receivedAt: now,
  type: event.type,
  eventAt: now,
  identifiers: event.identifiers.map(({ type, scope, value }): Claim => ({
    type,
    scope,
    value,
    proof: type === "user_id" ? "proved" : IDENTIFIER_TYPES[type].proof,
  })),
  profile: event.profile ?? {},
  fields: event.fields,
});
