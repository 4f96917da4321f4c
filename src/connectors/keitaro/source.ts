/** Keitaro's S2S postback → us (docs.keitaro.io, read 2026-11). Its template may send the status as a number (`{status:lead=0 sale=1 rejected=2}`).
 *  `external_id` is what the click brought into the tracker: our click id, when it has our form; another system's never stands for `subid`, which is
 *  Keitaro's own. One conversion per click and `tid`: tids such as "2" (second deposit) are unique only there. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Incoming } from "../connector.ts";
import { oncePerClick } from "../generic/fact.ts";
import { peek } from "../generic/sent.ts";
import { type EventName, readEventName } from "../../domain/normalise/event-type.ts";
import { openFields, readGeneric } from "../generic.ts";

/** 0–2 as the documentation's example numbers them (vendors.md §6.1); 3 is our reading of a template that goes on counting with `rebill`. */
const NUMERIC: Readonly<Record<string, string>> = { "0": "lead", "1": "sale", "2": "rejected", "3": "rebill" };

/** Without a status a sum means money, as older versions of Keitaro read postbacks themselves (vendors.md §6.1). */
export function readKeitaro(connection: ConnectionOf<"keitaro">, incoming: Incoming): NewEvent {
  const sent = openFields(connection, incoming);
  const status = peek(sent, "status")?.value.trim() ?? "";
  const named: EventName | null = readEventName(NUMERIC[status] ?? status);
  const event = readGeneric(connection, incoming, {
    sent,
    fallback: ({ money }) =>
      named ?? { type: money.amount === null || money.amount === "0" ? "identify" : "payment", named: null },
    clickNames: ["external_id"],
    // `cost` is what the click cost (vendors.md §6.1).
    money: { first: ["payout", "revenue"] },
    tidPerClick: true,
    timeNames: ["conversion_time", "date"],
  });
  return oncePerClick(event);
}
