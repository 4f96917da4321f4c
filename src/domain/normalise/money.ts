/** Money as people and machines write it. The result is a decimal string without trailing zeros; floats never touch it.
 *  A comma followed by exactly three digits groups thousands (`1,500`), any other single comma is the decimal sign (`12,5`). A single dot is
 *  always the decimal sign, because dots come from programs (`1.500` = 1.5). Four decimals are kept, half away from zero. */
import { type Result, err, ok } from "../../lib/result.ts";
import { fromE4 } from "../amount.ts";
import type { DropCause } from "../event.ts";
import { clean } from "./clean.ts";
import { knownCurrency } from "./currency.ts";
import { hasMacro } from "./macro.ts";

/** A readable sum, sign included. */
export type Amount = { readonly amount: string; /** When it stood beside the number. */ readonly currency: string | null };

const DECIMALS = 4;
/** Beyond this a sum in ten-thousandths leaves the safe integers. */
const MAX_WHOLE_DIGITS = 11;
/** The full stop after a word is the word's own («руб.100»), after a sign the number's («$.50»). */
const SHAPE = /^(\p{L}+\.|[^\d.,+-]*?)\s*([+-]?)\s*(\p{L}{1,4}\.|[^\d\s.,+-]{0,4}?)\s*(\d[\d\s.,'’]*|[.,]\d+)\s*([^\d+-]*)$/u;

/** Java's `1.25E7` and `1E+3`: a number that a program wrote its own way. */
const PRINTED_FLOAT = /^-?\d(\.\d{1,16})?e[+-]?\d{1,2}$/i;

/** null = nothing was sent; `bad_amount` = something was, and guessing at it would put a wrong sum into a report. A minus survives: it tells a refund
 *  or Chatterfy's withdrawal (vendors.md §3.1). */
export function readMoney(text: string): Result<Amount | null, DropCause> {
  const given = clean(text).replaceAll("−", "-");
  const value = PRINTED_FLOAT.test(given) ? String(Number(given)) : given;
  if (value === "") return ok(null);
  if (hasMacro(value)) return err("unresolved_macro");
  const match = value.length > 60 ? null : SHAPE.exec(value);
  if (!match) return err("bad_amount");
  const [, before = "", sign = "", symbol = "", number = "", after = ""] = match;
  const words = [before, symbol, after].map((word) => word.trim()).filter((word) => word !== "");
  const currency = words.length === 1 ? knownCurrency(words[0] ?? "") : null;
  const plain = plainNumber(number.trim().replace(/[.,]$/, ""));
  if (plain === null || words.length > 1 || (words.length === 1 && currency === null)) return err("bad_amount");
  const amount = canonical(plain);
  return amount === null ? err("bad_amount") : ok({ amount: sign === "-" && amount !== "0" ? `-${amount}` : amount, currency });
}

/** Digits with at most one dot, or null when the separators make no sense. */
function plainNumber(text: string): string | null {
  const joined = text.replaceAll(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, "");
  if (/[\s'’]/.test(joined)) return null;
  const lastDot = joined.lastIndexOf(".");
  const lastComma = joined.lastIndexOf(",");
  if (lastDot >= 0 && lastComma >= 0) return lastDot > lastComma ? grouped(joined, ",", ".") : grouped(joined, ".", ",");
  if (lastComma >= 0) {
    return /^[1-9]\d{0,2}(,\d{3})+$/.test(joined) ? joined.replaceAll(",", "") : single(joined, ",");
  }
  return /^\d{1,3}(\.\d{3}){2,}$/.test(joined) ? joined.replaceAll(".", "") : single(joined, ".");
}

const single = (text: string, mark: string): string | null => {
  const plain = text.replace(mark, ".");
  return /^(\d+(\.\d*)?|\.\d+)$/.test(plain) ? plain : null;
};

/** Thousands only in threes: «1.23,5» is no sum that somebody grouped. */
function grouped(text: string, group: string, mark: string): string | null {
  const [whole = "", fraction = "", ...more] = text.split(mark);
  const groups = whole.split(group);
  const right = groups.every((part, index) => (index === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(part));
  return right && more.length === 0 && /^\d*$/.test(fraction) ? `${groups.join("")}.${fraction}` : null;
}

/** No leading or trailing zeros, at most four decimals; null when too large. */
function canonical(plain: string): string | null {
  const [whole = "", fraction = ""] = plain.split(".");
  const digits = whole.replace(/^0+/, "");
  if (digits.length > MAX_WHOLE_DIGITS) return null;
  const scaled = Number(`${digits}${fraction.slice(0, DECIMALS).padEnd(DECIMALS, "0")}`);
  return fromE4(scaled + (/^\d{4}[5-9]/.test(fraction) ? 1 : 0));
}
