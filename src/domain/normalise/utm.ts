/** UTM for attribution: trimmed, lower case (`VK` = `vk`); decoded once, by the transport. The bytes as sent stay in the raw delivery and,
 *  when they differ, under `fields`. Placeholders and the words scripts print for "nothing" are absent. */
import { type Reading } from "./reading.ts";
import { err, ok } from "../../lib/result.ts";
import { clean } from "./clean.ts";
import { hasMacro } from "./macro.ts";

const NOTHING = new Set(["", "null", "undefined", "nan", "[object object]", "(not set)"]);

export function readUtm(text: string): Reading {
  const value = clean(text).toLowerCase();
  if (NOTHING.has(value)) return ok(null);
  return hasMacro(value) || hasMacro(text) ? err("unresolved_macro") : ok(value.slice(0, 500));
}
