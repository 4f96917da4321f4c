/** The facts of an event as connectors need them; an action without an event (a notice) has none of them. */
import type { Config } from "../domain/config.ts";
import type { EventFacts } from "../domain/delivery.ts";
import { currencyOf } from "../domain/event-value.ts";
import type { EventView } from "./connector.ts";
import { iso } from "../lib/iso.ts";

/** `amount` is a decimal text and always has its currency beside it, the connection's or workspace's if the event told none: a vendor would take a
 *  bare number for its own default currency. Of several click ids of one issuer the first counts. */
export function eventViewOf(event: EventFacts | null, config: Pick<Config, "workspace" | "connections">): EventView {
  if (event === null) return NO_EVENT;
  const { id, connection, type, label, tid, order, utm } = event;
  const { amount } = event.money;
  const clickids: Record<string, string> = {};
  for (const claim of event.identifiers) if (claim.type === "clickid") clickids[claim.scope] ??= claim.value;
  const currency = amount === null ? null : currencyOf(event, config);
  return { id, connection, type, label, amount, currency, tid, order, clickids, utm, at: iso(event.eventTime) };
}

/** Behind a notice, an alert or a call that only names whom it is about. */
export const NO_EVENT: EventView = {
  id: "",
  connection: "",
  type: "",
  label: null,
  amount: null,
  currency: null,
  tid: null,
  order: null,
  clickids: {},
  utm: {},
  at: null,
};
