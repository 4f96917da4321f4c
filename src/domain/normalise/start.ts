/** A bot's start as messengers write it: `/start`, alone or followed by what the deep link brought. */
const START = /^\/start(?:@\w+)?(?:\s+(\S+))?\s*$/i;

/** null = the text is no start; `payload: null` = a start that brought nothing. */
export function readStart(text: string | null): { readonly payload: string | null } | null {
  const start = START.exec(text ?? "");
  return start && { payload: start[1] ?? null };
}

/** A link to WhatsApp can only put the click into the text that the human then sends. */
const CLICK_INSIDE = /(?<![\w-])c_[A-Za-z0-9]{16}(?![\w-])/;
/** The first of several; null = none. Whole words only: sixteen characters of a longer token are no click. */
export const clickInside = (text: string | null): string | null => CLICK_INSIDE.exec(text ?? "")?.[0] ?? null;

/** What the deep link brought, however the bot tells of it. */
export const readPayload = (told: string): string | null => (readStart(told) ?? { payload: clickInside(told) ?? told }).payload;
