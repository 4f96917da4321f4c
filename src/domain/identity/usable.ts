/** Which identifiers of an event may speak at all, strongest first. Blocked values, contacts in quarantine and unknown keys are set aside before
 *  matching; identifiers of an erased person decide by time whether the event is a late echo of what was erased. Pure. */
import { priorityOf } from "../identifier.ts";
import type { Step } from "./decision.ts";
import { type Graph, type GraphClaim, type GraphEvent, type Ref, leafOf, ownerOf } from "./graph.ts";
import { isContact } from "./limits.ts";

/** Two may be one human who changed messengers; three no longer are. */
const QUARANTINE_CLAIMANTS = 3;

/** What is left of an event's identifiers, and in words what is not. */
export type Usable = {
  readonly claims: readonly GraphClaim[];
  readonly steps: readonly Step[];
  /** The strongest identifier that anybody has or had belongs to a person erased after the event happened. */
  readonly erased: boolean;
};

/** Strongest first. What is not used says why in a step; an event older than the erasure of whoever it names is that person's, hence erased too. */
export function usableClaims(graph: Graph, event: GraphEvent): Usable {
  const steps: Step[] = [];
  const claims: GraphClaim[] = [];
  let decided: "living" | "erased" | null = null;
  for (const claim of strongestFirst(event.claims)) {
    if (wasErasedAfter(graph, claim, event.at)) {
      decided ??= "erased";
      continue;
    }
    if (graph.blocked.has(claim.hash)) steps.push({ step: "blocked", ref: refOf(claim) });
    else if (isQuarantined(graph, claim)) steps.push({ step: "quarantine_ignored", ref: refOf(claim) });
    else {
      const owner = ownerOf(graph, claim);
      if (owner === null && claim.type === "key") steps.push({ step: "unknown_key" });
      else claims.push(claim);
      if (owner !== null) decided ??= "living";
    }
  }
  return { claims, steps, erased: decided === "erased" };
}

/** Claimed by three different messenger accounts, unless an operator has said whose it is. */
export const isQuarantined = (graph: Graph, claim: GraphClaim): boolean =>
  isContact(claim) &&
  (graph.claimants.get(claim.hash)?.size ?? 0) >= QUARANTINE_CLAIMANTS &&
  graph.nodes.get(claim.hash)?.pinned !== true;

/** Judged before the claim is written, so that the event that makes the third claim already tells of it. */
export const wouldQuarantine = (claimants: ReadonlySet<string>): boolean => claimants.size >= QUARANTINE_CLAIMANTS;

/** Without proof and home: a trace is kept long and must hold no more than it tells. */
export const refOf = ({ type, scope, hash }: Ref): Ref => ({ type, scope, hash });

/** Smaller priority first; equals keep the sender's order. The same identifier twice counts once. */
function strongestFirst(claims: readonly GraphClaim[]): GraphClaim[] {
  const unique = new Map(claims.toReversed().map((claim) => [claim.hash, claim]));
  return claims.filter((claim) => unique.get(claim.hash) === claim).toSorted((a, b) => priorityOf(a.type) - priorityOf(b.type));
}

/** The event is older than the erasure: it tells of the past that was erased. A newer one is a new beginning. */
function wasErasedAfter(graph: Graph, claim: GraphClaim, at: number): boolean {
  const home = claim.type === "key" ? graph.keys.get(claim.hash) : undefined;
  const erasedAt = home === undefined ? graph.tombstones.get(claim.hash) : leafOf(graph, home).erasedAt;
  return erasedAt !== undefined && erasedAt !== null && at <= erasedAt;
}
