/** Labels and triggers. After every event the payments of the persons it touched are labelled anew; what a payment is called decides which
 *  triggers fire for it, and each fires once: per fact, and `sale` and every `resale#n` also once per person and connection. */
import { type Labelled, type Trigger, labelPayments, labelTriggersOf, triggersOf } from "../../domain/labels.ts";
import { membersOf, rootOf } from "../../domain/identity/graph.ts";
import { toE4 } from "../../domain/amount.ts";
import type { EventId, PersonId } from "../../lib/ids.ts";
import { type OrderPart, type PaymentRow, firingOf } from "../../store/neighbourhood.ts";
import type { Arrived } from "./arrived.ts";
import { type Session, personOf } from "./session.ts";

/** Puts a bound payment among the others. */
export function addPayment(session: Session, arrived: Arrived, homeId: PersonId, viaHash: string | null): void {
  if (arrived.type !== "payment") return;
  const { fact, rules } = arrived;
  session.known.payments.set(arrived.id, { ...moneyOf(arrived), homeId, viaHash, fact, label: null, ordinal: null, rules });
  session.relabelled.add(arrived.id);
  session.labelled.clear();
}

/** A payment that is nobody's yet is a part of its order all the same. */
export function addUnowned(session: Session, arrived: Arrived): void {
  if (arrived.type !== "payment") return;
  const payment = moneyOf(arrived);
  const [labelled] = labelPayments([payment], elsewhere(session, [payment]));
  session.known.orderParts.set(arrived.id, { ...payment, amountE4: labelled?.amountE4 ?? null });
  session.labelled.clear();
}

const moneyOf = ({ id, seq, connection, event, facts, counted }: Arrived): OrderPart => ({
  id,
  seq,
  connection,
  at: event.at,
  named: facts.named,
  amountE4: toE4(facts.money.amount),
  paidTotalE4: toE4(facts.money.paidTotal),
  order: facts.order,
  tid: facts.tid,
  counted,
});

/** What belongs to the same orders and not to these payments, where one of them tells a total. */
function elsewhere({ known }: Session, own: readonly OrderPart[]): OrderPart[] {
  const totals = own.filter(({ order, paidTotalE4 }) => order !== null && paidTotalE4 !== null);
  if (totals.length === 0) return [];
  const ids = new Set(own.map(({ id }) => id));
  const orders = new Set(totals.map(({ connection, order }) => `${connection}\n${order}`));
  return [...new Map<EventId, OrderPart>([...known.orderParts, ...known.payments]).values()]
    .filter(({ id, order, connection }) => !ids.has(id) && orders.has(`${connection}\n${order}`))
    .map((part) => ({ ...part, paidTotalE4: null }));
}

/** Labels all payments of a person; answers with those that are called differently now. Nothing is done again for an event that changed no payment:
 *  somebody may have thousands. `known`: they, where all are sorted by person already. */
export function relabel(session: Session, root: PersonId, known?: readonly PaymentRow[]): PaymentRow[] {
  const { size } = membersOf(session.graph, root);
  if (session.labelled.get(root) === size) return [];
  session.labelled.set(root, size);
  const own = known ?? paymentsBy(session).get(root) ?? [];
  const changed: PaymentRow[] = [];
  for (const payments of Map.groupBy(own, ({ connection }) => connection).values()) {
    for (const labelled of labelPayments(payments, elsewhere(session, payments))) {
      const row = session.known.payments.get(labelled.id);
      if (!row || !take(row, labelled)) continue;
      session.relabelled.add(row.id);
      changed.push(row);
    }
  }
  return changed;
}

const paymentsBy = ({ graph, known }: Session): Map<PersonId, PaymentRow[]> =>
  Map.groupBy(known.payments.values(), ({ homeId }) => rootOf(graph, homeId));

/** What the stored labels of everybody loaded are by the rules of today: those of an earlier version may have said otherwise. No news: it counts as
 *  fired and runs nothing. */
export function renewLabels(session: Session): void {
  for (const [root, own] of paymentsBy(session)) for (const payment of relabel(session, root, own)) fireShifted(session, payment);
}

/** Writes the label into the row; true when its name changed. */
function take(row: PaymentRow, { label, ordinal, amountE4 }: Labelled): boolean {
  const renamed = row.label !== label || row.ordinal !== ordinal;
  const same = !renamed && row.amountE4 === amountE4;
  row.label = label;
  row.ordinal = ordinal;
  row.amountE4 = amountE4;
  return renamed || !same;
}

/** `before`: names that fired for the fact earlier; a rule that listens to one of them has run. */
export type Fired = { readonly names: readonly string[]; readonly before: readonly string[] };

/** Names that fire now for a freshly bound event, each noted as fired. */
export function fireEvent(session: Session, arrived: Arrived): Fired {
  const payment = session.known.payments.get(arrived.id);
  const triggers = triggersOf(arrived.type, labelOf(payment), payment?.ordinal ?? null);
  return { names: fire(session, arrived, triggers), before: [] };
}

/** Label triggers that an older payment gained. */
export function fireShifted(session: Session, payment: PaymentRow): Fired {
  const before = [...session.known.firings]
    .filter((firing) => firing.startsWith(firingOf(payment.fact, "")))
    .map((firing) => firing.slice(payment.fact.length + 1).replace(/^\*:.*/, "*"));
  const names = fire(
    session,
    { ...payment, type: "payment", mayFireAgain: true },
    labelTriggersOf(labelOf(payment), payment.ordinal),
  );
  return { names, before };
}

const labelOf = (payment: PaymentRow | undefined): "sale" | "resale" | null =>
  payment?.label === "sale" || payment?.label === "resale" ? payment.label : null;

type Firing = Pick<Arrived, "id" | "fact" | "connection" | "type" | "mayFireAgain">;

/** Names of the triggers that fire now. Each fires once for a fact, whatever states of it come; `sale` and every `resale#n` also
 *  once for a person and connection, whichever of her rows they came to. */
function fire(session: Session, event: Firing, triggers: readonly Trigger[]): string[] {
  const { firings, payments } = session.known;
  const root = personOf(session, event.id) ?? rootOfPayment(session, payments.get(event.id));
  const home = session.graph.events.get(event.id)?.homeId ?? payments.get(event.id)?.homeId ?? null;
  const names: string[] = [];
  for (const { name, oncePerPerson } of triggers) {
    const onFact = factTrigger(name, event.type);
    if (firings.has(firingOf(event.fact, onFact))) continue;
    if (event.mayFireAgain) note(session, event, event.fact, onFact);
    if (oncePerPerson && root !== null && home !== null) {
      const onPerson = `${event.connection}:${name}`;
      if ([...membersOf(session.graph, root)].some((leaf) => firings.has(firingOf(leaf, onPerson)))) continue;
      note(session, event, home, onPerson);
    }
    names.push(name);
  }
  return names;
}

/** A rejection is another happening of the same fact: `*` hears it too. */
const factTrigger = (name: string, type: string): string => (name === "*" ? `*:${type}` : name);

function rootOfPayment(session: Session, payment: PaymentRow | undefined): PersonId | null {
  return payment ? rootOf(session.graph, payment.homeId) : null;
}

/** In the set for the rest of the batch, and in the list for the write. */
function note(session: Session, event: Firing, subject: string, trigger: string): void {
  session.known.firings.add(firingOf(subject, trigger));
  session.newFirings.push({ subject, trigger, eventId: event.id });
}
