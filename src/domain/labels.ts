/** What a payment is called: `sale` (the first paid order or first tid, or so named by the sender), `resale` with its ordinal, or nothing.
 *  Counted per person and connection in event time, so a late or rejected payment gives every later one its right number.
 *  Parts of one order are one purchase: only its first money carries the label. Free orders and unreadable amounts carry none. A sender that calls every
 *  deposit a sale means the first one: its next order or tid is a repeat (vendors.md §3.1, §6.1). Pure. */
import type { EventId } from "../lib/ids.ts";

/** Amounts × 10 000 as integers, so sums and differences are exact. `at` is epoch ms of the fact, not of its arrival. */
export type Payment = {
  readonly id: EventId;
  /** Order of arrival, for payments of the same moment. */
  readonly seq: number;
  readonly at: number;
  readonly order: string | null;
  /** The conversion that a transaction id names, told apart from one of another click that is numbered alike (vendors.md §6.1). */
  readonly conversion: string | null;
  readonly named: "sale" | "resale" | null;
  /** Value × 10 000; null = the sender told no amount. */
  readonly amountE4: number | null;
  /** Cumulative paid sum of the order, for vendors that report totals: the amount is then the difference. */
  readonly paidTotalE4: number | null;
  /** false = replaced by a newer state, rejected, or unreadable. */
  readonly counted: boolean;
};

/** Stored beside the payment and moved by later ones; a type of event never is one. */
export type Label = "sale" | "resale";
/** `ordinal` counts resales from 1 and is null otherwise. `amountE4` is the payment's own part where the sender told a running total. */
export type Labelled = {
  readonly id: EventId;
  readonly label: Label | null;
  readonly ordinal: number | null;
  readonly amountE4: number | null;
};

/** What the payments of one person at one connection came to so far, in time order. */
export type Standing = {
  /** Purchase → what was paid for it. */
  readonly paid: Map<string, number>;
  readonly purchases: Set<string>;
  resales: number;
  wasNamed: boolean;
};

export const newStanding = (): Standing => ({ paid: new Map(), purchases: new Set(), resales: 0, wasNamed: false });

/** The order in which payments are labelled. */
export const byTime = (a: Payment, b: Payment): number => a.at - b.at || a.seq - b.seq;

/** Labels the payment that comes next in time and adds it to the standing. `elsewhere`: what others paid for the same order before, or nobody yet; it
 *  is in the order's total. What counts nowhere and what brought no money make no sale; an amount nobody told may be one. */
export function labelNext(standing: Standing, payment: Payment, elsewhere: number): Labelled {
  const { id, paidTotalE4, counted, named } = payment;
  const purchase = purchaseOf(payment);
  const before = standing.paid.get(purchase) ?? 0;
  const amountE4 = paidTotalE4 === null ? payment.amountE4 : Math.max(0, paidTotalE4 - before - elsewhere);
  if (counted) standing.paid.set(purchase, before + (amountE4 ?? 0));
  if (!counted || (amountE4 !== null && amountE4 <= 0) || standing.purchases.has(purchase)) {
    return { id, label: null, ordinal: null, amountE4 };
  }
  const repeats = named === "sale" && standing.wasNamed && purchase !== id;
  const label = repeats ? "resale" : (named ?? (standing.purchases.size === 0 ? "sale" : "resale"));
  standing.purchases.add(purchase);
  standing.wasNamed ||= named === "sale";
  if (label === "resale") standing.resales += 1;
  return { id, label, ordinal: label === "resale" ? standing.resales : null, amountE4 };
}

/** An order, else a conversion, else the payment itself. */
const purchaseOf = (payment: Pick<Payment, "id" | "order" | "conversion">): string =>
  payment.order !== null ? `order ${payment.order}` : payment.conversion !== null ? `tid ${payment.conversion}` : payment.id;

/** A name that rules match. Each fires once per fact; `sale` and every `resale#n` also once per person and connection. */
export type Trigger = { readonly name: string; readonly oncePerPerson: boolean };

/** Everything a rule may listen to for one fact, each name once, the broadest first. */
export function triggersOf(type: string, label: Label | null, ordinal: number | null): Trigger[] {
  const triggers: Trigger[] = [
    { name: "*", oncePerPerson: false },
    { name: type, oncePerPerson: false },
  ];
  return [...triggers, ...labelTriggersOf(label, ordinal)].filter(
    (trigger, index, all) => all.findIndex(({ name }) => name === trigger.name) === index,
  );
}

/** The triggers a payment may gain later, when another one shifts its ordinal. */
export function labelTriggersOf(label: Label | null, ordinal: number | null): Trigger[] {
  if (label === "sale") return [{ name: "sale", oncePerPerson: true }];
  if (label === null) return [];
  return [
    { name: "resale", oncePerPerson: false },
    { name: `resale#${ordinal ?? 1}`, oncePerPerson: true },
  ];
}

/** A label as the wire shows it: "sale", "resale#2". */
export const labelText = (label: string, ordinal: number | null): string =>
  label === "resale" && ordinal !== null ? `resale#${ordinal}` : label;
