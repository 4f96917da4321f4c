/** One order's news as an event. GetCourse tells the sum paid SO FAR, twice per payment (`dealPaid` and `dealStatusChanged` differ only in name), so
 *  a payment is known by order and total: the second telling is a duplicate, the next part payment is a new fact, and the amount is the
 *  difference of totals. Creation is one fact per order. An order without money (free, or "paid" with nothing) is an order, never a sale. */
import type { Money, NewEvent } from "../../domain/event.ts";
import { stateOf } from "../generic/fact.ts";
import { type OrderStep, orderStep } from "./status.ts";

/** An order as one delivery tells it. Sums are decimal texts; `paidTotal` is what was paid so far, null = not told. */
export type Deal = {
  readonly order: string;
  readonly status: string;
  /** What the sender says happened; null = the status tells. */
  readonly step: OrderStep | null;
  readonly cost: string | null;
  readonly paidTotal: string | null;
  readonly currency: string | null;
};

type DealEvent = Pick<NewEvent, "type" | "named" | "key" | "state" | "money" | "order">;

/** An order's key carries no account: keys are per connection, and a connection is one school. A rejection outranks the sender's word for the step:
 *  `dealPaid` with status `false` is a fake order. */
export function dealEvent(deal: Deal): DealEvent {
  const { order, status } = deal;
  const fromStatus = orderStep(status);
  const step = deal.step === null || fromStatus === "rejected" ? fromStatus : deal.step;
  const money: Money = { amount: deal.cost, paidTotal: null, currency: deal.currency };
  switch (step) {
    case "paid": {
      // Of a part that nobody names the price says nothing.
      const total = deal.paidTotal ?? (status === "part_payed" ? null : deal.cost);
      if (total === null || total === "0") return creation(order, { ...money, amount: deal.cost ?? total });
      const paid: Money = { amount: null, paidTotal: total, currency: deal.currency };
      return { type: "payment", named: null, key: `order:${order}:paid:${total}`, state: "", money: paid, order };
    }
    case "rejected":
      return { type: "rejected", named: null, key: `order:${order}:status:${status}`, state: "", money, order };
    case "created":
      return creation(order, money);
    case "moved":
      return { type: "order_status", named: null, key: `order:${order}:status:${status}`, state: "", money, order };
  }
}

const creation = (order: string, money: Money): DealEvent => ({
  type: "order",
  named: null,
  key: `order:${order}`,
  state: stateOf("order", money),
  money,
  order,
});
