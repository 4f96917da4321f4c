/** `event.x` as templates and conditions read it. Money is the canonical decimal string; a missing currency is the connection's, then the
 *  workspace's; `at` is the fact's own time in ISO 8601. */
import type { Config } from "./config.ts";
import type { EventFacts } from "./delivery.ts";
import { iso } from "../lib/iso.ts";

type Defaults = Pick<Config, "workspace" | "connections">;

/** Other names of the same fact, as networks and trackers call it. */
const ALIASES: Readonly<Record<string, string>> = {
  cost: "amount",
  sum: "amount",
  payout: "amount",
  revenue: "amount",
  transaction_id: "tid",
  number: "order",
  deal_number: "order",
};

/** Null = absent, which fails a condition and makes a macro an error. Order: the fact itself, its aliases, identifiers, then UTM, profile, fields and
 *  tracker values; so a sender's field named `amount` never hides the parsed amount. */
export function eventValue(event: EventFacts, config: Defaults, name: string): string | null {
  const plain = factOf(event, config, ALIASES[name] ?? name);
  const told = plain ?? event.identifiers.find(({ type }) => type === name)?.value;
  if (told !== undefined) return told;
  for (const values of [event.utm, event.profile, event.fields, event.tracker]) {
    if (Object.hasOwn(values, name)) return values[name] ?? null;
  }
  return name.startsWith("utm_") && Object.hasOwn(event.utm, name.slice(4)) ? (event.utm[name.slice(4)] ?? null) : null;
}

/** Currency of the event's amount: its own, else the default of where it came from. */
export const currencyOf = (event: Pick<EventFacts, "money" | "connection">, config: Defaults): string =>
  event.money.currency ?? config.connections.get(event.connection)?.currency?.toUpperCase() ?? config.workspace.currency;

/** null = the event does not have it, which for a template is a missing value and for a rule no match. */
function factOf(event: EventFacts, config: Defaults, name: string): string | null {
  switch (name) {
    case "id":
      return event.id;
    case "type":
      return event.type;
    case "label":
      return event.label;
    case "ordinal":
      return /#(\d+)$/.exec(event.label ?? "")?.[1] ?? null;
    case "connection":
      return event.connection;
    case "amount":
      return event.money.amount;
    case "paid_total":
      return event.money.paidTotal;
    case "currency":
      return event.money.currency ?? (event.money.amount === null ? null : currencyOf(event, config));
    case "tid":
      return event.tid;
    case "order":
      return event.order;
    case "status":
      return event.status;
    case "link":
      return event.link;
    case "start":
      return event.start;
    case "message":
      return event.message;
    case "user_agent":
      return event.userAgent;
    case "at":
      return iso(event.eventTime);
    case "received_at":
      return iso(event.receivedAt);
    default:
      return null;
  }
}
