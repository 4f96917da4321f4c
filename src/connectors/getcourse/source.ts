/** GetCourse → us, unsigned, from changing addresses, without any promise to repeat (facts: vendor reference 2026-11):
 *  - webhooks of `set-uri`, usually inside a one-key `json` envelope; `ts` is the order's creation in local time with a false `Z`, the same in every
 *    delivery of that order, so it is neither identity nor event time;
 *  - the process operation «Вызвать URL»: flat parameters named by the school, absent ones empty;
 *  - dialogs, help desk and calls: flat bodies whose `event_id` is a kind of event; which, only the path tells. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import { readEventName } from "../../domain/normalise/event-type.ts";
import { readMoney } from "../../domain/normalise/money.ts";
import type { Incoming } from "../connector.ts";
import { type Sent, newSent, take } from "../generic/sent.ts";
import { readCurrencyText } from "../generic/text.ts";
import { takeText, unwrapped } from "../generic/values.ts";
import { type GenericRules, readGeneric } from "../generic.ts";
import { dealEvent } from "./order-news.ts";
import { readProcess } from "./process.ts";
import { type OrderStep, orderStatus } from "./status.ts";

const CLAIMS = {
  gc_user_id: ["user.gcId", "user_data.gcId", "user_data.id"],
  email: ["user.email", "user_data.email"],
  phone: ["user.phone", "user_data.phone"],
} as const;

/** Told apart by content alone: one address takes processes, webhooks and code (vendors.md §1.5–1.7). A message of Chatium code wins over the envelope. */
export function readGetcourse(connection: ConnectionOf<"getcourse">, incoming: Incoming): NewEvent {
  const message = isMessage(incoming.json);
  const fields = message
    ? told(incoming.fields)
    : isEnvelope(incoming.json)
      ? unwrapped(incoming.fields, "json")
      : incoming.fields;
  const sent = newSent({ ...incoming, fields }, connection.mapping);
  if (sent.values.has("deal.number") || sent.values.has("deal.id")) return readDeal(connection, incoming, sent);
  if (isNews(sent)) return readNews(connection, incoming, sent);
  if (message) return readGeneric(connection, incoming, { sent, eventNames: ["type"], timeNames: ["timestamp"] });
  return readProcess(connection, incoming, sent);
}

/** Chatium code signs what it sends, and then it may come as Standard Webhooks recommend: `{type, timestamp, data}`, with one of the school's own events
 *  (`event://getcourse/dealPaid`) or with common names inside. */
const isMessage = (json: unknown): boolean =>
  typeof json === "object" &&
  json !== null &&
  "type" in json &&
  typeof json.type === "string" &&
  "data" in json &&
  typeof json.data === "object";

const told = (fields: Incoming["fields"]): Incoming["fields"] => {
  const inner = unwrapped(fields, "data");
  return /^(event:\/\/)?getcourse\//.test(inner["type"] ?? "") ? { eventType: inner["type"] ?? "", ...inner } : inner;
};

/** Dialogs and help desk look the same (vendors.md §1.5): the path's word tells them apart, one address per event object. */
const isTalk = (sent: Sent): boolean => sent.values.has("dialog_id") || sent.values.has("user_data.id");

const isNews = (sent: Sent): boolean =>
  isTalk(sent) || sent.values.has("eventType") || sent.values.has("user.gcId") || sent.values.get("type")?.value === "call";

/** The envelope is an object with the one key `json`; anything beside it means that it is none. */
function isEnvelope(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  const [only, ...more] = Object.entries(json);
  return only?.[0] === "json" && more.length === 0 && typeof only[1] === "object" && only[1] !== null;
}

/** What a webhook's name says about the order; a change of status is told by the status. */
const STEPS: Readonly<Record<string, OrderStep>> = { dealcreated: "created", dealpaid: "paid", dealpaymentaccepted: "paid" };

/** `isPayed` is not read: number or boolean, and unreliable; the status is what GetCourse itself goes by (vendors.md §1.5). `payedValue` may be less than
 *  `cost`: money counts what came in. Event time stays ours: `ts` is the order's birth. */
function readDeal(connection: ConnectionOf<"getcourse">, incoming: Incoming, sent: Sent): NewEvent {
  const order = takeText(sent, "deal.number", "deal.id");
  const cost = take(sent, ["deal.cost"], readMoney);
  const total = take(sent, ["deal.payedValue", "deal.payed_value"], readMoney);
  const currency = take(sent, ["deal.currency"], readCurrencyText) ?? cost?.currency ?? total?.currency ?? null;
  const word = takeText(sent, "deal.status") ?? "";
  const status = orderStatus(word);
  const name = eventName(incoming, sent);
  const step = STEPS[name] ?? null;
  const amounts = { cost: cost?.amount ?? null, paidTotal: total?.amount ?? null, currency };
  const deal = order === null ? {} : dealEvent({ order, status, step, ...amounts });
  const known = { ...deal, status: status === "" ? null : status };
  return readGeneric(connection, incoming, { sent: withPlainUser(sent), claimNames: CLAIMS, known, eventIds: false });
}

/** `getcourse/dealPaid`, `event://getcourse/dealPaid`, or the path's word. */
function eventName(incoming: Incoming, sent: Sent): string {
  const told = takeText(sent, "eventType") ?? incoming.pathEvent ?? "";
  return told
    .replace(/^event:\/\//, "")
    .replace(/^getcourse\//, "")
    .replaceAll("_", "")
    .toLowerCase();
}

/** `user.id` is "account:user"; it helps only where `gcId` is missing or null. */
function withPlainUser(sent: Sent): Sent {
  const id = sent.values.get("user.id");
  const plain = id && /^\d+:(\d+)$/.exec(id.value)?.[1];
  if (!id || !plain || /\d/.test(sent.values.get("user.gcId")?.value ?? "")) return sent;
  return { ...sent, values: new Map([...sent.values, ["user.gcId", { field: id.field, value: plain }]]) };
}

/** Contacts, forms, dialogs, help desk, calls. */
function readNews(connection: ConnectionOf<"getcourse">, incoming: Incoming, sent: Sent): NewEvent {
  const talk = isTalk(sent);
  const told = takeText(sent, "eventType", ...(talk ? [] : ["type"]));
  const path = told?.replace(/^event:\/\//, "").replace(/^getcourse\//, "");
  const named = path === undefined ? null : readEventName(path.replaceAll("/", "_"));
  const rules: GenericRules = {
    sent: withPlainUser(sent),
    claimNames: CLAIMS,
    eventIds: !talk,
    fallback: () => named ?? { type: talk ? "dialog" : "identify", named: null },
  };
  return readGeneric(connection, incoming, rules);
}
