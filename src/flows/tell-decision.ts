/** The trace of a decision as sentences for an operator. Values are read off the event first: what was refused, or still waits, is nobody's and
 *  therefore stored nowhere else. Persons are called as they are called everywhere; a merged one by what she brought. */
import type { Context } from "../context.ts";
import type { StoredFacts } from "../domain/event.ts";
import type { Step } from "../domain/identity/decision.ts";
import { type Locale, personsOf, refsOf, tellStrayStart, tellTrace } from "../domain/trace.ts";
import { hashClaim, shownValue } from "./bind/hash-claim.ts";
import { identifierValues, personNames } from "./show-person.ts";

/** `facts`: null once they are past their retention; the identifiers that somebody holds are shown all the same. */
export async function tellDecision(
  ctx: Context,
  { steps, facts }: { readonly steps: readonly Step[]; readonly facts: StoredFacts | null },
  locale: Locale,
): Promise<string[]> {
  const hashes = steps.flatMap(refsOf).map(({ hash }) => hash);
  const [held, names, told] = await Promise.all([
    identifierValues(ctx, hashes),
    personNames(ctx, steps.flatMap(personsOf)),
    Promise.all(
      (facts?.identifiers ?? []).map(async (claim) => {
        const hash = await hashClaim(ctx, claim);
        return [hash, shownValue(claim, hash)] as const;
      }),
    ),
  ]);
  const values = new Map([...told, ...held]);
  const stray = facts === null ? null : tellStrayStart(facts, steps, locale);
  const sentences = tellTrace(steps, {
    locale,
    value: ({ type, hash }) => values.get(hash) ?? (type === "key" ? "" : "••"),
    person: (id) => names.get(id) ?? id,
  });
  return stray === null ? sentences : [...sentences, stray];
}
