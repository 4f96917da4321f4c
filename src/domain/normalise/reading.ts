/** The outcome of normalising one value: the value, null = absent (empty), or why it cannot be used. */
import { type Result, err, ok } from "../../lib/result.ts";
import type { DropCause } from "../event.ts";
import { isBlocked } from "./blocked.ts";
import { clean } from "./clean.ts";
import { hasMacro } from "./macro.ts";

/** ok(null) is "not given", which is no mistake; an error is a value that somebody meant and that we refuse. */
export type Reading<T = string> = Result<T | null, DropCause>;

/** What holds for every identifier: empty is absent, placeholders and stop-words are refused; `read` judges the cleaned rest. */
export function readIdentifier(text: string, read: (value: string) => Reading): Reading {
  const value = clean(text);
  if (value === "") return ok(null);
  if (hasMacro(value)) return err("unresolved_macro");
  if (isBlocked(value)) return err("blocked");
  return read(value);
}
