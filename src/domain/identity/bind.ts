/** Binds one event and then everything that only waited for it: an event may make an identifier known, a waiting event that carries it is bound
 *  with its own time and may make the next one known. Pure but for the graph it changes. */
import type { EventId } from "../../lib/ids.ts";
import { apply, removeNode } from "./apply.ts";
import type { Decision, Fresh, Step } from "./decision.ts";
import { type Graph, type GraphEvent, type Ref, isMapped, ownerOf } from "./graph.ts";
import { resolve } from "./resolve.ts";
import { refOf } from "./usable.ts";

/** `boundAt` in epoch ms: when the event became somebody's, its receipt unless it had to wait. */
export type Bound = { readonly decision: Decision; readonly trace: readonly Step[]; readonly boundAt: number };

/** By which identifier a waiting event is bound now, and when that became known (epoch ms). */
export type Late = { readonly ref: Ref; readonly at: number };

/** `fresh` gives the identity of a person should one be founded. The first answer is about `event` itself; `late` tells that it has waited. */
export function bindEvent(graph: Graph, event: GraphEvent, fresh: () => Fresh, late: Late | null = null): Bound[] {
  const bound = [decide(graph, event, fresh, late)];
  for (let done = 0; done < bound.length; done++) {
    const decision = bound[done]?.decision;
    if (decision?.outcome !== "bound") continue;
    for (const [id, ref] of waitingFor(graph, decision)) {
      const parked = graph.parked.get(id);
      if (!parked) continue;
      const woken = decide(graph, parked, fresh, { ref, at: late?.at ?? event.receivedAt });
      if (woken.decision.outcome === "bound") bound.push(woken);
    }
  }
  return bound;
}

/** Detach, resolve, apply: what a login takes away is gone before anybody is looked for. A late one is bound at the time it was
 *  understood. */
function decide(graph: Graph, event: GraphEvent, fresh: () => Fresh, late: Late | null): Bound {
  const detached = detach(graph, event);
  const decision = resolve(graph, event, fresh());
  const more = apply(graph, decision);
  const waited: Step[] = late ? [{ step: "late", ref: late.ref, waitedMs: Math.max(0, late.at - event.receivedAt) }] : [];
  return {
    decision,
    trace: [...detached, ...decision.trace, ...more, ...waited],
    boundAt: late ? Math.max(late.at, event.receivedAt) : event.receivedAt,
  };
}

/** Takes off the event's person what a login act says is no longer hers; what meanwhile belongs to somebody else stays there, and so does a user that an
 *  account of hers is mapped to by now: acts may be heard in another order than they were done. */
function detach(graph: Graph, event: GraphEvent): Step[] {
  const owners = new Set(event.claims.map((claim) => ownerOf(graph, claim)));
  return event.detach.flatMap((ref): Step[] => {
    const owner = ownerOf(graph, ref);
    if (owner === null || !owners.has(owner) || isMapped(graph, new Set([owner]), ref.hash)) return [];
    removeNode(graph, ref.hash);
    return [{ step: "detached", ref }];
  });
}

/** Waiting events that one of the decision's identifiers makes known, oldest first. */
function waitingFor(graph: Graph, decision: Decision): [EventId, Ref][] {
  const found = new Map<EventId, Ref>();
  for (const claim of decision.event.claims) {
    if (ownerOf(graph, claim) === null) continue;
    for (const id of graph.waiting.get(claim.hash) ?? []) if (!found.has(id)) found.set(id, refOf(claim));
  }
  return [...found].toSorted(([a], [b]) => receivedAt(graph, a) - receivedAt(graph, b));
}

const receivedAt = (graph: Graph, id: EventId): number => graph.parked.get(id)?.receivedAt ?? 0;
