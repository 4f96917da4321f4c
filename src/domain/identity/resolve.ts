/** Who an event is about: the demotion loop and the binding of the other identifiers (docs/identity.md, "How an event finds its person"). Decides only, changes nothing.
 *  The trap it exists for: letting the strongest KNOWN identifier win would write `{tg:2 (new), email (belongs to tg:1)}` onto tg:1's card. So an
 *  owner wins only if she could also hold every stronger identifier of the event; otherwise her identifier is demoted and the next one is asked. */
import type { PersonId } from "../../lib/ids.ts";
import { priorityOf } from "../identifier.ts";
import type { Decision, Fresh, Step } from "./decision.ts";
import { type Graph, type GraphClaim, type GraphEvent, type Ref, homeOf, ownerOf } from "./graph.ts";
import { fits, heldBy, hold, isLimited } from "./limits.ts";
import { emptyDraft, joinClaims } from "./join.ts";
import { refOf, usableClaims } from "./usable.ts";

/** `fresh` is drawn in advance, because the domain has no randomness; it is unused unless a person is founded. A login act's `user_id` does not choose:
 *  who logged in is told by the messenger account, and the site's user is what is given to it. */
export function resolve(graph: Graph, event: GraphEvent, fresh: Fresh): Decision {
  const { claims, steps, erased } = usableClaims(graph, event);
  const trace: Step[] = [...steps];
  if (erased) return unboundDecision(event, "erased", [{ step: "erased" }]);
  const choosing = event.mapping === null ? claims : claims.filter(({ type }) => type !== "user_id");
  const { winner, demoted } = chooseWinner(graph, choosing, trace);
  if (winner !== null) {
    trace.push({ step: "found", ref: refOf(winner.claim), person: winner.root });
    const home = homeOf(graph, winner.claim) ?? winner.root;
    return joinClaims(graph, { event, claims, demoted, root: winner.root, home, via: refOf(winner.claim), create: null, trace });
  }
  const founder = choosing.find((claim) => !demoted.has(claim.hash) && canFound(claim));
  if (!founder) return unboundDecision(event, "unbound", [...trace, { step: "waits", refs: claims.map(refOf) }]);
  trace.push({ step: "created", person: fresh.id, ref: refOf(founder) });
  return joinClaims(graph, { event, claims, demoted, root: fresh.id, home: fresh.id, via: refOf(founder), create: fresh, trace });
}

type Winner = { readonly claim: GraphClaim; readonly root: PersonId };

/** The demotion loop. When every identifier is known and they contradict each other, the strongest one's owner keeps the event. */
function chooseWinner(
  graph: Graph,
  claims: readonly GraphClaim[],
  trace: Step[],
): { winner: Winner | null; demoted: ReadonlySet<string> } {
  const demoted = new Set<string>();
  let first: Winner | null = null;
  const demotions: Step[] = [];
  for (const claim of claims) {
    const root = ownerOf(graph, claim);
    if (root === null) continue;
    first ??= { claim, root };
    const strong = strongerThan(graph, claims, claim, root);
    const held = heldBy(graph, root);
    if (fits(held, hold(strong))) {
      trace.push(...demotions);
      return { winner: { claim, root }, demoted };
    }
    demoted.add(claim.hash);
    const against = strong.find((other) => !fits(held, hold([other]))) ?? null;
    demotions.push({ step: "demoted", ref: refOf(claim), person: root, against: against && refOf(against) });
  }
  if (first !== null && !claims.some((claim) => !demoted.has(claim.hash) && canFound(claim))) {
    return { winner: first, demoted: new Set() };
  }
  trace.push(...demotions);
  return { winner: null, demoted };
}

/** Limited identifiers of the event that are at least as strong as `claim` and not its owner's. */
const strongerThan = (graph: Graph, claims: readonly GraphClaim[], claim: GraphClaim, owner: PersonId): Ref[] =>
  claims.filter(
    (other) => isLimited(other) && priorityOf(other.type) <= priorityOf(claim.type) && ownerOf(graph, other) !== owner,
  );

/** A tracker's click id and a key say nothing new about a human; everything else may found a person. */
const canFound = (claim: GraphClaim): boolean => claim.type !== "clickid" && claim.type !== "key";

const unboundDecision = (event: GraphEvent, outcome: "unbound" | "erased", trace: readonly Step[]): Decision => ({
  event,
  outcome,
  homeId: null,
  create: null,
  via: null,
  ...emptyDraft(),
  trace,
});
