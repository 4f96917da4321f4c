/** One text for one content: keys sorted at every level, so the same values in another order are the same. Pure. */

/** For comparing and hashing only. Keys are compared by code unit, not by locale: the digest must be the same on every machine. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? "null";
}

/** Keys by code unit, at every depth; the order of a list is its meaning and stays. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** Values that postbacks take from the event itself, not from `with`: part of what is said to the vendor. */
type SaidByEvent = { readonly amount: string | null; readonly currency: string | null; readonly tid: string | null };

const POSTBACKS: ReadonlySet<string> = new Set(["postback", "tracker_postback"]);

/** What the loop breaker compares (O-02): action, person and rendered content. Two sales are not a loop because both say "sale". */
export function contentText(
  action: string,
  person: string,
  parameters: Readonly<Record<string, unknown>>,
  event: SaidByEvent,
): string {
  const said = POSTBACKS.has(action) ? [event.amount, event.currency, event.tid] : [];
  return canonicalJson([action, person, parameters, ...said]);
}
