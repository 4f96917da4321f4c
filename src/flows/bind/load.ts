/** Loads everything a batch may touch: usually one round trip, a second one when an event that waits brings identifiers of its
 *  own. What decisions may look at is read before the first of them. No transaction of D1 spans the reads and the write; that
 *  nobody else writes in between is the inbox's doing, the single writer. */
import type { Context } from "../../context.ts";
import { rulesReadPerson } from "../../domain/rule.ts";
import { type Ref, addParked, newGraph } from "../../domain/identity/graph.ts";
import { loadNeighbourhood } from "../../store/load-neighbourhood.ts";
import { type Asked, newNeighbourhood } from "../../store/neighbourhood.ts";
import type { WaitingArrival } from "../intake/ledger.ts";
import { type Arrived, openArrivals, openWaiting } from "./arrived.ts";
import { type EchoDigests, comparesTraits, echoDigestsOf } from "./echo.ts";
import { withOlderNames } from "./older-names.ts";
import { renewLabels } from "./fire.ts";
import type { Session } from "./session.ts";
import { erasedNumber } from "../erased-number.ts";
import { addLoadedTraits } from "./traits.ts";

/** Waiting events may chain through each other's identifiers; what lies further waits on for an event that names it. */
const MOST_ROUNDS = 8;

/** `arrivals` in the given order, with those that D1 has already among them (`known.written`); `echoes` by event id. */
export type Loaded = {
  readonly session: Session;
  readonly arrivals: readonly Arrived[];
  readonly echoes: ReadonlyMap<string, EchoDigests>;
};

/** Opens the arrivals and loads what their decisions may look at. Throws when D1 does not answer or a value cannot be opened:
 *  nothing is decided on half of what is known. */
export async function loadSession(ctx: Context, rows: readonly WaitingArrival[]): Promise<Loaded> {
  const now = ctx.clock();
  const arrivals = await withOlderNames(ctx, await openArrivals(ctx, rows));
  const digests = new Map(
    await Promise.all(arrivals.map(async (arrived) => [arrived.id, await echoDigestsOf(ctx, arrived)] as const)),
  );
  const session = newSession(now);
  const echoes = [...digests.values()].flatMap((own) => [...own.values()]);
  const wanted: Asked = {
    ...claimsAsked(arrivals),
    events: arrivals.map(({ id }) => id),
    replaced: arrivals.flatMap(({ replaces }) => replaces ?? []),
    facts: arrivals.map(({ fact }) => fact),
    echoes,
    orders: await ordersAsked(ctx, arrivals),
    traits: rulesReadPerson(ctx.config) || [...digests.values()].some(comparesTraits),
    now,
  };
  await loadNeighbourhood(ctx.env.DB, session.known, wanted);
  for (const arrived of arrivals) session.arrived.set(arrived.id, arrived);
  await loadWaiting(ctx, session, wanted);
  renewLabels(session);
  addLoadedTraits(session.traits, session.known.traits);
  return { session, arrivals, echoes: digests };
}

/** Events that wait for an identifier of the batch, and what their other identifiers know, until nothing new turns up. */
export async function loadWaiting(ctx: Context, session: Session, wanted: Asked): Promise<void> {
  const asked = new Set([...wanted.hashes, ...wanted.keys]);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const rows = [...session.known.waiting.values()].filter(({ id }) => !session.arrived.has(id));
    if (rows.length === 0) return;
    const opened = await openWaiting(ctx, rows);
    session.known.waiting.clear();
    for (const arrived of opened) {
      session.arrived.set(arrived.id, arrived);
      addParked(session.graph, arrived.event);
    }
    const further = claimsAsked(opened);
    const hashes = further.hashes.filter((hash) => !asked.has(hash));
    const keys = further.keys.filter((key) => !asked.has(key));
    const facts = opened.map(({ fact }) => fact);
    for (const known of [...hashes, ...keys]) asked.add(known);
    const orders = await ordersAsked(ctx, opened);
    const more = { ...wanted, hashes, keys, facts, orders, events: [], replaced: [], echoes: [] };
    await loadNeighbourhood(ctx.env.DB, session.known, more);
  }
}

/** Orders of which these tell totals: as they stand in a row, and in one of somebody who was erased. */
async function ordersAsked(ctx: Context, arrivals: readonly Arrived[]): Promise<Map<string, string>> {
  const numbers = arrivals.flatMap(({ type, facts: { order, money } }) =>
    type === "payment" && order !== null && money.paidTotal !== null ? [order] : [],
  );
  const spelled = await Promise.all(
    numbers.map(async (number) => [[number, number] as const, [await erasedNumber(ctx, "order", number), number] as const]),
  );
  return new Map(spelled.flat());
}

function claimsAsked(arrivals: readonly Arrived[]): { hashes: string[]; keys: string[] } {
  const claims = arrivals.flatMap(({ event, maybeClick }): Ref[] => [
    ...event.claims,
    ...event.detach,
    ...(maybeClick ? [maybeClick] : []),
  ]);
  return {
    hashes: [...new Set(claims.filter(({ type }) => type !== "key").map(({ hash }) => hash))],
    keys: [...new Set(claims.filter(({ type }) => type === "key").map(({ hash }) => hash))],
  };
}

/** Empty: what is not loaded does not exist for the decisions. */
export function newSession(now: number): Session {
  const graph = newGraph();
  return {
    known: newNeighbourhood(graph),
    graph,
    arrived: new Map(),
    outcomes: new Map(),
    relabelled: new Set(),
    uncounted: new Set(),
    accounts: new Map(),
    newFirings: [],
    deliveries: [],
    shifted: [],
    problems: [],
    traits: new Map(),
    withdrawn: new Set(),
    now,
  };
}
