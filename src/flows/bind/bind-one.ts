/** Binds one event of a session, with everything that only waited for it: resolution, labels, triggers, rules, problems. Events
 *  are bound one after another in their order, since each may change whose the next one is. It asks D1 nothing: what it may look
 *  at was loaded before (load.ts), so a batch is decided on one moment's knowledge. */
import type { Context } from "../../context.ts";
import { type Bound, bindEvent } from "../../domain/identity/bind.ts";
import type { Conflict, Fresh } from "../../domain/identity/decision.ts";
import { type Ref, leafOf, rootOf } from "../../domain/identity/graph.ts";
import { type EventId, type PersonId, newPersonId, newPersonKey } from "../../lib/ids.ts";
import type { NewProblem } from "../../store/problems.ts";
import { type Arrived, hasBadAmount } from "./arrived.ts";
import { borrowUtm, rememberClick, withRecordedClick } from "./clicks.ts";
import { matchDeliveries } from "./deliveries.ts";
import { type EchoDigests, isEcho } from "./echo.ts";
import { relabel } from "./accounts.ts";
import { addPayment, addUnowned, fireEvent, fireShifted } from "./fire.ts";
import { type Outcome, type Session, personOf } from "./session.ts";
import { takeBackRejected, uncount } from "./take-back.ts";
import { rememberTraits } from "./traits.ts";

/** Changes the session only; nothing is written here. A quarantined event or a robot's click ends early: it has an outcome and touches nobody, but it
 *  may still replace an older state of its fact. */
export async function bindOne(ctx: Context, session: Session, arrival: Arrived, digests: EchoDigests): Promise<void> {
  const arrived = withRecordedClick(session, arrival);
  for (const { cause, field } of arrived.facts.dropped) {
    if (cause === "unresolved_macro") session.problems.push(macroProblem(session, arrived, field));
  }
  if (arrived.verdict !== "accepted") {
    replace(session, arrived, false);
    session.outcomes.set(arrived.id, outcomeOf(arrived, { status: arrived.verdict, cause: arrived.cause }));
    return;
  }
  rememberClick(session, arrived);
  borrowUtm(session, arrived);
  const echo = arrived.facts.outgoing || (await isEcho(ctx, session, arrived, digests));
  const bound = bindEvent(session.graph, arrived.event, newPersonAt(session.now));
  const counts = bound.every(({ decision }) => decision.outcome !== "erased");
  await settle(ctx, session, bound, { echo: echo ? arrived : null, touched: replace(session, arrived, counts) });
}

/** Binds an event that waits, now that an operator has said whose its identifier is. */
export async function bindWaiting(ctx: Context, session: Session, waiting: Arrived, ref: Ref): Promise<void> {
  await settle(ctx, session, bindEvent(session.graph, waiting.event, newPersonAt(session.now), { ref, at: session.now }));
}

const newPersonAt = (now: number) => (): Fresh => ({ id: newPersonId(now), key: newPersonKey() });

/** Everything one event set off: itself, and what waited for an identifier it brought. Labels and rules come last, when all of
 *  them have their person. */
async function settle(
  ctx: Context,
  session: Session,
  bound: readonly Bound[],
  { echo = null, touched = null }: { readonly echo?: Arrived | null; readonly touched?: PersonId | null } = {},
): Promise<void> {
  const roots = new Set<PersonId>(touched === null ? [] : [touched]);
  for (const one of bound) {
    const own = session.arrived.get(one.decision.event.id);
    if (own) take(session, { arrived: own, bound: one, echo: own === echo }, roots);
  }
  for (const { decision } of bound) takeBackRejected(ctx, session, decision.event.id);
  followClicks(session, roots);
  await fireAll(ctx, session, bound, roots);
}

const outcomeOf = (arrived: Arrived, given: Partial<Outcome> & Pick<Outcome, "status">): Outcome => ({
  arrived,
  cause: null,
  boundAt: null,
  viaType: null,
  viaHash: null,
  shared: false,
  trace: [],
  late: false,
  ...given,
});

type Taking = { readonly arrived: Arrived; readonly bound: Bound; readonly echo: boolean };

/** Notes one decision in the session. */
function take(session: Session, { arrived, bound, echo }: Taking, roots: Set<PersonId>): void {
  const { decision, trace, boundAt } = bound;
  const { id } = arrived;
  const written = session.outcomes.get(id);
  const late = written ? written.late : session.graph.changes.unparked.has(id) && !isNew(session, id);
  const status = decision.outcome === "bound" && echo ? "echo" : decision.outcome;
  const steps = echo ? [...trace, { step: "echo" } as const] : trace;
  session.outcomes.set(
    id,
    outcomeOf(arrived, {
      status,
      cause: status === "unbound" ? (arrived.claims.length === 0 ? "no_identifier" : "unknown_person") : null,
      boundAt: status === "unbound" ? null : boundAt,
      viaType: decision.via?.type ?? null,
      viaHash: decision.via?.hash ?? null,
      shared: decision.shared,
      trace: steps,
      late,
    }),
  );
  if (status === "unbound") addUnowned(session, arrived);
  for (const conflict of decision.conflicts) session.problems.push(conflictProblem(session, arrived, conflict));
  if (decision.homeId === null) return;
  roots.add(rootOf(session.graph, decision.homeId));
  rememberTraits(session.traits, decision.homeId, { id, at: arrived.event.at, facts: arrived.facts });
  obeyConsent(session, arrived, decision.homeId);
  if (status === "bound") addPayment(session, arrived, decision.homeId, decision.via?.hash ?? null);
}

/** Arrived with this batch, as opposed to loaded from those that wait in D1. */
const isNew = (session: Session, id: EventId): boolean => session.arrived.get(id)?.sealedFacts !== null;

/** Payments that came through a click follow it to its real starter. */
function followClicks(session: Session, roots: Set<PersonId>): void {
  const { graph, known } = session;
  for (const { hash, from, to } of graph.changes.clickMoves) {
    for (const payment of known.payments.values()) {
      if (payment.viaHash !== hash || rootOf(graph, payment.homeId) !== rootOf(graph, from)) continue;
      payment.homeId = to;
      session.accounts.clear();
      roots.add(rootOf(graph, from));
      roots.add(rootOf(graph, to));
    }
  }
}

/** First the events bound now, each once; then payments whose label shifted because one came in before them. A shifted label runs
 *  rules only if nothing in this turn, and not the payment itself, was imported with rules off. */
async function fireAll(ctx: Context, session: Session, bound: readonly Bound[], roots: ReadonlySet<PersonId>): Promise<void> {
  const current = new Set([...roots].map((root) => rootOf(session.graph, root)));
  const changed = [...current].flatMap((root) => relabel(session, root));
  const fired = new Set<EventId>();
  for (const { decision } of bound) {
    const arrived = session.arrived.get(decision.event.id);
    const outcome = arrived && session.outcomes.get(arrived.id);
    if (!arrived || outcome?.status !== "bound" || isReplaced(session, arrived)) continue;
    fired.add(arrived.id);
    const names = fireEvent(session, arrived);
    const root = personOf(session, arrived.id);
    if (!arrived.rules || root === null) continue;
    const payment = session.known.payments.get(arrived.id);
    await matchDeliveries(ctx, session, { subject: arrived, root, payment, fired: names });
  }
  const mayRun = bound.every(({ decision }) => session.arrived.get(decision.event.id)?.rules !== false);
  for (const payment of changed) {
    if (fired.has(payment.id) || payment.label === null) continue;
    const { names, before } = fireShifted(session, payment);
    if (mayRun && payment.rules && names.length > 0) session.shifted.push({ payment, names, before });
  }
}

/** A newer state stands in its place, which came in this batch or while it waited. */
const isReplaced = ({ uncounted }: Session, { id, counted, facts }: Arrived): boolean =>
  uncounted.has(id) || (!counted && !hasBadAmount(facts));

/** A newer state of a fact: the older one stays as history. What is no money keeps counting unless it was rejected or said again; and so does
 *  everything whose newer state does not count itself: unusable, or dropped as the past of somebody erased. Another sum without a time of
 *  its own corrects what happened on its day: the first purchase does not become a repeat of the second. */
function replace(session: Session, arrived: Arrived, counts: boolean): PersonId | null {
  if (arrived.replaces === null) {
    if (arrived.possibleDuplicate) arrived.fact = `${arrived.fact}:${arrived.id}`;
    return null;
  }
  const older = session.known.replaced.get(arrived.replaces) ?? session.arrived.get(arrived.replaces);
  if (!older) return null;
  arrived.fact = older.fact;
  if (!counts) return null;
  const money = older.type === "payment" || older.type === "refund";
  if (!money && arrived.type !== "rejected") return null;
  if (older.type === arrived.type && arrived.facts.eventAt === null) arrived.at = older.at;
  return uncount(session, older.id);
}

/** Either word stands on the row it came to, by its own time: what is told late undoes nothing newer, and the newest holds for the whole person. */
function obeyConsent({ graph, withdrawn }: Session, { type, facts, event: { at } }: Arrived, home: PersonId): void {
  const withdraws = type === "consent_withdrawn" || facts.fields["consent"] === "withdrawn";
  if (!withdraws && type !== "consent_given") return;
  const [told, other] = withdraws
    ? (["consentWithdrawnAt", "consentGivenAt"] as const)
    : (["consentGivenAt", "consentWithdrawnAt"] as const);
  const leaf = leafOf(graph, home);
  leaf[told] = Math.max(leaf[told] ?? 0, at);
  if (leaf[other] === at) leaf[other] = null;
  graph.changes.leaves.add(home);
  if (withdraws) withdrawn.add(home);
}

/** One problem a connection and a field, however many events: it is the vendor's template that is wrong. */
const macroProblem = (session: Session, { id, connection }: Arrived, field: string): NewProblem => ({
  kind: "unresolved_macro",
  dedupe: `${connection}:${field}`,
  cause: "unresolved_macro",
  at: session.now,
  connection,
  field,
  eventId: id,
});

/** Raised anew, not twice, for the same people about the same value; a quarantine is of the contact, whoever claims it. */
function conflictProblem(session: Session, { id, connection }: Arrived, { ref, cause, persons }: Conflict): NewProblem {
  const quarantined = cause === "contact_quarantined";
  return {
    kind: quarantined ? "contact_quarantined" : "conflict",
    dedupe: quarantined ? ref.hash : `${ref.hash}:${cause}:${[...persons].toSorted().join(":")}`,
    cause,
    at: session.now,
    connection,
    persons,
    identifier: { hash: ref.hash, type: ref.type },
    eventId: id,
  };
}
