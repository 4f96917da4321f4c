/** Feeds events to the real inbox as a handler would: sealed facts in, bound rows in D1 out. Identifiers by the short names of identity.md. */
import { type Context, inboxOf } from "../../src/context.ts";
import { EMPTY_EVENT, type NewEvent, type StoredFacts } from "../../src/domain/event.ts";
import { IDENTIFIER_TYPES } from "../../src/domain/identifier.ts";
import { type EventId, newEventId } from "../../src/lib/ids.ts";
import { packArrivals } from "../../src/flows/intake/packed-arrivals.ts";
import type { Acceptance, Arrival } from "../../src/rpc.ts";
import { type Ids, namedValues } from "./people.ts";
import { bindings } from "./bindings.ts";
import { arrivalOf } from "./arrival.ts";
import { testContext } from "./context.ts";

export type Told = Partial<NewEvent> & {
  readonly ids?: Ids;
  readonly connection?: string;
  readonly at?: number;
  readonly receivedAt?: number;
  readonly rules?: boolean;
  readonly verdict?: Arrival["verdict"];
  readonly cause?: string;
  readonly field?: string;
  readonly windowMs?: number;
};

let clock = Date.UTC(2026, 2, 1, 7);

export async function toldArrival(ctx: Context, told: Told): Promise<Arrival> {
  clock += 1_000;
  const {
    ids = {},
    connection = "bot",
    at,
    receivedAt = at ?? clock,
    rules = true,
    verdict = "accepted",
    cause,
    field,
    windowMs,
    ...given
  } = told;
  const id = newEventId(Date.now());
  const event: NewEvent = {
    ...EMPTY_EVENT,
    type: "identify",
    eventAt: at ?? null,
    identifiers: namedValues(ids).map((claim) => ({ ...claim, proof: IDENTIFIER_TYPES[claim.type].proof })),
    ...given,
  };
  const facts: StoredFacts = { ...event, connection, receivedAt };
  return arrivalOf(await ctx.seal.index("fact", connection, event.key ?? id), {
    id,
    connection,
    type: event.type,
    receivedAt,
    state: event.state,
    windowMs: windowMs ?? null,
    verdict,
    cause: cause ?? null,
    field: field ?? null,
    rules,
    facts: await ctx.seal.seal(JSON.stringify(facts)),
    raw: await ctx.seal.seal(JSON.stringify({ ids })),
  });
}

/** Accepts all events in order, without waiting for them to be bound. */
export async function accept(...told: readonly Told[]): Promise<Acceptance[]> {
  const ctx = await testContext();
  const arrivals: Arrival[] = [];
  for (const one of told) arrivals.push(await toldArrival(ctx, one));
  return inboxOf(bindings).accept(packArrivals(arrivals));
}

/** Accepts and binds; answers with the event ids. */
export async function feed(...told: readonly Told[]): Promise<EventId[]> {
  const answers = await accept(...told);
  await inboxOf(bindings).drain();
  return answers.map(({ id }) => id);
}

export const pay = (amount: string, given: Told): Told => ({
  type: "payment",
  money: { amount, paidTotal: null, currency: null },
  ...given,
});
