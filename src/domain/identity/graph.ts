/** The neighbourhood of some events in memory: everything the resolution may look at, and nothing it has to fetch.
 *  A *leaf* is a person as once created; a *root* is the leaf that currently stands for the person. Identifiers and events remember the leaf they
 *  came to (`home`), so a merge only re-points leaves and an unmerge is exact. Identifiers are told apart by their blind index, keys by themselves.
 *  The graph is mutable and remembers what changed, because one writer walks many events over it and then stores the difference once. */
import type { EventId, PersonId, PersonKey } from "../../lib/ids.ts";
import type { IdentifierType, Proof } from "../identifier.ts";

/** An identifier as the graph knows it; for `key` the hash is the key itself. */
export type Ref = { readonly type: IdentifierType; readonly scope: string; readonly hash: string };
/** What an event says about an identifier, besides which one it is. */
export type GraphClaim = Ref & { readonly proof: Proof };

/** Times in epoch ms of events, not of their arrival. An erased leaf stays and owns nothing. */
export type Leaf = {
  readonly id: PersonId;
  readonly key: PersonKey;
  rootId: PersonId;
  firstSeen: number;
  lastSeen: number;
  erasedAt: number | null;
  referredBy: PersonId | null;
  consentWithdrawnAt: number | null;
  consentGivenAt: number | null;
};

/** `pinned`: an operator gave it away, automation does not. `started`: a click whose bot start has come, so it is nobody else's. */
export type Node = Ref & {
  homeId: PersonId;
  proof: Proof;
  firstSeen: number;
  lastSeen: number;
  /** When it was last told together with another identifier that tells who it is: what a primary contact is chosen by. 0 = never. */
  toldAt: number;
  /** The account that was the first to tell its bot this contact with its proof, whoever else had told it before. */
  toldBy: string | null;
  readonly eventId: EventId;
  pinned: boolean;
  started: boolean;
};

/** What the resolution needs of an event. `mapping: "move"` marks the login acts that give a site's user to somebody; `detach` is taken off the
 *  event's person before anything else. `teller`: the account in front of
 *  the bot that reports it; null where no bot does. */
export type GraphEvent = {
  readonly id: EventId;
  readonly type: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly claims: readonly GraphClaim[];
  readonly mapping: "move" | null;
  readonly teller: string | null;
  readonly detach: readonly Ref[];
};

/** Where an event of this graph belongs. `clickHash` is set on the click event itself: it follows its click. */
export type Membership = { homeId: PersonId; readonly viaHash: string | null; readonly clickHash: string | null };

/** `members` are the leaves that changed hands; that list alone makes an unmerge exact. `eventId` null = an operator's. */
export type Merge = {
  readonly survivor: PersonId;
  readonly loser: PersonId;
  readonly members: readonly PersonId[];
  readonly by: "rule" | "operator" | "proof";
  readonly eventId: EventId | null;
};

/** A click that went to its real starter; events that came through it go along. */
export type ClickMove = { readonly hash: string; readonly from: PersonId; readonly to: PersonId };

/** What a write must store. Sets hold ids and hashes, the values are read off the graph when it is written. */
export type Changes = {
  readonly leaves: Set<PersonId>;
  readonly nodes: Set<string>;
  readonly removedNodes: Set<string>;
  readonly merges: Merge[];
  /** Old root → new root of everything that was re-pointed; chains are followed when written. */
  readonly rerooted: Map<PersonId, PersonId>;
  readonly clickMoves: ClickMove[];
  readonly claimants: { readonly contact: string; readonly messenger: string }[];
  readonly unparked: Set<EventId>;
  readonly parked: Set<EventId>;
};

/** Holds what was loaded and nothing else: an absent entry means "not there" only for identifiers that were asked for. */
export type Graph = {
  readonly leaves: Map<PersonId, Leaf>;
  /** Root → the leaves it stands for. */
  readonly members: Map<PersonId, Set<PersonId>>;
  readonly keys: Map<string, PersonId>;
  readonly nodes: Map<string, Node>;
  /** Home leaf → its identifiers. */
  readonly owned: Map<PersonId, Set<string>>;
  readonly apart: Map<PersonId, Set<PersonId>>;
  readonly blocked: Set<string>;
  /** Identifiers of erased persons → when they were erased. */
  readonly tombstones: Map<string, number>;
  readonly claimants: Map<string, Set<string>>;
  /** Site users → the accounts that are mapped to them now. */
  readonly mapped: Map<string, Set<string>>;
  /** Clicks → the trackers' ids that came to somebody with the click's own event. */
  readonly issued: Map<string, Set<string>>;
  readonly parked: Map<EventId, GraphEvent>;
  readonly waiting: Map<string, Set<EventId>>;
  readonly events: Map<EventId, Membership>;
  changes: Changes;
};

/** One for a batch or a decision. */
export const newGraph = (): Graph => ({
  leaves: new Map(),
  members: new Map(),
  keys: new Map(),
  nodes: new Map(),
  owned: new Map(),
  apart: new Map(),
  blocked: new Set(),
  tombstones: new Map(),
  claimants: new Map(),
  mapped: new Map(),
  issued: new Map(),
  parked: new Map(),
  waiting: new Map(),
  events: new Map(),
  changes: newChanges(),
});

/** Taken afresh after a write: what has been stored must not be stored twice. */
const newChanges = (): Changes => ({
  leaves: new Set(),
  nodes: new Set(),
  removedNodes: new Set(),
  merges: [],
  rerooted: new Map(),
  clickMoves: [],
  claimants: [],
  unparked: new Set(),
  parked: new Set(),
});

/** The set under `key`, made on first use. */
export function setIn<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const known = map.get(key) ?? new Set<V>();
  map.set(key, known);
  return known;
}

/** Its root need not be there yet: rows come in any order. */
export function addLeaf(graph: Graph, leaf: Leaf): void {
  graph.leaves.set(leaf.id, leaf);
  graph.keys.set(leaf.key, leaf.id);
  setIn(graph.members, leaf.rootId).add(leaf.id);
}

/** An identifier has one home; adding it again elsewhere would leave it owned twice, so moves go through `giveNode`. */
export function addNode(graph: Graph, node: Node): void {
  graph.nodes.set(node.hash, node);
  setIn(graph.owned, node.homeId).add(node.hash);
}

/** Both ways, so that either side finds the edge; stored once, smaller id first. */
export function addApart(graph: Graph, a: PersonId, b: PersonId): void {
  setIn(graph.apart, a).add(b);
  setIn(graph.apart, b).add(a);
}

/** Findable by each of its identifiers; which of them wakes it is decided when one becomes known. */
export function addParked(graph: Graph, event: GraphEvent): void {
  graph.parked.set(event.id, event);
  for (const { hash } of event.claims) setIn(graph.waiting, hash).add(event.id);
}

/** Throws on a person that was not loaded: going on with a partial graph would write a wrong merge, and that cannot be taken back by a retry. */
export function leafOf(graph: Graph, id: PersonId): Leaf {
  const leaf = graph.leaves.get(id);
  if (!leaf) throw new Error(`graph: the person row ${id} was not loaded`);
  return leaf;
}

/** One hop, always: merges re-point every leaf. */
export const rootOf = (graph: Graph, id: PersonId): PersonId => leafOf(graph, id).rootId;
/** Empty for a leaf that stands for nobody any more. */
export const membersOf = (graph: Graph, root: PersonId): ReadonlySet<PersonId> => graph.members.get(root) ?? new Set();

/** The leaf an identifier belongs to, or null when nobody has it. Erased persons own nothing. */
export function homeOf(graph: Graph, ref: Ref): PersonId | null {
  const home = ref.type === "key" ? graph.keys.get(ref.hash) : graph.nodes.get(ref.hash)?.homeId;
  return home === undefined || leafOf(graph, home).erasedAt !== null ? null : home;
}

/** The person an identifier belongs to. */
export function ownerOf(graph: Graph, ref: Ref): PersonId | null {
  const home = homeOf(graph, ref);
  return home === null ? null : rootOf(graph, home);
}

/** Is an account of one of these persons mapped to the site's user now? */
export const isMapped = (graph: Graph, roots: ReadonlySet<PersonId>, user: string): boolean =>
  [...(graph.mapped.get(user) ?? [])].some((account) => {
    const home = graph.nodes.get(account)?.homeId;
    return home !== undefined && roots.has(rootOf(graph, home));
  });

/** Over all leaves of the person. Inferred identifiers are only there where the events at hand name them (store/load-neighbourhood.ts). */
export function* nodesOf(graph: Graph, root: PersonId): Generator<Node> {
  for (const leaf of membersOf(graph, root)) {
    for (const hash of graph.owned.get(leaf) ?? []) {
      const node = graph.nodes.get(hash);
      if (node) yield node;
    }
  }
}

/** Over all leaves: a merge's survivor is the person who was first, not the row. */
export const firstSeenOf = (graph: Graph, root: PersonId): number =>
  Math.min(...[...membersOf(graph, root)].map((id) => leafOf(graph, id).firstSeen));

/** Is any leaf of one person kept apart from any leaf of the other? */
export function keptApart(graph: Graph, a: PersonId, b: PersonId): boolean {
  for (const leaf of membersOf(graph, a)) {
    for (const other of graph.apart.get(leaf) ?? []) if (graph.leaves.get(other)?.rootId === b) return true;
  }
  return false;
}
