/** What a payment is called: `sale` (the first paid order or first tid, or so named by the sender), `resale` with its ordinal, or nothing.
 *  Counted per person and connection and always from scratch in event time, so a late or rejected payment gives every other one its right number.
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
  readonly tid: string | null;
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

/** Labels all payments of one person at one connection, in any order of input. `elsewhere`: what others paid for the same orders, or nobody yet; it is
 *  in their totals. */
export function labelPayments(payments: readonly Payment[], elsewhere: readonly Payment[] = []): Labelled[] {
  const byTime = (a: Payment, b: Payment): number => a.at - b.at || a.seq - b.seq;
  const inTime = payments.toSorted(byTime);
  const amounts = amountsOf([...payments, ...elsewhere].toSorted(byTime));
  const labels = new Map<EventId, { label: Label; ordinal: number | null }>();
  let resales = 0;
  let wasNamed = false;
  for (const [index, first] of firstMoneyOfEachPurchase(inTime, amounts).entries()) {
    const repeats = first.named === "sale" && wasNamed && purchaseOf(first) !== first.id;
    const label = repeats ? "resale" : (first.named ?? (index === 0 ? "sale" : "resale"));
    wasNamed ||= first.named === "sale";
    if (label === "resale") resales += 1;
    labels.set(first.id, { label, ordinal: label === "resale" ? resales : null });
  }
  return inTime.map(({ id }) => ({
    id,
    label: labels.get(id)?.label ?? null,
    ordinal: labels.get(id)?.ordinal ?? null,
    amountE4: amounts.get(id) ?? null,
  }));
}

/** An order, else a tid, else the payment itself. */
export const purchaseOf = (payment: Pick<Payment, "id" | "order" | "tid">): string =>
  payment.order !== null ? `order ${payment.order}` : payment.tid !== null ? `tid ${payment.tid}` : payment.id;

/** Parts of one order are one purchase. What counts nowhere and what brought no money make no sale; an amount nobody told may be
 *  one. */
function firstMoneyOfEachPurchase(inTime: readonly Payment[], amounts: ReadonlyMap<EventId, number | null>): Payment[] {
  const firsts = new Map<string, Payment>();
  for (const payment of inTime) {
    const amount = amounts.get(payment.id);
    if (!payment.counted || amount === 0 || (amount !== null && amount !== undefined && amount < 0)) continue;
    const purchase = purchaseOf(payment);
    if (!firsts.has(purchase)) firsts.set(purchase, payment);
  }
  return [...firsts.values()];
}

/** Own amounts, with totals turned into differences along the order's own time. */
function amountsOf(inTime: readonly Payment[]): Map<EventId, number | null> {
  const paid = new Map<string, number>();
  const amounts = new Map<EventId, number | null>();
  for (const payment of inTime) {
    const purchase = purchaseOf(payment);
    const before = paid.get(purchase) ?? 0;
    const amount = payment.paidTotalE4 === null ? payment.amountE4 : Math.max(0, payment.paidTotalE4 - before);
    amounts.set(payment.id, amount);
    if (payment.counted) paid.set(purchase, before + (amount ?? 0));
  }
  return amounts;
}

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
