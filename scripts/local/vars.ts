/** `KEY=value` lines: comments, blank lines, `export `, single and double quotes. A line that is none of these and a
 *  name with two values are mistakes, named by the line's number. */
import { readFileSync } from "node:fs";
import { UsageError } from "./options.ts";

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;
const OPEN_QUOTE = /^["']/;
const QUOTED = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/;

/** Null when a quote is opened and not closed. */
function unquote(text: string): string | null {
  const quoted = QUOTED.exec(text);
  if (quoted?.[1] !== undefined) return quoted[1].replace(/\\(.)/g, (_all, mark: string) => (mark === "n" ? "\n" : mark));
  if (quoted?.[2] !== undefined) return quoted[2];
  if (OPEN_QUOTE.test(text)) return null;
  return text.replace(/(?:^|\s+)#.*$/, "");
}

/** Names and values; `source` is what a mistake is told of. Throws `UsageError`. */
export function parseVars(text: string, source: string): Record<string, string> {
  const vars: Record<string, string> = {};
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`${source}:${index + 1}: expected KEY=value`);
    const unquoted = unquote(value);
    if (unquoted === null) throw new UsageError(`${source}:${index + 1}: the quote is not closed`);
    if ((vars[name] ?? unquoted) !== unquoted)
      throw new UsageError(`${source}:${index + 1}: ${name} was given another value above`);
    vars[name] = unquoted;
  }
  return vars;
}

/** Throws `UsageError` for a file that cannot be read, too. */
export function readVars(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`--vars: cannot read ${path}`);
  }
  return parseVars(text, path);
}
