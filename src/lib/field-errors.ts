/** Schema issues as the wire shows them: a dotted path that points at the mistake and a sentence a person can act on. zod/mini ships without
 *  texts, so the sentences are made here from the issue's code. */
import type * as z from "zod/mini";

/** `path` as an operator would write it: `connections.bot.rate.per_second`. */
export type FieldError = { readonly path: string; readonly message: string };

type Issue = z.core.$ZodIssue;

/** Every issue of a failed parse of `value`; `base` is put in front of the paths. An unknown field is an error of its own at its own path. */
export function fieldErrors(issues: readonly Issue[], value: unknown, base: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    const found = valueAt(value, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: dotted([...path, key]), message: "unknown field" }));
    }
    if (found === undefined && MISSING.has(issue.code)) return [{ path: dotted(path), message: "required" }];
    if (issue.code === "invalid_union") {
      const branch = deepest(issue.errors);
      if (branch) return fieldErrors(branch, found, path);
    }
    if (issue.code === "invalid_key") {
      return issue.issues.map((inner) => ({ path: dotted(path), message: `bad name: ${messageOf(inner)}` }));
    }
    return [{ path: dotted(path), message: messageOf(issue) }];
  });
}

/** What an absent field fails with: its type, its list of words, or every branch of its union (a missing `kind` too). */
const MISSING: ReadonlySet<Issue["code"]> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

/** Indexes of lists are steps as well: `rules.0.do.1.with`. */
export const dotted = (path: readonly PropertyKey[]): string => path.map(String).join(".");

/** The branch of a union the author most likely meant: the one that failed latest, and not because of the outermost type. */
function deepest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const weight = (branch: readonly Issue[]): number =>
    Math.max(...branch.map((issue) => issue.path.length * 2 + (issue.code === "invalid_type" ? 0 : 1)));
  const [first, ...rest] = branches.toSorted((a, b) => weight(b) - weight(a));
  if (first && weight(first) === 0 && rest.length > 0) return undefined;
  return first;
}

/** Our own words where the schema has none: they are part of the API, so an update of the library must not change them. */
function messageOf(issue: Issue): string {
  if (issue.message !== "Invalid input") return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected === "record" ? "object" : issue.expected}`;
    case "too_small":
      return limit(issue.inclusive === false ? "above" : "at least", issue.minimum, issue.origin);
    case "too_big":
      return limit("at most", issue.maximum, issue.origin);
    case "invalid_value":
      return `one of: ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return "options" in issue && issue.options
        ? `one of: ${issue.options.map(String).join(", ")}`
        : "a value of another type is expected";
    case "invalid_format":
      return `not a valid ${issue.format === "regex" ? "form" : issue.format}`;
    default:
      return "not valid";
  }
}

/** What stood at the path, undefined where nothing did: «required» and «another type» are told apart by it. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

function limit(word: string, bound: number | bigint, origin: string): string {
  if (origin === "string") return `${word} ${bound} characters`;
  if (origin === "array") return `${word} ${bound} items`;
  return `${word} ${bound}`;
}
