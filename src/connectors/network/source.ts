/** An affiliate network's postback → us: 1win, Binomo (`name=true` events) and any other by common names. `user_id` here is the network's player,
 *  `event_id` its event code: 1 = registration, any other value the transaction id (1win's macros, seen 2026-11). Whether a deposit is the
 *  first is decided by our own count. A registration without a transaction id is one fact per click and player, however often it is sent;
 *  deposits without one fall under the ten-minute rule. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import { type EventName, knownEvent, readEventName } from "../../domain/normalise/event-type.ts";
import type { Incoming } from "../connector.ts";
import { oncePerClick } from "../generic/fact.ts";
import { type Sent, peek, use } from "../generic/sent.ts";
import { openFields, readGeneric } from "../generic.ts";

/** A template filled for another tracker keeps that tracker's names (Binom's `cnv_…`, Voluum's `cid` and `txid`, vendors.md §6.2): a
 *  rejection read as a payment adds money. */
const STATUS = ["status", "conv_status", "cnv_status"];

/** The network has not confirmed the conversion: no money yet (Keitaro takes `hold` for a lead, vendors.md §6.1). */
const HELD = /^(on[ _-]?hold|hold|pending|waiting|processing)$/i;

/** 1win's older postback: `event_id=1` is a registration, `date` unix seconds (vendors.md §6.4). */
const REGISTRATION_CODE = "1";

/** `site: null` takes `user_id` away from the site's users: here it is the network's player, and joining the two would merge strangers. */
export function readNetwork(connection: ConnectionOf<"network">, incoming: Incoming): NewEvent {
  const sent = openFields(connection, incoming);
  const registered = peek(sent, "event_id")?.value.trim() === REGISTRATION_CODE;
  if (registered) use(sent, "event_id");
  const said = STATUS.map((name) => peek(sent, name)?.value.trim()).find(Boolean) ?? "";
  const status = knownEvent(said);
  const scopes = { ...incoming.scopes, site: null };
  const event = readGeneric(
    connection,
    { ...incoming, scopes },
    {
      sent,
      eventNames: ["goal", "goal_alias", "event_name", "type", "eventName", "et"],
      fallback: ({ money, tid }) =>
        registered
          ? REGISTRATION
          : (status ?? (money.amount !== null || tid !== null ? PAYMENT : (takeOwnFlag(sent) ?? IDENTIFY))),
      claimNames: { player_id: ["user_id", "player", "trader_id", "traider_id", "uid"] },
      clickNames: ["cid", "cnv_id"],
      tidNames: registered ? ["txid"] : ["event_id", "txid"],
      // `cost` beside another sum is what the click cost a tracker.
      money: { first: ["amount", "sum", "payout", "revenue"], currency: ["cnv_currency"] },
      eventIds: false,
      timeNames: ["date"],
    },
  );
  const newer = event.type !== "payment" ? null : HELD.test(said) ? "hold" : status?.type === "rejected" ? "rejected" : null;
  return oncePerClick(newer === null ? event : restated(event, newer));
}

/** `app_installed=true`: Binomo's cabinet lets the partner name its events freely, so an unknown name that says `true` is a custom event.
 *  With a sum or a transaction beside it the name matters less than the money: that is a payment. */
function takeOwnFlag(sent: Sent): EventName | null {
  for (const [name, { value }] of sent.values) {
    if (sent.used.has(name) || !/^true$/i.test(value.trim())) continue;
    use(sent, name);
    return readEventName(name);
  }
  return null;
}

const REGISTRATION: EventName = { type: "registration", named: null };
const PAYMENT: EventName = { type: "payment", named: null };
const IDENTIFY: EventName = { type: "identify", named: null };

/** `event=sale&status=rejected`: the status is the newer word. A rejection takes the place of the payment, a hold is a fact beside it: told late, it
 *  must not take the money back (Keitaro knows no move from sale to lead). */
const restated = (event: NewEvent, type: "hold" | "rejected"): NewEvent => ({
  ...event,
  type,
  named: null,
  key: type === "rejected" ? event.key : (event.key?.replace(/^tid:conversion:/, "tid:hold:") ?? null),
  state: event.state.replace(/^payment/, type),
});
