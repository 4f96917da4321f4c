/** The process operation «Вызвать URL», and signed Chatium code: common names, plus the order macros' own (`payed_money` is the sum paid so far). An
 *  order process that names no event, or calls every news of an order `order`, is understood by the order's status. */
import { fromE4, toE4 } from "../../domain/amount.ts";
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { EventName } from "../../domain/normalise/event-type.ts";
import { readMoney } from "../../domain/normalise/money.ts";
import type { Incoming } from "../connector.ts";
import { type Sent, peek } from "../generic/sent.ts";
import { readGeneric } from "../generic.ts";
import { dealEvent } from "./order-news.ts";
import { orderStatus, orderStep } from "./status.ts";

/** Stands for "the status will tell": no event's name is empty. */
const UNNAMED: EventName = { type: "", named: null };

const PRICE = ["cost_money_value", "cost_money"] as const;
const LEFT = ["left_cost_money", "left"] as const;

/** `{object.cost_money}` has spaces and a currency, `{object.cost_money_value}` is plain; empty macros come as empty parameters (vendors.md §1.6).
 *  A sender that names a payment and gives no total is believed about `amount` alone; the order's price without one means that the order is paid,
 *  which the webhook tells too. */
export function readProcess(connection: ConnectionOf<"getcourse">, incoming: Incoming, sent: Sent): NewEvent {
  const ownSum = ["amount", "sum"].some((name) => (peek(sent, name)?.value ?? "").trim() !== "");
  const priced = !ownSum && PRICE.some((name) => peek(sent, name) !== null);
  const left = LEFT.map((name) => peek(sent, name)?.value ?? "").find((value) => value !== "") ?? "";
  const event = readGeneric(connection, incoming, {
    sent,
    money: { amount: PRICE, paidTotal: ["payed_money", "payed_value", "payedValue"] },
    fallback: ({ order }) => (order === null ? { type: "identify", named: null } : UNNAMED),
  });
  const status = event.status === null ? "" : orderStatus(event.status);
  const told = { ...event, status: status === "" ? null : status };
  if (event.order === null) return told;
  const { amount: cost, currency } = event.money;
  const isPart = status === "part_payed" && !(ownSum && event.type === "payment");
  const paidTotal = event.money.paidTotal ?? (isPart ? paidOf(cost, left) : null);
  const deal = { order: event.order, status, cost, paidTotal, currency };
  const paidOrder = event.type === "order" && paidTotal !== null && paidTotal !== "0" && orderStep(status) === "paid";
  if (event.type === UNNAMED.type || paidOrder) return keepingIds(told, dealEvent({ ...deal, step: null }));
  if (event.type !== "payment" || event.tid !== null) return told;
  if (paidTotal !== null || cost === "0" || (priced && cost !== null))
    return keepingIds(told, dealEvent({ ...deal, step: "paid" }));
  return told;
}

/** What was paid of a price by what is left of it; null when they do not tell. */
function paidOf(cost: string | null, left: string): string | null {
  const rest = readMoney(left);
  const [price, unpaid] = [toE4(cost), toE4(rest.ok ? (rest.value?.amount ?? null) : null)];
  return price === null || unpaid === null || unpaid > price ? null : fromE4(price - unpaid);
}

/** The sender's own idempotency id or transaction id outranks the key that an order gives. */
function keepingIds(event: NewEvent, deal: ReturnType<typeof dealEvent>): NewEvent {
  const own = event.key !== null && !event.key.startsWith("order:");
  return { ...event, ...deal, ...(own ? { key: event.key, state: event.state } : {}) };
}
