/** Turns a finished session into one D1 batch and what is told after it. Nothing here decides; persons are read from the graph as
 *  it ended, so an event bound early in the batch goes to whoever its person has become by its end. D1 runs a batch as one
 *  transaction: a batch that fails leaves nothing, and one that is tried again after an unknown end fails at the events it has
 *  written already. Everything is sealed before the first statement is built. */
import type { Context } from "../../context.ts";
import { toE4 } from "../../domain/amount.ts";
import { nodesOf, rootOf } from "../../domain/identity/graph.ts";
import { isContact } from "../../domain/identity/limits.ts";
import { utmColumns } from "../../domain/normalise/utm.ts";
import type { EventId } from "../../lib/ids.ts";
import {
  type DeliveryRow,
  type EventRow,
  type SealedEvent,
  bindWaiting,
  insertDeliveries,
  insertEvents,
  insertRows,
  relabelEvents,
  uncountEvents,
  writeTraits,
} from "../../store/event-writes.ts";
import { type Renumbering, renumberErased } from "../../store/erasures.ts";
import { type IdentifierValue, identityStatements } from "../../store/identity-writes.ts";
import { type ArrivalCount, countArrivals } from "../../store/intake-counts.ts";
import { deliverySeq } from "../../store/new-deliveries.ts";
import { raiseProblem, settleWithin } from "../../store/problems.ts";
import type { LaneWork } from "../../rpc.ts";
import { currencyOf } from "../../domain/event-value.ts";
import { bucketOf } from "../intake/ledger.ts";
import { erasedNumber } from "../erased-number.ts";
import { hintOf, holdsContact, isNameless, withoutContacts } from "./hash-claim.ts";
import { type Outcome, type Session, personOf } from "./session.ts";

const DAY_MS = 86_400_000;

/** For after the batch: a lane must not know of a delivery that D1 might still refuse. */
export type Handover = { readonly connection: string; readonly laneWork: LaneWork };

/** Writes the batch, with `more` of the caller's own at its end; answers with the deliveries to hand over. */
export async function writeSession(ctx: Context, session: Session, more: readonly D1PreparedStatement[]): Promise<Handover[]> {
  const db = ctx.env.DB;
  const outcomes = [...session.outcomes.values()];
  const [fresh, late] = [outcomes.filter((outcome) => !outcome.late), outcomes.filter((outcome) => outcome.late)];
  const [events, waiting, values, deliveries, traits, orders, tids] = await Promise.all([
    Promise.all(fresh.map((outcome) => eventRow(ctx, session, outcome))),
    Promise.all(late.map((outcome) => lateRow(ctx, session, outcome))),
    identifierValues(ctx, session),
    sealDeliveries(ctx, session),
    traitRows(ctx, session),
    erasedNumbers(ctx, fresh, "order"),
    erasedNumbers(ctx, fresh, "tid"),
  ]);
  const joined = heldByJoined(session);
  const inserted = new Set(fresh.map(({ arrived }) => arrived.id));
  const statements = [
    ...identityStatements(db, {
      graph: session.graph,
      values,
      now: session.now,
    }),
    ...insertEvents(db, events),
    ...renumberErased(db, "order_number", orders),
    ...renumberErased(db, "tid", tids),
    ...bindWaiting(db, waiting),
    ...relabelEvents(
      db,
      [...session.relabelled].flatMap((id) => (inserted.has(id) ? [] : labelOf(session, id))),
    ),
    ...uncountEvents(
      db,
      [...session.uncounted].filter((id) => !inserted.has(id)),
    ),
    ...insertRows(db, "parked", parkedRows(ctx, session)),
    ...insertRows(db, "clicks", clickRows(fresh)),
    ...insertRows(
      db,
      "firings",
      session.newFirings.map(({ subject, trigger, eventId }) => ({ subject, trigger, event_id: eventId })),
    ),
    ...writeTraits(db, traits),
    ...insertDeliveries(db, deliveries.rows),
    ...(joined.length > 0 ? [settleWithin(db, joined, session.now)] : []),
    ...session.problems.map((problem) => raiseProblem(db, problem)),
    countArrivals(db, countsOf(fresh)),
    ...more,
  ];
  await db.batch(statements);
  return deliveries.handover;
}

/** An erased event keeps its time, type and place in the ledger and no amount, number or click. A payment's amount is what it
 *  adds to its order, not what the vendor called the total. */
async function eventRow(ctx: Context, session: Session, outcome: Outcome): Promise<{ columns: EventRow; blobs: SealedEvent }> {
  const { arrived } = outcome;
  const { facts, id } = arrived;
  const payment = session.known.payments.get(id);
  const dropped = outcome.status === "erased";
  const known = payment ?? session.known.orderParts.get(id);
  const amount = dropped ? null : (known?.amountE4 ?? toE4(facts.money.amount));
  const columns: EventRow = {
    ...whoseItIs(session, outcome),
    seq: arrived.seq,
    connection: arrived.connection,
    type: arrived.type,
    field: arrived.field,
    received_at: arrived.receivedAt,
    event_at: arrived.at,
    fact: arrived.fact,
    label: payment?.label ?? null,
    named: facts.named,
    ordinal: payment?.ordinal ?? null,
    counted: !dropped && arrived.counted ? 1 : 0,
    possible_duplicate: arrived.possibleDuplicate ? 1 : 0,
    amount_e4: amount,
    paid_total_e4: dropped ? null : toE4(facts.money.paidTotal),
    currency: amount === null ? null : currencyOf(facts, ctx.config),
    tid: dropped ? null : facts.tid,
    order_number: dropped ? null : facts.order,
    click_hash: dropped ? null : clickHashOf(outcome),
    link: facts.link,
    ...utmColumns(facts.utm),
    stored_at: session.now,
    rules: arrived.rules ? 1 : 0,
  };
  return { columns, blobs: await sealedParts(ctx, outcome) };
}

/** What binding decided about an event, whether its row is new or waited. */
function whoseItIs(session: Session, { arrived: { id }, status, cause, boundAt, viaType, viaHash, shared }: Outcome) {
  return {
    id,
    status,
    cause,
    person_id: personOf(session, id),
    home_id: session.graph.events.get(id)?.homeId ?? null,
    via: viaType,
    via_hash: viaHash,
    bound_at: boundAt,
    shared: shared ? 1 : 0,
  } as const;
}

/** Nothing personal of a dropped event is kept; a pseudonymous workspace keeps no contact even encrypted. */
async function sealedParts(ctx: Context, outcome: Outcome): Promise<SealedEvent> {
  const { arrived } = outcome;
  const trace = await sealTrace(ctx, outcome);
  if (outcome.status === "erased") return { facts: null, raw: null, trace };
  if (ctx.config.workspace.privacy === "sealed") {
    const facts = arrived.sealedFacts ?? (await ctx.seal.seal(JSON.stringify(arrived.facts)));
    return { facts, raw: arrived.raw, trace };
  }
  return { facts: await ctx.seal.seal(JSON.stringify(withoutContacts(arrived.facts, arrived.claims))), raw: null, trace };
}

/** Identifiers of everybody in whom two persons became one by themselves; an operator's merge notes what it settles. */
const heldByJoined = ({ graph }: Session): string[] =>
  graph.changes.merges.flatMap(({ by, survivor }) =>
    by === "operator" ? [] : [...nodesOf(graph, rootOf(graph, survivor))].map(({ hash }) => hash),
  );

const sealTrace = (ctx: Context, outcome: Outcome): Promise<ArrayBuffer> => ctx.seal.seal(JSON.stringify(outcome.trace));

/** An event whose row is there already, unbound: it gets its person and a new trace, its facts stay. */
async function lateRow(ctx: Context, session: Session, outcome: Outcome): Promise<Parameters<typeof bindWaiting>[1][number]> {
  const { id } = outcome.arrived;
  const payment = session.known.payments.get(id);
  const columns = {
    ...whoseItIs(session, outcome),
    // Version 0.2 left a waiting total without a sum, and so without a currency.
    currency: payment && payment.amountE4 !== null ? currencyOf(outcome.arrived.facts, ctx.config) : null,
  };
  return { columns, blobs: { trace: await sealTrace(ctx, outcome) } };
}

/** The numbers of money that came in or went back, as they would stand in the rows of somebody who was erased. */
function erasedNumbers(ctx: Context, fresh: readonly Outcome[], kind: "order" | "tid"): Promise<Renumbering[]> {
  const rows = fresh.flatMap(({ status, arrived: { type, connection, facts } }) => {
    const number = (type === "payment" || type === "refund") && (status === "bound" || status === "unbound") ? facts[kind] : null;
    return number === null ? [] : [{ connection, number }];
  });
  return Promise.all(rows.map(async (row) => ({ ...row, digest: await erasedNumber(ctx, kind, row.number) })));
}

const clickHashOf = ({ arrived }: Outcome): string | null => arrived.claims.find(({ type }) => type === "click")?.hash ?? null;

/** Sealed once, when the identifier is new: `email` and `phone` of a pseudonymous workspace, and those whose stored facts hold a
 *  digest only, have no value to seal. */
async function identifierValues(ctx: Context, session: Session): Promise<Map<string, IdentifierValue>> {
  const values = new Map<string, IdentifierValue>();
  const secret = ctx.config.workspace.privacy === "pseudonymous";
  for (const { claims } of session.arrived.values()) {
    for (const claim of claims) {
      const { hash, value } = claim;
      if (values.has(hash) || !session.graph.changes.nodes.has(hash)) continue;
      const contact = isContact(claim);
      const nameless = (secret && contact) || isNameless(claim);
      values.set(hash, { sealed: nameless ? null : await ctx.seal.seal(value), hint: contact ? hintOf(hash) : "" });
    }
  }
  return values;
}

function labelOf(session: Session, id: EventId): Parameters<typeof relabelEvents>[1][number][] {
  const payment = session.known.payments.get(id);
  return payment ? [{ id, label: payment.label, ordinal: payment.ordinal, amount_e4: payment.amountE4 }] : [];
}

function parkedRows(ctx: Context, session: Session): { hash: string; event_id: string; expires_at: number }[] {
  const expires = session.now + ctx.config.workspace.retention.waiting_days * DAY_MS;
  return [...session.graph.changes.parked].flatMap((id) =>
    (session.graph.parked.get(id)?.claims ?? []).map(({ hash }) => ({ hash, event_id: id, expires_at: expires })),
  );
}

/** Also of clicks nobody owns: a later start brings their marks to its person. Robots' and quarantined ones are no source of
 *  anybody. */
const clickRows = (fresh: readonly Outcome[]): Record<string, string | number | null>[] =>
  fresh.flatMap((outcome) => {
    const hash = clickHashOf(outcome);
    const { arrived, status } = outcome;
    if (arrived.type !== "click" || hash === null || status === "preview" || status === "quarantined") return [];
    return [{ hash, event_id: arrived.id, at: arrived.event.at, link: arrived.facts.link, ...utmColumns(arrived.facts.utm) }];
  });

/** One row a name and a home, so an unmerge gives each side its own words back. A pseudonymous workspace remembers none that holds a contact. */
async function traitRows(ctx: Context, { traits, graph }: Session): Promise<Parameters<typeof writeTraits>[1]> {
  const told = [...traits].flatMap(([home, own]) =>
    [...own].map(([name, { at, eventId, value }]) => ({ home, name, at, eventId, value })),
  );
  const rows = told.map(async ({ home, name, at, eventId, value }) => {
    if (value === null || (ctx.config.workspace.privacy === "pseudonymous" && holdsContact(value))) return [];
    const columns = { home_id: home, name, person_id: rootOf(graph, home), at, event_id: eventId };
    return [{ columns, blobs: { sealed: await ctx.seal.seal(value) } }];
  });
  return (await Promise.all(rows)).flat();
}

/** Written in the order in which they fired, and handed over in it. One that consent forbids gets its
 *  row as `cancelled`, so that the event's page says why nothing was sent, and is not handed over. */
async function sealDeliveries(
  ctx: Context,
  session: Session,
): Promise<{ rows: Parameters<typeof insertDeliveries>[1]; handover: Handover[] }> {
  const sealed = await Promise.all(
    session.deliveries.map(async ({ id, connection, action, eventId, personId, cancelled, order }, place) => {
      const work = await ctx.seal.seal(JSON.stringify(order));
      const columns: DeliveryRow = {
        id,
        seq: deliverySeq(session.now, place),
        event_id: eventId,
        person_id: personId,
        connection,
        action,
        status: cancelled ? "cancelled" : "queued",
        reason: cancelled ? "consent_withdrawn" : null,
        next_attempt_at: cancelled ? null : session.now,
        created_at: session.now,
        settled_at: cancelled ? session.now : null,
      };
      // She may have become one with somebody later in this turn.
      const line = rootOf(session.graph, personId);
      const laneWork = { id, generation: 0, line, action, createdAt: session.now, work };
      return { row: { columns, blobs: { work } }, handover: cancelled ? [] : [{ connection, laneWork }] };
    }),
  );
  return { rows: sealed.map(({ row }) => row), handover: sealed.flatMap(({ handover }) => handover) };
}

/** By connection, stretch of time and verdict; test events are no traffic. */
function countsOf(fresh: readonly Outcome[]): ArrivalCount[] {
  const counts = new Map<string, ArrivalCount>();
  for (const { arrived } of fresh) {
    const { connection, verdict: outcome } = arrived;
    if (arrived.cause === "test") continue;
    const bucketAt = bucketOf(arrived.receivedAt);
    const key = `${connection}\n${bucketAt}\n${outcome}`;
    counts.set(key, { connection, bucketAt, outcome, n: (counts.get(key)?.n ?? 0) + 1 });
  }
  return [...counts.values()];
}
