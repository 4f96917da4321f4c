/** The second half of the resolution: every identifier of a bound event is attached, refreshed, merged over, moved or refused. The union of the
 *  persons merged so far is judged step by step, so one event never breaks a limit by doing several things at once. */
import type { PersonId } from "../../lib/ids.ts";
import type { Conflict, ConflictCause, Decision, Fresh, Step } from "./decision.ts";
import {
  type Graph,
  type GraphClaim,
  type GraphEvent,
  type Node,
  type Ref,
  homeOf,
  isMapped,
  keptApart,
  nodesOf,
  ownerOf,
} from "./graph.ts";
import { type Held, fits, heldBy, hold, isContact, isInferred, isLimited, isMessenger, isTelling, unite } from "./limits.ts";
import { refOf, wouldQuarantine } from "./usable.ts";

type Start = {
  readonly event: GraphEvent;
  readonly claims: readonly GraphClaim[];
  readonly demoted: ReadonlySet<string>;
  readonly root: PersonId;
  readonly home: PersonId;
  readonly via: Ref;
  readonly create: Fresh | null;
  readonly trace: Step[];
};

/** The union being built: the roots it stands for, what it holds, whether it is more than a visitor. */
type Union = { readonly roots: Set<PersonId>; held: Held; telling: boolean; readonly messengers: Set<string> };

type Draft = {
  readonly attach: GraphClaim[];
  readonly refresh: GraphClaim[];
  readonly merges: { readonly with: PersonId; readonly ref: Ref }[];
  readonly moves: GraphClaim[];
  readonly detach: Ref[];
  readonly conflicts: Conflict[];
  readonly claimants: { readonly contact: string; readonly messenger: string }[];
  referredBy: PersonId | null;
  shared: boolean;
};

type Join = { readonly graph: Graph; readonly start: Start; readonly union: Union; readonly draft: Draft };

/** Also what an event without a person gets: nothing is done for it. */
export const emptyDraft = (): Draft => ({
  attach: [],
  refresh: [],
  merges: [],
  moves: [],
  detach: [],
  conflicts: [],
  claimants: [],
  referredBy: null,
  shared: false,
});

/** Strongest first, and order matters: each merge widens the union that the next identifier is judged against. Every refusal leaves a conflict or a
 *  sentence in the trace; nothing is dropped silently. */
export function joinClaims(graph: Graph, start: Start): Decision {
  const union = unionOf(graph, start);
  const draft = emptyDraft();
  const join: Join = { graph, start, union, draft };
  for (const claim of start.claims) {
    const owner = ownerOf(graph, claim);
    if (claim.type === "user_id" && start.event.mapping !== null) obeyMapping(join, claim, owner);
    else if (owner === null) attach(join, claim);
    else if (union.roots.has(owner)) draft.refresh.push(claim);
    else meet(join, claim, owner);
  }
  const { event, home, create, trace } = start;
  return { event, outcome: "bound", homeId: home, create, via: viaOf(start, draft), ...draft, trace };
}

/** What the event follows from now on. A click that found its person, or a tracker's id that came with one, may yet go to its real starter, and takes along
 *  what came through it: an event that brought her an identifier of her own stays with that one. */
const viaOf = ({ via }: Start, { attach }: Draft): Ref => {
  const own = via.type === "click" || via.type === "clickid" ? attach.find((claim) => !isInferred(claim)) : undefined;
  return own ? refOf(own) : via;
};

/** A messenger account that was demoted is not hers: it must not count among those that claim a contact. */
function unionOf(graph: Graph, start: Start): Union {
  const nodes = start.create ? [] : [...nodesOf(graph, start.root)];
  const own = start.claims.filter((claim) => isMessenger(claim) && !start.demoted.has(claim.hash));
  return {
    roots: new Set([start.root]),
    held: start.create ? new Map() : heldBy(graph, start.root),
    telling: nodes.some(isTelling),
    messengers: new Set([...nodes.filter(isMessenger), ...own].map(({ hash }) => hash)),
  };
}

/** Over the limit it is a conflict with nobody: she has another value already. */
function attach({ start, union, draft }: Join, claim: GraphClaim): void {
  const added = hold([claim]);
  if (isLimited(claim) && !fits(union.held, added)) {
    draft.conflicts.push({ ref: refOf(claim), cause: "limit", persons: [start.root] });
    start.trace.push({ step: "limit", ref: refOf(claim) });
    return;
  }
  union.held = unite(union.held, added);
  union.telling ||= isTelling(claim);
  draft.attach.push(claim);
  start.trace.push({ step: "attached", ref: refOf(claim) });
}

/** The identifier is another person's: one human after all, or two. */
function meet(join: Join, claim: GraphClaim, owner: PersonId): void {
  const { graph, start, union, draft } = join;
  const ref = refOf(claim);
  const apart = [...union.roots].some((root) => !start.create && keptApart(graph, root, owner));
  const theirs = [...nodesOf(graph, owner)];
  const bothTelling = union.telling && theirs.some(isTelling);
  const mayMerge =
    !start.demoted.has(claim.hash) && !apart && !(isInferred(claim) && bothTelling) && fits(union.held, heldBy(graph, owner));
  if (mayMerge) {
    draft.merges.push({ with: owner, ref });
    union.roots.add(owner);
    union.held = unite(union.held, heldBy(graph, owner));
    union.telling ||= theirs.some(isTelling);
    for (const node of theirs) if (isMessenger(node)) union.messengers.add(node.hash);
    draft.refresh.push(claim);
    return;
  }
  if (isInferred(claim)) {
    if (isUnstarted(graph, start.event, claim)) {
      draft.moves.push(claim);
      start.trace.push({ step: "moved", ref, from: owner });
    } else {
      draft.shared ||= claim.type !== "visitor";
      start.trace.push({ step: "shared", ref, person: owner });
    }
    return;
  }
  if (apart) start.trace.push({ step: "kept_apart", ref, person: owner });
  else refuse(join, claim, owner);
}

/** A click belongs to whoever first started with it; until then it is only lent to the cookie's person. */
function isUnstarted(graph: Graph, event: GraphEvent, claim: GraphClaim): boolean {
  const node = graph.nodes.get(claim.hash);
  return event.type === "bot_start" && claim.type === "click" && node !== undefined && !node.started && !node.pinned;
}

/** A key that cannot join is a forwarded link: a referral, no conflict of contacts. A contact that three different messengers claim is put in
 *  quarantine: a family's phone or a school's own address must not glue its students. */
function refuse({ graph, start, union, draft }: Join, claim: GraphClaim, owner: PersonId): void {
  const ref = refOf(claim);
  let cause: ConflictCause = "taken";
  if (claim.type === "key") {
    draft.referredBy ??= owner;
    start.trace.push({ step: "referred_by", person: owner });
  } else start.trace.push({ step: "taken", ref, person: owner });
  if (isContact(claim)) {
    const theirs = [...nodesOf(graph, owner)].filter(isMessenger).map(({ hash }) => hash);
    const all = new Set([...(graph.claimants.get(claim.hash) ?? []), ...union.messengers, ...theirs]);
    for (const messenger of all) draft.claimants.push({ contact: claim.hash, messenger });
    if (wouldQuarantine(all) && graph.nodes.get(claim.hash)?.pinned !== true) {
      cause = "contact_quarantined";
      start.trace.push({ step: "contact_quarantined", ref });
    }
  }
  draft.conflicts.push({ ref, cause, persons: [start.root, owner] });
}

/** A row with another account in the same messenger: only an operator joins two, and what the other one is mapped to stays theirs. */
const isOfAnother = ({ claims, home }: Start, nodes: readonly Node[], row: PersonId): boolean =>
  row !== home &&
  nodes.some(
    (node) =>
      node.homeId === row && isMessenger(node) && claims.some(({ type, hash }) => type === node.type && hash !== node.hash),
  );

/** Is the user what another account of these persons is mapped to? */
const isMappedElsewhere = ({ graph, start, union }: Join, { hash }: Node): boolean =>
  !start.claims.some((claim) => graph.mapped.get(hash)?.has(claim.hash)) && isMapped(graph, union.roots, hash);

/** Login acts outrank guesses: `move` gives the site's user to this person alone and takes her former one away. One that another of her accounts is
 *  mapped to stays: two users of one site are two people, and the account may be hers by a mere claim. So a user is refused that would come on top
 *  of it; one that takes the place of her former one is not. The user goes to the row of who logged in, so that undoing a merge of guesses does
 *  not take it away again. */
function obeyMapping(join: Join, claim: GraphClaim, owner: PersonId | null): void {
  const { graph, start, union, draft } = join;
  const ref = refOf(claim);
  const mine = owner !== null && union.roots.has(owner);
  const held = start.create ? [] : [...union.roots].flatMap((root) => [...nodesOf(graph, root)]);
  const others = held.filter(
    (node) =>
      node.type === "user_id" && node.scope === claim.scope && node.hash !== claim.hash && !isOfAnother(start, held, node.homeId),
  );
  const former = others.filter((node) => !isMappedElsewhere(join, node));
  if (!mine && former.length === 0 && others.length > 0) {
    draft.conflicts.push({ ref, cause: "limit", persons: owner === null ? [start.root] : [start.root, owner] });
    start.trace.push({ step: "limit", ref });
    return;
  }
  for (const node of former) {
    draft.detach.push(refOf(node));
    start.trace.push({ step: "detached", ref: refOf(node) });
  }
  if (mine) (homeOf(graph, claim) === start.home ? draft.refresh : draft.moves).push(claim);
  else if (owner === null) {
    draft.attach.push(claim);
    start.trace.push({ step: "attached", ref });
  } else {
    draft.moves.push(claim);
    start.trace.push({ step: "moved", ref, from: owner });
  }
}
