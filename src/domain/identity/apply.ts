/** Carries a decision out on the graph and remembers every change for the one write that follows. It does not judge: limits,
 *  keep-apart and quarantine were weighed before (join.ts, usable.ts). Nothing is lost by a merge: rows keep their own home and
 *  only stand for another, which is what makes it undoable. */
import type { EventId, PersonId } from "../../lib/ids.ts";
import type { Proof } from "../identifier.ts";
import type { Decision, Step } from "./decision.ts";
import {
  type Graph,
  type GraphClaim,
  type GraphEvent,
  type Leaf,
  type Merge,
  addLeaf,
  addNode,
  addParked,
  firstSeenOf,
  leafOf,
  membersOf,
  rootOf,
  setIn,
} from "./graph.ts";
import { isContact, isTelling } from "./limits.ts";

/** A proof only rises: a value once proved stays proved when it is later merely typed. */
const PROOF_RANK: Readonly<Record<Proof, number>> = { inferred: 0, claimed: 1, native: 2, proved: 3 };

/** Applies; answers with the steps that only the doing tells (who survived a merge). */
export function apply(graph: Graph, decision: Decision): readonly Step[] {
  const { event, create } = decision;
  if (decision.outcome === "erased") return [];
  if (decision.homeId === null) {
    if (event.claims.length > 0 && !graph.parked.has(event.id)) {
      addParked(graph, event);
      graph.changes.parked.add(event.id);
    }
    return [];
  }
  const home = decision.homeId;
  if (create) addLeaf(graph, newLeaf(create, event.at));
  see(graph, home, event.at);
  const leaf = leafOf(graph, home);
  if (decision.referredBy !== null && leafOf(graph, leaf.rootId).referredBy === null) leaf.referredBy ??= decision.referredBy;
  for (const ref of decision.detach) removeNode(graph, ref.hash);
  for (const claim of decision.attach) attachClaim(graph, claim, home, decision);
  for (const claim of decision.moves) moveNode(graph, claim.hash, home);
  const steps = decision.merges.map(({ with: other, ref }): Step => {
    const merge = mergePersons(graph, [leafOf(graph, home).rootId, rootOf(graph, other)], "rule", event.id);
    return { step: "merged", ref, survivor: merge.survivor, loser: merge.loser };
  });
  noteTeller(graph, decision, home);
  for (const claim of [...decision.refresh, ...decision.moves]) refreshNode(graph, claim, event);
  for (const claimant of decision.claimants) {
    setIn(graph.claimants, claimant.contact).add(claimant.messenger);
    graph.changes.claimants.push(claimant);
  }
  const click = event.type === "click" ? event.claims.find(({ type }) => type === "click") : undefined;
  if (click) for (const { type, hash } of decision.attach) if (type === "clickid") setIn(graph.issued, click.hash).add(hash);
  graph.events.set(event.id, { homeId: home, viaHash: decision.via?.hash ?? null, clickHash: click?.hash ?? null });
  unpark(graph, event.id);
  return steps;
}

/** Gives every leaf of one person to the other. The survivor was seen first; at the same time the smaller key survives. */
export function mergePersons(graph: Graph, pair: readonly [PersonId, PersonId], by: Merge["by"], eventId: EventId | null): Merge {
  const [survivor, loser] = ageOrder(graph, ...pair);
  const members = [...membersOf(graph, loser)];
  reroot(graph, members, loser, survivor);
  const merge: Merge = { survivor, loser, members, by, eventId };
  graph.changes.merges.push(merge);
  return merge;
}

/** By when each was first seen, then by key: never by which of their events came first. */
function ageOrder(graph: Graph, a: PersonId, b: PersonId): readonly [PersonId, PersonId] {
  const difference = firstSeenOf(graph, a) - firstSeenOf(graph, b);
  if (difference !== 0) return difference < 0 ? [a, b] : [b, a];
  return leafOf(graph, a).key < leafOf(graph, b).key ? [a, b] : [b, a];
}

/** The exact reverse: the members of the merge stand for the loser again; what came to them since comes along. */
export function unmergePersons(graph: Graph, merge: Pick<Merge, "survivor" | "loser" | "members">): void {
  reroot(graph, merge.members, merge.survivor, merge.loser);
}

/** Leaves change whom they stand for; homes stay. The store moves what has a home by reading the leaf (`identity-writes.ts`). */
function reroot(graph: Graph, members: readonly PersonId[], from: PersonId, to: PersonId): void {
  for (const id of members) {
    leafOf(graph, id).rootId = to;
    graph.changes.leaves.add(id);
    graph.members.get(from)?.delete(id);
    setIn(graph.members, to).add(id);
  }
  graph.changes.rerooted.set(from, to);
}

const newLeaf = (fresh: { id: Leaf["id"]; key: Leaf["key"] }, at: number): Leaf => ({
  ...fresh,
  rootId: fresh.id,
  firstSeen: at,
  lastSeen: at,
  erasedAt: null,
  referredBy: null,
  consentWithdrawnAt: null,
  consentGivenAt: null,
});

/** An event of the past makes its person older, which may change who survives a merge. */
function see(graph: Graph, id: PersonId, at: number): void {
  const leaf = leafOf(graph, id);
  leaf.firstSeen = Math.min(leaf.firstSeen, at);
  leaf.lastSeen = Math.max(leaf.lastSeen, at);
  graph.changes.leaves.add(id);
}

function attachClaim(graph: Graph, claim: GraphClaim, home: PersonId, { event }: Decision): void {
  const { type, scope, hash, proof } = claim;
  const started = event.type === "bot_start" && type === "click";
  addNode(graph, {
    type,
    scope,
    hash,
    proof,
    homeId: home,
    firstSeen: event.at,
    lastSeen: event.at,
    toldAt: isTold(event, claim) ? event.at : 0,
    toldBy: null,
    eventId: event.id,
    pinned: false,
    started,
  });
  graph.changes.nodes.add(hash);
  graph.changes.removedNodes.delete(hash);
}

function refreshNode(graph: Graph, claim: GraphClaim, event: GraphEvent): void {
  const node = graph.nodes.get(claim.hash);
  if (!node) return;
  const { at } = event;
  node.firstSeen = Math.min(node.firstSeen, at);
  node.lastSeen = Math.max(node.lastSeen, at);
  if (isTold(event, claim)) node.toldAt = Math.max(node.toldAt, at);
  if (PROOF_RANK[claim.proof] > PROOF_RANK[node.proof]) node.proof = claim.proof;
  if (event.type === "bot_start" && node.type === "click") node.started = true;
  graph.changes.nodes.add(node.hash);
}

/** A contact that her account told its bot first, or proved first: who types what another of her accounts has told may be somebody else. An account that
 *  is not hers told nothing of her. */
function noteTeller(graph: Graph, { event, attach, refresh, moves }: Decision, home: PersonId): void {
  const isHers = (hash: string | null): boolean => {
    const account = graph.nodes.get(hash ?? "");
    return account !== undefined && rootOf(graph, account.homeId) === rootOf(graph, home);
  };
  if (!isHers(event.teller)) return;
  for (const { hash, proof } of [...attach, ...refresh, ...moves]) {
    const node = graph.nodes.get(hash);
    if (!node || !isContact(node)) continue;
    const more = PROOF_RANK[proof] - PROOF_RANK[node.proof];
    if (more > 0 || (more === 0 && !isHers(node.toldBy))) node.toldBy = event.teller;
  }
}

/** A contact that comes alone only finds its person; beside another identifier it is what she uses now. */
const isTold = (event: GraphEvent, claim: GraphClaim): boolean =>
  !isContact(claim) || event.claims.some((other) => other.hash !== claim.hash && isTelling(other));

/** Gives a click to its real starter, with the trackers' ids that are stored on it and the events that came through any of them. */
export function moveNode(graph: Graph, hash: string, to: PersonId): void {
  const node = graph.nodes.get(hash);
  const from = node?.homeId;
  giveNode(graph, hash, to);
  if (node?.type !== "click" || from === undefined) return;
  followClick(graph, hash, from, to);
  for (const issued of graph.issued.get(hash) ?? []) {
    const other = graph.nodes.get(issued);
    if (!other || other.pinned || rootOf(graph, other.homeId) !== rootOf(graph, from)) continue;
    giveNode(graph, issued, to);
    followClick(graph, issued, from, to);
  }
}

/** In the session's own events; rows of D1 follow by `clickMoves`. */
function followClick(graph: Graph, hash: string, from: PersonId, to: PersonId): void {
  graph.changes.clickMoves.push({ hash, from, to });
  for (const event of graph.events.values()) {
    const through = event.viaHash === hash || event.clickHash === hash;
    if (through && rootOf(graph, event.homeId) === rootOf(graph, from)) event.homeId = to;
  }
}

/** Moves an identifier alone: what came through it stays where it is. */
export function giveNode(graph: Graph, hash: string, to: PersonId): void {
  const node = graph.nodes.get(hash);
  if (!node) return;
  const from = node.homeId;
  graph.owned.get(from)?.delete(hash);
  node.homeId = to;
  setIn(graph.owned, to).add(hash);
  graph.changes.nodes.add(hash);
}

/** Unknown hashes are ignored: a login act may take off what somebody else has meanwhile moved. */
export function removeNode(graph: Graph, hash: string): void {
  const node = graph.nodes.get(hash);
  if (!node) return;
  graph.owned.get(node.homeId)?.delete(hash);
  graph.nodes.delete(hash);
  graph.changes.nodes.delete(hash);
  graph.changes.removedNodes.add(hash);
}

/** Not waiting any more, under any of its identifiers. */
function unpark(graph: Graph, id: EventId): void {
  const event = graph.parked.get(id);
  if (!event) return;
  graph.parked.delete(id);
  for (const { hash } of event.claims) graph.waiting.get(hash)?.delete(id);
  graph.changes.unparked.add(id);
}
