/** JSON without the loss of numbers. `JSON.parse` turns 9007199254740993 into …992 and 12.50 into 12.5; ids and amounts must survive as
 *  written, so a number that does not print back as its source stays text. */
import { type Result, err, ok } from "../result.ts";
import type { Pair } from "./query.ts";
import { unescapeOnce } from "./text.ts";

/** Deeper than any vendor nests; bounds the work one hostile body can cause. */
const MAX_DEPTH = 24;

/** A number that could change on its way through a float: long, fractional or with an exponent. */
const FRAGILE_NUMBER = /\d{16}|\d\.\d|\d[eE]/;

/** Everything that walks a parsed value may recurse this far and no further. */
const DEEPEST = 100;

/** Parsed JSON with exact numbers, or why not. Too deep nesting is an error, not a crash. */
export function parseJson(text: string): Result<unknown, string> {
  try {
    const parsed: unknown = FRAGILE_NUMBER.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
    return text.length > 2 * DEEPEST && isTooDeep(parsed) ? err(TOO_DEEP) : ok(parsed);
  } catch (error) {
    return err(error instanceof SyntaxError ? "not valid JSON" : TOO_DEEP);
  }
}

const TOO_DEEP = "JSON nested too deeply";

/** Level by level, not by recursion: fifty thousand brackets must not cost the stack of those who come later. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap(nestedIn);
  }
  return false;
}

function nestedIn(value: unknown): unknown[] {
  const inner: unknown[] = typeof value === "object" && value !== null ? Object.values(value) : [];
  return inner.filter((item) => typeof item === "object" && item !== null);
}

/** How programs print a whole number that they hold as a float: `500.0`, `1.23456789E9`. A hex id that a template left unquoted (`12e5`) has no dot. */
const PRINTED_FLOAT = /^-?(\d+\.0|\d\.\d{1,16}e\+?\d{1,2})$/i;

/** A number that a double cannot hold stays as it was written: a messenger id of twenty digits must not be rounded to somebody
 *  else's. */
function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source || (Number.isSafeInteger(value) && PRINTED_FLOAT.test(context.source))
    ? value
    : context.source;
}

/** Flat view of a JSON value: nested names joined by dots, arrays by index, every leaf as text, null as "". `__proto__` is never a name. */
export function flattenJson(value: unknown): Pair[] {
  const pairs: Pair[] = [];
  const walk = (path: string, item: unknown, depth: number): void => {
    if (typeof item !== "object" || item === null) {
      if (path !== "") pairs.push([path, item === null || item === undefined ? "" : leafText(item)]);
      return;
    }
    if (depth >= MAX_DEPTH) return;
    for (const [key, inner] of Object.entries(item)) {
      const name = key.trim();
      if (name !== "" && name !== "__proto__") walk(path === "" ? name : `${path}.${name}`, inner, depth + 1);
    }
  };
  walk("", value, 0);
  return pairs;
}

const leafText = (value: unknown): string => (typeof value === "string" ? unescapeOnce(value) : String(value));
