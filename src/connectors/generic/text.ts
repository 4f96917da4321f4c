/** Readings of fields that identify nobody. */
import type { Reading } from "../../domain/normalise/reading.ts";
import { clean, cleanText } from "../../domain/normalise/clean.ts";
import { hasMacro, isMacro } from "../../domain/normalise/macro.ts";
import { isBlocked } from "../../domain/normalise/blocked.ts";
import { readCurrency } from "../../domain/normalise/currency.ts";
import { reportName } from "../../domain/normalise/utm.ts";
import { err, ok } from "../../lib/result.ts";

/** Words that scripts print for "nothing". */
const NOTHING = /^(null|undefined|nan|\[object object\])$/i;

/** Free text: braces inside are meant, a text that is one placeholder is not. */
export function readText(text: string): Reading {
  const value = cleanText(text);
  if (value === "" || NOTHING.test(value)) return ok(null);
  return isMacro(value) ? err("unresolved_macro") : ok(value);
}

/** The name of one of our links, or a page of the sender's: either becomes a line of reports. */
export function readLink(text: string): Reading {
  const reading = readText(text);
  return reading.ok && reading.value !== null ? ok(reportName(reading.value)) : reading;
}

/** A transaction or order number: stop-words are absent. */
export function readNumberText(text: string): Reading {
  const value = clean(text);
  if (value === "" || isBlocked(value)) return ok(null);
  if (hasMacro(value)) return err("unresolved_macro");
  return value.length <= 255 ? ok(value) : err("invalid");
}

/** Without one that can be read the connection's default applies. */
export function readCurrencyText(text: string): Reading {
  const value = clean(text);
  if (value === "" || isBlocked(value)) return ok(null);
  if (hasMacro(value)) return err("unresolved_macro");
  const code = readCurrency(value);
  return code === null ? err("bad_currency") : ok(code);
}
