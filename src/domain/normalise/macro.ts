/** Placeholders that nobody filled in. They arrive literally in every dialect: `{sub1}`, `{{tracker.clickid}}`, `#{client_id}`, `[CLICK_ID]`,
 *  `%clickid%`, `__CLICK_ID__`, `<clickid>`, `#CLICK_ID#`, `$click_id$`, and percent-encoded once or twice. Such a value is missing, never an id. */
import { clean } from "./clean.ts";

const BRACES = /\{[^{}]*\}/;
/** From the last opening before a closing, so that openings alone cost one pass and not one each. */
const ENCODED_BRACES = /%7B(?:(?!%7B).)*%7D/i;
const ENCODED_BRACKETS = /%5B[A-Z][A-Z0-9_.]*%5D/;
const BRACKETS = /\[[A-Z][A-Z0-9_.]*\]/;
const PERCENTS = /%[A-Za-z_][A-Za-z0-9_.]*%/;
const UNDERSCORES = /^__[A-Z][A-Z0-9_]*__$/;
const ANGLES = /^<[A-Za-z_][A-Za-z0-9_.]*>$/;
/** Bitrix and Outbrain. */
const HASHES = /^(#{1,2}[A-Z][A-Z0-9_.]*#{1,2}|\$[A-Za-z_][A-Za-z0-9_]*\$)$/;

/** Every dialect has one of these: a text without them is not looked at further. */
const TELLTALE = /[{[%_<#$]/;

/** True when the text holds an unfilled placeholder anywhere. */
export function hasMacro(text: string): boolean {
  if (!TELLTALE.test(text)) return false;
  if (BRACES.test(text) || BRACKETS.test(text)) return true;
  const value = encodedOnce(text);
  if (UNDERSCORES.test(value) || ANGLES.test(value) || HASHES.test(value)) return true;
  if (!value.includes("%")) return false;
  return ENCODED_BRACES.test(value) || ENCODED_BRACKETS.test(value) || (PERCENTS.test(value) && !isEscaped(value));
}

/** `%257B`, encoded again on its way, is `%7B`. */
const encodedOnce = (text: string): string => clean(text).replaceAll(/%(25)+/g, "%");

/** A quotation mark inside means JSON: a text, not a placeholder. */
const WHOLE = /^([#$]?\{[^{}"]*\}|\{\{[^{}"]*\}\}|\[[A-Z][A-Z0-9_.]*\]|%[A-Za-z_][A-Za-z0-9_.]*%|%7B.*%7D|%5B.*%5D)$/i;

/** True when the text is nothing but a placeholder: the test for free text, where braces may be meant. */
export function isMacro(text: string): boolean {
  if (!TELLTALE.test(text)) return false;
  const value = encodedOnce(text);
  return (WHOLE.test(value) && hasMacro(value)) || UNDERSCORES.test(value);
}

/** `%D0%BF` is an escape, not a macro named D0. */
function isEscaped(value: string): boolean {
  try {
    return decodeURIComponent(value) !== value;
  } catch {
    return false;
  }
}
