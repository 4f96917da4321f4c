/** UTM for attribution: trimmed, lower case (`VK` = `vk`); decoded once, by the transport. The bytes as sent stay in the raw delivery and,
 *  when they differ, under `fields`. Placeholders and the words scripts print for "nothing" are absent. */
import { err, ok } from "../../lib/result.ts";
import type { Utm } from "../event.ts";
import { clean } from "./clean.ts";
import { hasMacro } from "./macro.ts";
import type { Reading } from "./reading.ts";

/** Mailing services put the reader's own address into a mark. Marks are the names of report lines: they stand in the clear, outlive an erasure and
 *  are seen by whoever has a shared report, so an address is taken out (what was sent stays sealed in the raw delivery). What stands before its sign holds no
 *  other: a mark of nothing but signs would be searched for the cube of its length. */
const EMAIL = /(?:(?!%40)[^\s@/?&=|])+(?:@|%40)[^\s@/?&=|]+\.\p{L}{2,}/gu;

/** The five that have a column and a field of their own. */
export const UTM = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"] as const;
/** They as columns; null = not told. */
export type UtmColumns = Readonly<Record<(typeof UTM)[number], string | null>>;

/** The five of an event's marks; others (`utm_x` of a sender's own) have no column. */
export const utmColumns = (utm: Utm): UtmColumns => ({
  utm_source: utm["utm_source"] ?? null,
  utm_medium: utm["utm_medium"] ?? null,
  utm_campaign: utm["utm_campaign"] ?? null,
  utm_content: utm["utm_content"] ?? null,
  utm_term: utm["utm_term"] ?? null,
});

const NOTHING = new Set(["", "null", "undefined", "nan", "[object object]", "(not set)"]);

/** Marks are lines of reports. */
const MOST = 500;

/** What a mark or a link is called in reports. An address is looked for a little beyond what is kept, and no further: the search takes the square of the length. */
export const reportName = (text: string): string =>
  text
    .slice(0, 2 * MOST)
    .replaceAll(EMAIL, "(e-mail)")
    .slice(0, MOST);

/** `ok(null)` for what says nothing. */
export function readUtm(text: string): Reading {
  const value = reportName(clean(text).toLowerCase());
  if (NOTHING.has(value)) return ok(null);
  return hasMacro(value) || hasMacro(text) ? err("unresolved_macro") : ok(value);
}
