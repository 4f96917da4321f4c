/** Telegram updates → us. The private chat's id is the user's id; a group, a channel or another bot is nobody. One fact per `update_id` (unique
 *  per bot; Telegram redelivers until it sees a 2xx). In a business account's chat the owner writes too: such a message is outgoing, and the person
 *  is the chat's, not the writer. A shared contact is the user's own phone only if Telegram says whose it is.
 *  Facts: core.telegram.org/bots/api and the sources of its server, snapshot 2026-05. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Claim } from "../../domain/identifier.ts";
import { isOurClick, readMessengerId } from "../../domain/normalise/ids.ts";
import { readMoney } from "../../domain/normalise/money.ts";
import { readPhone } from "../../domain/normalise/phone.ts";
import { readStart } from "../../domain/normalise/start.ts";
import { readTime } from "../../domain/normalise/time.ts";
import type { Incoming } from "../connector.ts";
import { factIdentity } from "../generic/fact.ts";
import { NO_MONEY } from "../generic/money.ts";
import { readGeneric } from "../generic.ts";
import { type Update, fromSmallestUnit, readUpdate } from "./update.ts";

const NO_FACT = { order: null, eventId: null, deliveryId: null, tidScope: null };

/** Who is somebody outside a private chat too: whoever asks to join may be written to, and a vote is told to the bot that asked. */
const ACTOR: Readonly<Record<string, string>> = { chat_join_request: "from.id", poll_answer: "user.id" };

/** Never refuses: Telegram repeats a refused update for a day and holds back everything behind it in that chat (vendors.md §5.1). A callback's own time
 *  is not told, its message's is the time of the button, so `eventAt` is null there. Group texts are other people's words and are not kept. */
export function readTelegram(connection: ConnectionOf<"telegram">, incoming: Incoming): NewEvent {
  const id = incoming.fields["update_id"];
  const update = id === undefined ? null : readUpdate(incoming.fields);
  if (id === undefined || !update) return readGeneric(connection, incoming);
  const isPrivate = (update.at("chat.type") ?? update.at("message.chat.type") ?? "private") === "private";
  const isBot = (update.at("from.is_bot") ?? update.at("user.is_bot")) === "true";
  const text = update.at("text") ?? update.at("caption");
  const slash = update.kind === "message" ? readStart(text) : null;
  const start = slash?.payload ?? null;
  const identifiers = (isPrivate || ACTOR[update.kind] !== undefined) && !isBot ? claimsOf(update, start) : [];
  const time = readTime(update.at("date") ?? update.at("message.date") ?? "", "UTC", incoming.receivedAt);
  const paid = paymentOf(update);
  const outgoing = isPrivate && update.kind.includes("business_message") && update.at("from.id") !== update.at("chat.id");
  return {
    type: paid?.type ?? typeOf(update, isPrivate, slash !== null),
    named: null,
    eventAt: update.kind === "callback_query" || !time.ok ? null : time.value,
    ...(paid?.tid
      ? factIdentity({ ...NO_FACT, type: paid.type, tid: paid.tid, money: paid.money })
      : { key: `update:${id}`, state: "", told: null }),
    identifiers,
    dropped: time.ok ? [] : [{ field: `${update.kind}.date`, cause: time.error }],
    money: paid?.money ?? NO_MONEY,
    tid: paid?.tid ?? null,
    order: null,
    status: update.at("new_chat_member.status"),
    utm: {},
    link: null,
    start,
    userAgent: null,
    message: isPrivate ? (text ?? update.at("data")) : null,
    profile: identifiers.length > 0 && !outgoing ? profileOf(update) : {},
    fields: paid?.payload === undefined || paid.payload === null ? {} : { invoice_payload: paid.payload },
    tracker: {},
    outgoing,
  };
}

/** `my_chat_member` in a private chat is the only word that a person blocked the bot or let it back. */
function typeOf(update: Update, isPrivate: boolean, isStart: boolean): string {
  if (update.kind === "message" || update.kind === "business_message") {
    return isPrivate ? (isStart ? "bot_start" : "message") : "group_message";
  }
  if (update.kind === "callback_query") return "callback";
  if (update.kind === "my_chat_member" && isPrivate)
    return update.at("new_chat_member.status") === "kicked" ? "bot_blocked" : "bot_unblocked";
  return update.kind.startsWith("edited_") ? "message_edited" : update.kind;
}

/** A phone is proved only when somebody sent her own contact: another person's card may be sent too. */
function claimsOf(update: Update, start: string | null): Claim[] {
  // A private chat has the id of its person; a callback or an inline query names only who pressed.
  const user = readMessengerId(update.at(ACTOR[update.kind] ?? "chat.id") ?? update.at("from.id") ?? "");
  if (!user.ok || user.value === null) return [];
  const claims: Claim[] = [{ type: "telegram_id", scope: "", value: user.value, proof: "native" }];
  const own = update.at("contact.user_id") === user.value ? readPhone(contactNumber(update)) : null;
  if (own?.ok && own.value !== null) claims.push({ type: "phone", scope: "", value: own.value, proof: "proved" });
  if (start !== null && isOurClick(start)) claims.push({ type: "click", scope: "", value: start, proof: "inferred" });
  return claims;
}

/** Telegram writes contacts internationally, with or without the plus. */
const contactNumber = (update: Update): string => {
  const number = update.at("contact.phone_number") ?? "";
  return /^\d/.test(number) ? `+${number}` : number;
};

function profileOf(update: Update): Record<string, string> {
  const profile: Record<string, string> = {};
  for (const name of ["first_name", "last_name", "username"] as const) {
    const value = update.at(`from.${name}`);
    if (value !== null) profile[name] = value;
  }
  const locale = update.at("from.language_code");
  return locale === null ? profile : { ...profile, locale };
}

/** The charge id is what makes a payment one fact and a refund of it another. */
type Paid = {
  readonly type: "payment" | "refund";
  readonly money: NewEvent["money"];
  readonly tid: string | null;
  readonly payload: string | null;
};

/** Money that came in, or went back (`refunded_payment`, Bot API 7.7). */
function paymentOf(update: Update): Paid | null {
  const type = update.at("refunded_payment.currency") === null ? "payment" : "refund";
  const part = type === "refund" ? "refunded_payment" : "successful_payment";
  const total = update.at(`${part}.total_amount`);
  const currency = update.at(`${part}.currency`);
  if (total === null || currency === null) return null;
  const amount = readMoney(fromSmallestUnit(total, currency) ?? "");
  const money = { amount: amount.ok ? (amount.value?.amount ?? null) : null, paidTotal: null, currency };
  return {
    type,
    money,
    tid: update.at(`${part}.telegram_payment_charge_id`),
    payload: update.at(`${part}.invoice_payload`),
  };
}
