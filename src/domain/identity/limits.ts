/** How many different values of one type one person may hold (`identifier.ts`), judged over unions. A person whom an operator took over a limit
 *  keeps what she has: only what automation would ADD to an over-full group is refused. */
import type { PersonId } from "../../lib/ids.ts";
import { MESSENGER_TYPES, limitOf, priorityOf } from "../identifier.ts";
import { type Graph, type Ref, nodesOf } from "./graph.ts";

/** Limited identifiers by (type, scope). */
export type Held = Map<string, { readonly limit: number; readonly values: ReadonlySet<string> }>;

const groupOf = (ref: Ref): string => `${ref.type}\n${ref.scope}`;

/** Unlimited types never stand in the way of a merge. */
export const isLimited = (ref: Ref): boolean => Number.isFinite(limitOf(ref.type));
/** One human has one account of each; the only identifiers that can claim a contact. */
export const isMessenger = (ref: Ref): boolean => MESSENGER_TYPES.some((type) => type === ref.type);
/** Typed by anybody, hence never a proof; the only ones that go into quarantine. */
export const isContact = (ref: Pick<Ref, "type">): boolean => ref.type === "email" || ref.type === "phone";
/** Clicks and cookies only say that two visits are probably one human. */
export const isInferred = (ref: Ref): boolean => priorityOf(ref.type) >= 8;
/** What makes a person more than a visitor for rule "shared": any identifier of priority ≤ 7 but a network's player. */
export const isTelling = (ref: Ref): boolean => priorityOf(ref.type) <= 7 && ref.type !== "player_id";

/** What the whole person holds, over every leaf merged into it. */
export function heldBy(graph: Graph, root: PersonId): Held {
  return hold(nodesOf(graph, root));
}

/** What a person would hold with these, by group (type and scope); types without a limit are left out. */
export function hold(refs: Iterable<Ref>): Held {
  const held: Held = new Map();
  for (const ref of refs) {
    if (!isLimited(ref)) continue;
    const group = groupOf(ref);
    held.set(group, { limit: limitOf(ref.type), values: new Set([...(held.get(group)?.values ?? []), ref.hash]) });
  }
  return held;
}

/** Does the union of two sides keep every limit that either of them would newly break? */
export function fits(a: Held, b: Held): boolean {
  for (const [group, { limit, values }] of b) {
    const own = a.get(group)?.values;
    if (!own) continue;
    const union = new Set([...own, ...values]).size;
    if (union > limit && union > Math.max(own.size, values.size)) return false;
  }
  return true;
}

/** A new map: the sides are still needed when the union is refused. */
export function unite(a: Held, b: Held): Held {
  const union: Held = new Map(a);
  for (const [group, { limit, values }] of b) {
    union.set(group, { limit, values: new Set([...values, ...(union.get(group)?.values ?? [])]) });
  }
  return union;
}
