/** The fields of a delivery under our names: the connection's `mapping` renames, letter case is forgiven, and every value remembers the name
 *  its sender gave it, because that is the name an operator must look for. `take` reads a value once; what nobody took is kept as a field. */
import type { Dropped, DropCause } from "../../domain/event.ts";
import type { Result } from "../../lib/result.ts";
import type { Incoming } from "../connector.ts";

/** `asked`: it stood in the query, beside a body. */
export type SentValue = { readonly field: string; readonly value: string; readonly asked?: true };

/** One delivery while it is read; `used` and `dropped` grow with every take. */
export type Sent = {
  /** Our name → what was sent. */
  readonly values: ReadonlyMap<string, SentValue>;
  /** Names that are not in lower case, by their lower case; a list of one value (`email.0`) by the name of the list. */
  readonly lower: ReadonlyMap<string, string>;
  readonly used: Set<string>;
  readonly dropped: Dropped[];
};

/** What tells nothing is left out, so that it hides no other spelling of its name. A renamed field takes the place of a field that already has the new
 *  name: the operator's mapping is a decision, the vendor's naming a coincidence. For the same reason it is never weaker than the body. */
export function newSent({ fields, query }: Pick<Incoming, "fields" | "query">, mapping: Readonly<Record<string, string>>): Sent {
  const values = new Map<string, SentValue>();
  for (const [field, value] of Object.entries(fields)) {
    if (value.trim() === "" || Object.hasOwn(mapping, field)) continue;
    values.set(field, query[field] === value ? { field, value, asked: true } : { field, value });
  }
  for (const [field, name] of Object.entries(mapping)) {
    const value = fields[field];
    if (value !== undefined && value.trim() !== "") values.set(name, { field, value });
  }
  const lower = new Map<string, string>();
  for (const name of values.keys()) {
    const list = name.endsWith(".0") ? name.slice(0, -2) : name;
    const small = (values.has(`${list}.1`) ? name : list).toLowerCase();
    if (small !== name) lower.set(small, name);
  }
  return { values, lower, used: new Set(), dropped: [] };
}

/** The name a value is stored under, forgiving letter case: as given, but for what the body says in another. */
function storedName(sent: Sent, name: string): string | undefined {
  const small = name.toLowerCase();
  const other = sent.lower.get(small) ?? (small !== name && sent.values.has(small) ? small : undefined);
  const exact = sent.values.get(name);
  const isOutdone = exact?.asked && other !== undefined && !sent.used.has(other) && !sent.values.get(other)?.asked;
  return exact && !isOutdone ? name : other;
}

/** What was sent under one of our names and is not taken yet; nothing is taken by looking. */
export function peek(sent: Sent, name: string): SentValue | null {
  const stored = storedName(sent, name);
  return stored === undefined || sent.used.has(stored) ? null : (sent.values.get(stored) ?? null);
}

/** Marks a value as read, so that it does not come again among the plain fields. */
export const use = (sent: Sent, name: string): void => {
  const stored = storedName(sent, name);
  if (stored !== undefined) sent.used.add(stored);
};

/** Recorded under the sender's name; the value itself is not kept: it may be a contact that failed to parse. */
export const drop = (sent: Sent, field: string, cause: DropCause): void => {
  sent.dropped.push({ field, cause });
};

/** The names as they are tried: what the body says in whatever spelling before what the query says (body wins), else as given. */
export function bodyFirst(sent: Sent, names: readonly string[]): readonly string[] {
  const asked = (name: string): number => (peek(sent, name)?.asked ? 1 : 0);
  return names.some(asked) ? names.toSorted((a, b) => asked(a) - asked(b)) : names;
}

/** The first of `names`, those of the body first, that `read` accepts. Empty and refused values on the way are used up, refusals are recorded; later names stay. */
export function take<T>(sent: Sent, names: readonly string[], read: (value: string) => Result<T | null, DropCause>): T | null {
  for (const name of bodyFirst(sent, names)) {
    const stored = storedName(sent, name);
    const found = stored === undefined || sent.used.has(stored) ? undefined : sent.values.get(stored);
    if (stored === undefined || !found) continue;
    sent.used.add(stored);
    const reading = read(found.value);
    if (!reading.ok) drop(sent, found.field, reading.error);
    else if (reading.value !== null) return reading.value;
  }
  return null;
}
