/** What is remembered of persons besides identifiers: names, custom fields, tracker values, the newest campaign. The newest event time wins.
 *  Kept per home leaf, so an unmerge gives each side its own back. */
import type { Context } from "../../context.ts";
import type { StoredFacts } from "../../domain/event.ts";
import { type Graph, membersOf } from "../../domain/identity/graph.ts";
import type { EventId, PersonId } from "../../lib/ids.ts";
import type { Sealed } from "../../lib/seal.ts";
import type { TraitRow } from "../../store/neighbourhood.ts";

/** `value` when told in this batch, and then it is written; `sealed` when loaded, opened only if a rule or an echo check asks. */
export type Trait = {
  readonly at: number;
  readonly eventId: EventId;
  readonly value: string | null;
  readonly sealed: Sealed | null;
};
/** Home leaf → name → newest word. */
export type Traits = Map<PersonId, Map<string, Trait>>;

/** A body may hold two thousand fields; a person is not remembered by that many. */
const MOST_PER_EVENT = 60;
const LONGEST = 2_000;

/** What D1 remembers, beside what the batch has told already: the later event time stands. A person whose traits were not asked for looks as if she
 *  had none, which is why `Asked.traits` is set wherever a rule or an echo check reads them. */
export function addLoadedTraits(traits: Traits, rows: readonly TraitRow[]): void {
  for (const { home_id, name, at, sealed } of rows) {
    const own = ofHome(traits, home_id);
    const before = own.get(name);
    if (!before || before.at < at) own.set(name, { at, eventId: "evt_", value: null, sealed });
  }
}

type Telling = { readonly id: EventId; readonly at: number; readonly facts: StoredFacts };

/** Remembers what one event tells. */
export function rememberTraits(traits: Traits, home: PersonId, { id, at, facts }: Telling): void {
  const own = ofHome(traits, home);
  for (const [name, value] of told(facts).slice(0, MOST_PER_EVENT)) {
    const before = own.get(name);
    if (value === "" || value.length > LONGEST || (before && before.at > at)) continue;
    own.set(name, { at, eventId: id, value, sealed: null });
  }
}

function ofHome(traits: Traits, home: PersonId): Map<string, Trait> {
  const own = traits.get(home) ?? new Map<string, Trait>();
  traits.set(home, own);
  return own;
}

/** UTM marks only of a touch (a click or a start); of a login the profile only. */
function told(facts: StoredFacts): [string, string][] {
  if (facts.connection === "login") return Object.entries(facts.profile);
  const touch = facts.type === "click" || facts.type === "bot_start" ? Object.entries(facts.utm) : [];
  return [
    ...Object.entries(facts.profile),
    ...Object.entries(facts.fields).map(([name, value]): [string, string] => [`fields.${name}`, value]),
    ...Object.entries(facts.tracker).map(([name, value]): [string, string] => [`tracker.${name}`, value]),
    ...touch,
  ];
}

/** A person's traits in plain: the newest of all her leaves. */
export async function traitsOf(ctx: Context, traits: Traits, graph: Graph, root: PersonId): Promise<Record<string, string>> {
  const newest = new Map<string, Trait>();
  for (const leaf of membersOf(graph, root)) {
    for (const [name, trait] of traits.get(leaf) ?? []) {
      const before = newest.get(name);
      if (!before || before.at <= trait.at) newest.set(name, trait);
    }
  }
  const plain = await Promise.all(
    [...newest].map(async ([name, { value, sealed }]) => [name, value ?? (sealed ? await ctx.seal.open(sealed) : "")] as const),
  );
  return Object.fromEntries(plain);
}
