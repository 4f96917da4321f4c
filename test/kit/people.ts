/** A small world over the pure graph: events in, persons out. Identifiers are written with the short names of identity.md; `@` gives the scope. */
import { type Bound, bindEvent } from "../../src/domain/identity/bind.ts";
import type { Conflict } from "../../src/domain/identity/decision.ts";
import {
  type Graph,
  type GraphClaim,
  type GraphEvent,
  newGraph,
  nodesOf,
  ownerOf,
  rootOf,
} from "../../src/domain/identity/graph.ts";
import { IDENTIFIER_TYPES, type IdentifierType } from "../../src/domain/identifier.ts";
import type { EventId, PersonId } from "../../src/lib/ids.ts";

const SHORT: Readonly<Record<string, IdentifierType>> = {
  tg: "telegram_id",
  max: "max_id",
  vk: "vk_id",
  gc: "gc_user_id",
  gc_user: "gc_user_id",
  site_user: "user_id",
  player: "player_id",
  sb: "client_id",
  key: "key",
  email: "email",
  phone: "phone",
  click: "click",
  clickid: "clickid",
  visitor: "visitor",
};
const SCOPES: Partial<Record<IdentifierType, string>> = {
  gc_user_id: "school1",
  user_id: "site1",
  player_id: "1win",
  client_id: "P1",
  clickid: "keitaro1",
};

export type Ids = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** `sb: "500@P2"` → client_id 500 in project P2. */
export function namedValues(ids: Ids): { type: IdentifierType; scope: string; value: string }[] {
  return Object.entries(ids).flatMap(([name, values]) =>
    [values].flat().map((given) => {
      const type = SHORT[name];
      if (!type) throw new Error(`no identifier is called ${name}`);
      const text = String(given);
      const at = type === "email" ? -1 : text.lastIndexOf("@");
      return { type, scope: at < 0 ? (SCOPES[type] ?? "") : text.slice(at + 1), value: at < 0 ? text : text.slice(0, at) };
    }),
  );
}

const claimsOf = (ids: Ids): GraphClaim[] =>
  namedValues(ids).map(({ type, scope, value }) => ({
    type,
    scope,
    hash: type === "key" ? value : `${type}|${scope}|${value}`,
    proof: IDENTIFIER_TYPES[type].proof,
  }));

export type World = {
  readonly graph: Graph;
  readonly conflicts: Conflict[];
  readonly bound: Bound[];
  in(ids: Ids, type?: string, at?: number, act?: Pick<GraphEvent, "mapping"> & { readonly detach: Ids }): Bound;
  /** The person an identifier belongs to, or null. */
  P(ids: Ids): PersonId | null;
  people(): PersonId[];
  key(person: PersonId | null): string;
  /** Event ids on a person's card, in order of arrival. */
  eventsOf(person: PersonId | null): EventId[];
  hashesOf(person: PersonId | null): string[];
};

export function newWorld(): World {
  const graph = newGraph();
  const conflicts: Conflict[] = [];
  const bound: Bound[] = [];
  let events = 0;
  let persons = 0;
  const fresh = (): { id: PersonId; key: `k_${string}` } => {
    persons += 1;
    return { id: `per_${String(persons).padStart(4, "0")}`, key: `k_${String(persons).padStart(4, "0")}` };
  };
  const P = (ids: Ids): PersonId | null => {
    const [claim] = claimsOf(ids);
    return claim ? ownerOf(graph, claim) : null;
  };
  return {
    graph,
    conflicts,
    bound,
    P,
    in: (ids, type = "identify", at, act = { mapping: null, detach: {} }) => {
      events += 1;
      const time = at ?? events * 1_000;
      const event: GraphEvent = {
        id: `evt_${events}`,
        type,
        at: time,
        receivedAt: time,
        claims: claimsOf(ids),
        mapping: act.mapping,
        teller: null,
        detach: claimsOf(act.detach),
      };
      const outcomes = bindEvent(graph, event, fresh);
      for (const outcome of outcomes) conflicts.push(...outcome.decision.conflicts);
      bound.push(...outcomes);
      const [first] = outcomes;
      if (!first) throw new Error("an event was lost");
      return first;
    },
    people: () => [...graph.members].filter(([, leaves]) => leaves.size > 0).map(([root]) => root),
    key: (person) => (person === null ? "" : (graph.leaves.get(person)?.key ?? "")),
    eventsOf: (person) => [...graph.events].filter(([, { homeId }]) => rootOf(graph, homeId) === person).map(([id]) => id),
    hashesOf: (person) => (person === null ? [] : [...nodesOf(graph, person)].map(({ hash }) => hash).toSorted()),
  };
}

/** The world as persons only, free of ids and order: which identifiers and which of the named events belong together. */
export function pictureOf(world: World, names: ReadonlyMap<EventId, string>): string {
  const cards = world.people().map((person) => ({
    ids: world.hashesOf(person),
    events: world
      .eventsOf(person)
      .map((id) => names.get(id) ?? id)
      .toSorted(),
  }));
  return JSON.stringify(cards.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
}

export function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) yield items;
  for (const [index, item] of items.entries()) {
    for (const rest of items.length <= 1 ? [] : permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}
