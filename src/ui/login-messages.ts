/** Ready login messages per platform. The PIN stands alone in `<code>` (a tap copies it) and on a copy button; the link is a button and previews are
 *  off, so that no preview robot opens it; the host of the site that asked is named, so a relayed code is recognisable. */
import { type Language, MESSAGE_COPY, fill } from "./copy.ts";

/** What a message is made of, whatever the platform; the PIN in the open, for as long as it takes to seal the message. */
export type LoginMessage = {
  readonly language: Language;
  /** Host of the site. */
  readonly host: string;
  readonly url: string;
  /** null = a trusted link. */
  readonly pin: string | null;
  readonly minutes: number;
  /** Time of day when the PIN ends, with its zone: a message is read later than it is sent. */
  readonly until: string;
};

type Button = { readonly text: string; readonly url?: string; readonly copy_text?: { readonly text: string } };

/** Ready to be sent as the body of `sendMessage`, less the chat (core.telegram.org/bots/api, 2026-11). */
type TelegramMessage = {
  readonly text: string;
  readonly parse_mode: "HTML";
  readonly link_preview_options: { readonly is_disabled: true };
  readonly reply_markup: { readonly inline_keyboard: readonly (readonly Button[])[] };
};

/** Wire names: `messages` of `POST /v1/links`. */
export type LoginMessages = { readonly telegram: TelegramMessage; readonly salebot: string };

/** One ready payload a platform, so that a bot builder copies it unchanged. */
export function loginMessages(message: LoginMessage): LoginMessages {
  return { telegram: telegramMessage(message), salebot: plainMessage(message) };
}

/** Text and link, for platforms without buttons of ours. */
const plainMessage = (message: LoginMessage): string => `${wording(message, message.pin ?? "")}\n${message.url}`;

/** The PIN stands in `<code>` (a tap copies it) and in a `copy_text` button; the preview is off, since its robot opens the link (U8, U9). */
function telegramMessage(message: LoginMessage): TelegramMessage {
  const copy = MESSAGE_COPY[message.language];
  const open = { text: fill(copy.open, { host: message.host }), url: message.url };
  const buttons = message.pin === null ? [[open]] : [[{ text: copy.copy, copy_text: { text: message.pin } }], [open]];
  return {
    text: wording({ ...message, host: escapeText(message.host) }, `<code>${message.pin ?? ""}</code>`),
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: buttons },
  };
}

function wording({ language, host, pin, minutes, until }: LoginMessage, shownPin: string): string {
  const copy = MESSAGE_COPY[language];
  return pin === null ? fill(copy.trusted, { host }) : fill(copy.pin, { host, pin: shownPin, minutes: String(minutes), until });
}

/** Telegram's HTML knows three special characters. */
const escapeText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
