/** The facts of an event as connectors need them; an action without an event (a notice) has none of them. */
import type { Config } from "../domain/config.ts";
import type { EventFacts } from "../domain/delivery.ts";
import { currencyOf } from "../domain/event-value.ts";
import type { EventView } from "./connector.ts";
import { iso } from "../lib/iso.ts";

/** `amount` is a decimal text and always has its currency beside it, the connection's or workspace's if the event told none: a vendor would take a
 *  bare number for its own default currency. Of several click ids of one issuer the first counts. */
export function eventViewOf(event: EventFacts | null, config: Pick<Config, "workspace" | "connections">): EventView {
  const amount = event?.money.amount ?? null;
  const clickids: Record<string, string> = {};
  for (const { type, scope, value } of event?.identifiers ?? []) if (type === "clickid") clickids[scope] ??= value;
  return {
    id: event?.id ?? "",
    type: event?.type ?? "",
    label: event?.label ?? null,
    amount,
    currency: event && amount !== null ? currencyOf(event, config) : null,
    tid: event?.tid ?? null,
    order: event?.order ?? null,
    clickids,
    utm: event?.utm ?? {},
    at: event ? iso(event.eventTime) : null,
  };
}
