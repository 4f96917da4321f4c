/** Labels and triggers. After every event the payments of the persons it touched are labelled anew; what a payment is called decides which
 *  triggers fire for it, and each fires once: per fact, and `sale` and every `resale#n` also once per person and connection. */
import { type Trigger, labelNext, labelTriggersOf, newStanding, triggersOf } from "../../domain/labels.ts";
import { membersOf, rootOf, setIn } from "../../domain/identity/graph.ts";
import { toE4 } from "../../domain/amount.ts";
import type { PersonId } from "../../lib/ids.ts";
import { type OrderPart, type PaymentRow, noteOrder } from "../../store/neighbourhood.ts";
import { enter, openAccounts, paidElsewhere, relabel, restartOrder } from "./accounts.ts";
import type { Arrived } from "./arrived.ts";
import type { Session } from "./session.ts";

/** Puts a bound payment among the others. */
export function addPayment(session: Session, arrived: Arrived, homeId: PersonId, viaHash: string | null): void {
  if (arrived.type !== "payment") return;
  const { fact, rules, facts } = arrived;
  enter(session, { ...moneyOf(arrived), homeId, viaHash, fact, tid: facts.tid, label: null, ordinal: null, rules });
  session.relabelled.add(arrived.id);
}

/** A payment that is nobody's yet is a part of its order all the same. */
export function addUnowned(session: Session, arrived: Arrived): void {
  if (arrived.type !== "payment") return;
  const payment = moneyOf(arrived);
  const { amountE4 } = labelNext(newStanding(), payment, paidElsewhere(session, null)(payment));
  const part = { ...payment, amountE4 };
  session.known.orderParts.set(arrived.id, part);
  noteOrder(session.known, part);
  restartOrder(session, part, null);
}

const moneyOf = ({ id, seq, connection, fact, at, facts, counted }: Arrived): OrderPart => ({
  id,
  seq,
  connection,
  at,
  named: facts.named,
  amountE4: toE4(facts.money.amount),
  paidTotalE4: toE4(facts.money.paidTotal),
  order: facts.order,
  conversion: facts.tid === null ? null : fact,
  counted,
});

/** What the stored labels of everybody loaded are by the rules of today: those of an earlier version may have said otherwise. No news: it counts as
 *  fired and runs nothing. */
export function renewLabels(session: Session): void {
  for (const root of openAccounts(session)) for (const payment of relabel(session, root)) fireShifted(session, payment);
}

/** `before`: names that fired for the fact earlier; a rule that listens to one of them has run. */
export type Fired = { readonly names: readonly string[]; readonly before: readonly string[] };

/** Names that fire now for a freshly bound event, each noted as fired. */
export function fireEvent(session: Session, arrived: Arrived): Fired {
  const payment = session.known.payments.get(arrived.id);
  const triggers = triggersOf(arrived.type, payment?.label ?? null, payment?.ordinal ?? null);
  return { names: fire(session, arrived, triggers), before: [] };
}

/** Label triggers that an older payment gained. */
export function fireShifted(session: Session, payment: PaymentRow): Fired {
  const before = [...(session.known.firings.get(payment.fact) ?? [])].map((name) => name.replace(/^\*:.*/, "*"));
  const names = fire(
    session,
    { ...payment, type: "payment", mayFireAgain: true },
    labelTriggersOf(payment.label, payment.ordinal),
  );
  return { names, before };
}

type Firing = Pick<Arrived, "id" | "fact" | "connection" | "type" | "mayFireAgain">;

/** Names of the triggers that fire now. Each fires once for a fact, whatever states of it come; `sale` and every `resale#n` also
 *  once for a person and connection, whichever of her rows they came to. */
function fire(session: Session, event: Firing, triggers: readonly Trigger[]): string[] {
  const { firings, payments } = session.known;
  const home = (session.graph.events.get(event.id) ?? payments.get(event.id))?.homeId;
  const names: string[] = [];
  for (const { name, oncePerPerson } of triggers) {
    const onFact = factTrigger(name, event.type);
    if (firings.get(event.fact)?.has(onFact)) continue;
    if (oncePerPerson && home !== undefined) {
      const onPerson = `${event.connection}:${name}`;
      if ([...membersOf(session.graph, rootOf(session.graph, home))].some((leaf) => firings.get(leaf)?.has(onPerson))) continue;
      note(session, event, home, onPerson);
    }
    if (event.mayFireAgain) note(session, event, event.fact, onFact);
    names.push(name);
  }
  return names;
}

/** A rejection is another happening of the same fact: `*` hears it too. */
const factTrigger = (name: string, type: string): string => (name === "*" ? `*:${type}` : name);

/** In the set for the rest of the batch, and in the list for the write. */
function note(session: Session, event: Firing, subject: string, trigger: string): void {
  setIn(session.known.firings, subject).add(trigger);
  session.newFirings.push({ subject, trigger, eventId: event.id });
}
