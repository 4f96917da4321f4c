/** Event names of forty vendors folded to ours. `sale` and `resale` are labels of a payment, so a sender's own naming is kept apart from the
 *  type; `deposit` names nothing: whether it is the first is decided by our own count. */
import type { NewEvent } from "../event.ts";
import { clean } from "./clean.ts";
import { hasMacro } from "./macro.ts";

/** `named`: the sender itself says first or repeat; null leaves it to our own count. */
export type EventName = { readonly type: string; readonly named: NewEvent["named"] };

const ALIASES: Readonly<Record<string, string>> = {
  click: "click transition hit",
  bot_start: "bot_start botstart start started bot_started dialog_started start_dialog startdialogue subscribe_bot",
  identify: "identify identified profile",
  // A platform's report of a change is not an identification by name: it may be the echo of what we wrote (O-01).
  user_updated: "user_updated update_user contact_updated",
  registration:
    "registration reg registered register registr signup sign_up lead superrega user_created contact_created complete_registration регистрация",
  login: "login log_in signin sign_in pin_login auth вход",
  order: "order deal order_created deal_created new_order create_order new_deal checkout заказ",
  payment:
    "payment paid payed pay purchase deposit dep order_paid deal_paid deal_payment_accepted payment_accepted payment_success payment_succeeded payment_completed оплата депозит",
  refund: "refund refunded chargeback charge_back refund_payment money_back moneyback возврат",
  rejected: "rejected reject trash cancelled canceled cancel fake declined decline отказ",
  withdrawal: "withdrawal withdraw withdrawn cashout cash_out вывод",
  message: "message msg incoming_message сообщение",
  email_confirmed: "email_confirmed conf confirm mail_confirmation email_confirmation confirm_email confirmed_email",
};
const SALE = "sale fd ftd fdp fd_approved first_deposit first_dep firstdep продажа";
const RESALE = "resale rebill redep rdep rd redeposit re_deposit repeat_deposit repeated_deposit second_deposit upsell";

const NAMES = new Map<string, EventName>();
for (const [type, words] of Object.entries(ALIASES))
  for (const word of words.split(" ")) NAMES.set(squeezed(word), { type, named: null });
for (const word of SALE.split(" ")) NAMES.set(squeezed(word), { type: "payment", named: "sale" });
for (const word of RESALE.split(" ")) NAMES.set(squeezed(word), { type: "payment", named: "resale" });

/** The event a known name stands for, or null. Case and separators do not matter: `firstDeposit` = `first-deposit`, `user.created` = `user_created`. */
export const knownEvent = (text: string): EventName | null => NAMES.get(squeezed(clean(text))) ?? null;

/** Any event name: a known alias folded, else a custom type in lower case. null = empty or unusable. */
export function readEventName(text: string): EventName | null {
  const value = clean(text).toLowerCase();
  if (value === "" || hasMacro(value) || /^(null|undefined|none|nan|true|false)$/.test(value)) return null;
  return knownEvent(value) ?? { type: value.replaceAll(/\s+/g, " ").slice(0, 100), named: null };
}

function squeezed(text: string): string {
  return text.toLowerCase().replaceAll(/[\s._/-]+/g, "");
}
