/** The field names every connection understands without configuration (docs: HTTP contract, intake). A vendor's own reading names what differs
 *  and comes here for the rest. Identifiers are read before anything else, so that a placeholder in one of them is what a quarantined event
 *  reports. */
import type { Connection, Kind } from "../domain/config.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Claim, IdentifierType } from "../domain/identifier.ts";
import { type EventName, readEventName } from "../domain/normalise/event-type.ts";
import { isOurClick } from "../domain/normalise/ids.ts";
import { readPayload } from "../domain/normalise/start.ts";
import { readTime } from "../domain/normalise/time.ts";
import type { Incoming } from "./connector.ts";
import { distinctClaims, proofOf, takeClaims } from "./generic/claims.ts";
import { takeEventName, takeFlagEvent } from "./generic/event-name.ts";
import { factIdentity } from "./generic/fact.ts";
import { type MoneyNames, takeMoney } from "./generic/money.ts";
import { takeProfile, takeRest, takeUtm } from "./generic/rest.ts";
import { type Sent, newSent, take } from "./generic/sent.ts";
import { readLink, readNumberText, readText } from "./generic/text.ts";

/** What a vendor's reading adds to the common names. */
export type GenericRules = {
  /** The fields, where the vendor has already taken some. */
  readonly sent?: Sent;
  /** Fields that name the event, after `event`. */
  readonly eventNames?: readonly string[];
  /** The event when nothing names it. */
  readonly fallback?: (parts: {
    readonly order: string | null;
    readonly money: NewEvent["money"];
    readonly tid: string | null;
  }) => EventName;
  readonly claimNames?: Partial<Readonly<Record<IdentifierType, readonly string[]>>>;
  readonly clickNames?: readonly string[];
  readonly money?: MoneyNames;
  readonly timeNames?: readonly string[];
  readonly tidNames?: readonly string[];
  /** false = `event_id` is no idempotency id here (networks, GetCourse dialogs). */
  readonly eventIds?: boolean;
  /** Transaction ids are unique per click only, without one per person. */
  readonly tidPerClick?: boolean;
  /** Read before the common fields: what the vendor's own structure tells. */
  readonly known?: Partial<NewEvent>;
};

/** A delivery that names no fact still tells which identifiers belong together. */
const IDENTIFY: EventName = { type: "identify", named: null };

/** The fields of a delivery under our names, before anything is read. */
export const openFields = (connection: Connection, incoming: Incoming): Sent => newSent(incoming, connection.mapping);

/** Never fails: an unreadable value is dropped with its cause, an unknown name is kept as a field, and a delivery that says nothing is `identify`
 *  without identifiers. The order of the takes is the meaning: each value is read once, so what stands earlier wins a shared name
 *  (`number` is an order before it is a plain field). `rules.known` has the last word: the vendor's structure beats guessed names. */
export function readGeneric(connection: Connection, incoming: Incoming, rules: GenericRules = {}): NewEvent {
  const sent = rules.sent ?? openFields(connection, incoming);
  const { kind } = connection;
  const claims = takeClaims(sent, { kind, scopes: incoming.scopes, names: rules.claimNames, clickNames: rules.clickNames });
  const told = take(sent, ["start"], readText);
  const start = told === null ? null : readPayload(told);
  const click: Claim[] =
    start !== null && isOurClick(start) ? [{ type: "click", scope: "", value: start, proof: proofOf(kind, "click") }] : [];
  const path = incoming.pathEvent === null ? null : readEventName(incoming.pathEvent);
  const name = path ?? takeEventName(sent, ["event", ...(rules.eventNames ?? []), "tracker.event"]) ?? takeFlagEvent(sent);
  const eventId = rules.eventIds === false ? null : take(sent, ["event_id"], readNumberText);
  const tid = take(sent, ["tid", "transaction_id", "tracker.tid", ...(rules.tidNames ?? [])], readNumberText);
  const order = take(sent, ["order", "number", "deal_number"], readNumberText);
  const money = takeMoney(sent, rules.money);
  const eventAt = take(sent, ["event_at", ...(rules.timeNames ?? [])], (text) =>
    readTime(text, incoming.timeZone, incoming.receivedAt),
  );
  const event = signed(kind, name ?? rules.fallback?.({ order, money, tid }) ?? IDENTIFY, money);
  const clickId = claims.find((claim) => claim.type === "clickid" || claim.type === "click");
  const tidScope = rules.tidPerClick === true ? (clickId?.value ?? whoOf(claims)) : null;
  const { deliveryId } = incoming;
  const fact = factIdentity({ type: event.type, tid, order, money: event.money, eventId, deliveryId, tidScope });
  const { utm, originals } = takeUtm(sent);
  const texts = {
    status: take(sent, ["status"], readText),
    link: take(sent, ["link"], readLink),
    userAgent: take(sent, ["user_agent"], readText),
    message: take(sent, ["message"], readText),
  };
  const profile = takeProfile(sent);
  const { fields, tracker } = takeRest(sent);
  const { identifiers = [], ...known } = rules.known ?? {};
  return {
    ...event,
    eventAt,
    ...fact,
    identifiers: distinctClaims([...identifiers, ...claims, ...click]),
    dropped: sent.dropped,
    tid,
    order,
    utm,
    start,
    ...texts,
    profile,
    fields: { ...fields, ...originals },
    tracker,
    outgoing: false,
    ...known,
  };
}

/** Somebody whom no campaign brought has no click, and transaction ids all the same. */
const whoOf = ([first]: readonly Claim[]): string => (first ? `${first.type}=${first.value}` : "");

/** Where players have balances a negative payment is money taken out (vendors.md §3.1, §6.5). Where somebody bought something it is money given back. */
const WITHDRAWING: readonly Kind[] = ["chatterfy", "keitaro", "network"];

/** Refunds and withdrawals carry their sum without a sign. */
function signed(kind: Kind, { type, named }: EventName, money: NewEvent["money"]): Pick<NewEvent, "type" | "named" | "money"> {
  if (money.amount?.startsWith("-") !== true) return { type, named, money };
  const positive = { ...money, amount: money.amount.slice(1) };
  if (type === "payment") return { type: WITHDRAWING.includes(kind) ? "withdrawal" : "refund", named: null, money: positive };
  return { type, named, money: type === "refund" || type === "withdrawal" ? positive : money };
}
