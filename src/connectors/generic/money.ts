/** The money of a delivery, by the common names. An unreadable amount costs the amount, never the event. */
import type { Money } from "../../domain/event.ts";
import { type Amount, readMoney } from "../../domain/normalise/money.ts";
import { type Sent, take } from "./sent.ts";
import { readCurrencyText } from "./text.ts";

const AMOUNT = ["amount", "cost", "sum", "payout", "revenue", "tracker.cost"] as const;
const CURRENCY = ["currency", "tracker.currency"] as const;

/** `first` goes before the common names of a sum. `paidTotal` is a running sum (GetCourse): the payment is its difference from what was known before, which
 *  only the ledger can tell. */
export type MoneyNames = {
  readonly first?: readonly string[];
  readonly amount?: readonly string[];
  readonly paidTotal?: readonly string[];
  readonly currency?: readonly string[];
};

/** A decimal text, never a float. The currency beside the number wins over one written inside it («100 ₽»); null is filled later from the connection. */
export function takeMoney(sent: Sent, names: MoneyNames = {}): Money {
  const total: Amount | null = take(sent, names.paidTotal ?? [], readMoney);
  const sum: Amount | null = take(sent, [...(names.first ?? []), ...AMOUNT, ...(names.amount ?? [])], readMoney);
  const currency = take(sent, [...CURRENCY, ...(names.currency ?? [])], readCurrencyText);
  return {
    amount: sum?.amount ?? null,
    paidTotal: total?.amount ?? null,
    currency: currency ?? sum?.currency ?? total?.currency ?? null,
  };
}

/** For deliveries that are read by their own structure and cannot hold a sum. */
export const NO_MONEY: Money = { amount: null, paidTotal: null, currency: null };
