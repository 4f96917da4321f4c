/** Which fact of its connection an event is: the key under which a second delivery of it is recognised, and the part that may change.
 *  A transaction id is one conversion, whatever state it is in (Keitaro's rule): a payment and its rejection share a key. A refund or a
 *  withdrawal of the same transaction is a fact of its own: it must not erase the payment it belongs to. */
import type { Money, NewEvent } from "../../domain/event.ts";

/** What may tell one fact from another, as the sender named it; null = not told. */
export type FactParts = {
  readonly type: string;
  readonly tid: string | null;
  readonly order: string | null;
  readonly money: Money;
  /** The sender's idempotency id. */
  readonly eventId: string | null;
  /** `webhook-id` of the delivery. */
  readonly deliveryId: string | null;
  /** Trackers count transaction ids per click. */
  readonly tidScope: string | null;
};

/** `key` is unique within its connection. It and `told` are digested before they are stored (`flows/accept-event.ts`). */
export type FactIdentity = Pick<NewEvent, "key" | "state" | "told">;

/** By falling trust: transaction, the sender's event id, the delivery's id, the order of an order. `key: null` = nothing tells repeats apart:
 *  then the same content within a window is the same fact (domain/intake.ts). `state` "" = the fact cannot change; else a second delivery with another
 *  state updates it, unless it is a retry of one that came before. */
export function factIdentity(parts: FactParts): FactIdentity {
  const { type, tid, order, eventId, deliveryId } = parts;
  const told = eventId !== null ? `id:${eventId}` : deliveryId !== null ? `webhook:${deliveryId}` : null;
  const state = stateOf(type, parts.money);
  if (tid !== null)
    return { key: `tid:${familyOf(type)}:${parts.tidScope === null ? "" : `${parts.tidScope}:`}${tid}`, state, told };
  if (told !== null) return { key: told, state: "", told };
  if (type === "order" && order !== null) return { key: `order:${order}`, state, told };
  return { key: null, state: "", told };
}

/** What was not told is left off, so that a state which says less is the beginning of one that says more. */
export const stateOf = (type: string, { amount, currency }: Money): string =>
  amount === null ? type : currency === null ? `${type}|${amount}` : `${type}|${amount}|${currency}`;

/** Keitaro's moves (vendors.md §6.1): lead→sale, sale→rejected, rebill→rejected are one conversion under one `tid`. */
const familyOf = (type: string): string => (type === "payment" || type === "rejected" ? "conversion" : type);

/** A registration that a tracker or a network reports without a transaction id is one fact per click and player, however often it is sent. */
export function oncePerClick(event: NewEvent): NewEvent {
  if (event.type !== "registration" || event.key !== null) return event;
  const who = event.identifiers.filter(({ type }) => type !== "visitor").map(({ type, value }) => `${type}=${value}`);
  return who.length === 0 ? event : { ...event, key: `registration:${who.toSorted().join("|")}` };
}
