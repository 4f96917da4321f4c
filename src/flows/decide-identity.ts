/** Operator decisions about identity. They go through the single writer, outrank everything and are never undone by later automation: a merge may
 *  exceed limits, an identifier that was moved is pinned and its two people are kept apart, an automatic merge that was undone stays undone.
 *  Undoing an operator's own merge leaves no trace in the graph: both sides are exactly what they were. */
import type { Context } from "../context.ts";
import { mergePersons, giveNode, removeNode, unmergePersons } from "../domain/identity/apply.ts";
import { type Ref, membersOf, nodesOf, rootOf } from "../domain/identity/graph.ts";
import { isContact, isInferred } from "../domain/identity/limits.ts";
import type { PersonId } from "../lib/ids.ts";
import type { Decision, DecisionResult } from "../rpc.ts";
import {
  type Lifted,
  blockIdentifier,
  claimedBy,
  forgetClaims,
  giveBack,
  keepApart,
  lift,
  liftedBy,
  newestMerge,
  settleAbout,
  settleBetween,
  undoMerge,
} from "../store/decisions.ts";
import { loadNeighbourhood } from "../store/load-neighbourhood.ts";
import type { Asked } from "../store/neighbourhood.ts";
import { bindWaiting } from "./bind/bind-one.ts";
import { relabel } from "./bind/accounts.ts";
import { renewLabels } from "./bind/fire.ts";
import { loadWaiting, newSession } from "./bind/load.ts";
import type { Session } from "./bind/session.ts";
import { finishSession } from "./bind-events.ts";
import { erasePerson } from "./erase-person.ts";
import { isQuarantined } from "../domain/identity/usable.ts";
import { identifierRefs } from "./find-identifier.ts";
import { letWait, seenIn, wokenBy } from "./woken.ts";

/** Runs inside the inbox, after everything that waited was bound: a decision must see what the operator saw, and what came since. */
export async function decideIdentity(ctx: Context, decision: Decision): Promise<DecisionResult> {
  switch (decision.act) {
    case "merge":
      return merge(ctx, decision.persons);
    case "unmerge":
      return unmerge(ctx, decision.person);
    case "move":
      return move(ctx, decision);
    case "keep_apart":
      return separate(ctx, decision.persons);
    case "block":
      return block(ctx, decision);
    case "erase":
      return erase(ctx, decision);
  }
}

const refused = (reason: Extract<DecisionResult, { ok: false }>["reason"]): DecisionResult => ({ ok: false, reason });

/** The persons named by id or key, and the owners of some identifiers, with everything that a decision may touch. */
async function open(ctx: Context, persons: readonly string[], refs: readonly Ref[] = []): Promise<Session> {
  const session = newSession(ctx.clock());
  await loadNeighbours(ctx, session, { persons, hashes: refs.filter(({ type }) => type !== "key").map(({ hash }) => hash) });
  renewLabels(session);
  return session;
}

/** Adds to a session; what waits behind these identifiers is loaded with them. */
async function loadNeighbours(
  ctx: Context,
  session: Session,
  { persons, hashes }: { readonly persons: readonly string[]; readonly hashes: readonly string[] },
): Promise<void> {
  const asked: Asked = {
    hashes,
    keys: persons,
    events: [],
    replaced: [],
    facts: [],
    echoes: [],
    orders: new Map(),
    traits: false,
    now: session.now,
  };
  await loadNeighbourhood(ctx.env.DB, session.known, asked);
  await loadWaiting(ctx, session, asked);
}

/** The current person behind an id or a key; null when there is none (any more). */
function personBehind({ graph }: Session, name: string): PersonId | null {
  const leaf = [...graph.leaves.values()].find(({ id, key }) => id === name || key === name);
  return leaf && leaf.erasedAt === null ? leaf.rootId : null;
}

/** Why there is no current person of one of these names: erased, or never heard of. */
const absent = ({ graph }: Session, names: readonly string[]): DecisionResult => {
  const erased = [...graph.leaves.values()].some(
    ({ id, key, erasedAt }) => erasedAt !== null && (names.includes(id) || names.includes(key)),
  );
  return refused(erased ? "gone" : "not_found");
};

/** Labels are counted anew for everybody whose payments may have moved, then all is one batch with what `more` says. */
async function write(
  ctx: Context,
  session: Session,
  more: readonly D1PreparedStatement[],
  persons: readonly PersonId[],
): Promise<DecisionResult> {
  for (const root of persons) relabel(session, root);
  await finishSession(ctx, session, more);
  return { ok: true, persons };
}

/** Joins the two whatever the limits say, and lifts what kept them apart: a keep-apart, and claims on a contact both of them
 *  have. What is lifted is kept with the merge, so that undoing it puts it back. */
async function merge(ctx: Context, [first, second]: readonly [string, string]): Promise<DecisionResult> {
  const session = await open(ctx, [first, second]);
  const { graph, now } = session;
  const [a, b] = [personBehind(session, first), personBehind(session, second)];
  if (a === null || b === null) return absent(session, [first, second]);
  if (a === b) return refused("same_person");
  const [left, right] = [[...membersOf(graph, a)], [...membersOf(graph, b)]];
  const sides = [a, b].map((root) => new Set([...nodesOf(graph, root)].map(({ hash }) => hash)));
  const { survivor } = mergePersons(graph, [a, b], "operator", null);
  const contacts = [...nodesOf(graph, survivor)].filter(isContact).map(({ hash }) => hash);
  const found = await liftedBy(ctx.env.DB, [left, right], contacts);
  const lifted = { ...found, claims: [...Map.groupBy(found.claims, ({ contact }) => contact)].flatMap(between(sides)) };
  const seen = seenIn(graph);
  await endQuarantine(
    ctx,
    session,
    lifted.claims.map(({ contact }) => contact),
  );
  const woken = wokenBy(session, lifted, new Set(contacts), seen);
  const result = await write(ctx, session, lift(ctx.env.DB, survivor, woken, now), [survivor]);
  return result.ok && lifted.apart.length > 0 ? { ...result, liftedKeepApart: true } : result;
}

/** The claims on a contact that both sides own or claim: only about that has the operator spoken. */
const between =
  (sides: readonly ReadonlySet<string>[]) =>
  ([contact, claims]: readonly [string, Lifted["claims"]]): Lifted["claims"] =>
    sides.every((side) => side.has(contact) || claims.some(({ messenger }) => side.has(messenger))) ? claims : [];

/** Nobody claims these contacts any more: what waited because they were in quarantine is bound. */
async function endQuarantine(ctx: Context, session: Session, contacts: readonly string[]): Promise<void> {
  if (contacts.length === 0) return;
  const hashes = [...new Set(contacts)];
  await loadNeighbours(ctx, session, { persons: [], hashes });
  for (const hash of hashes) {
    session.graph.claimants.delete(hash);
    const node = session.graph.nodes.get(hash);
    if (node) await wake(ctx, session, node);
  }
}

/** The newest merge into the person only; older ones follow by asking again. An automatic one stays undone: the two are kept apart
 *  from then on. */
async function unmerge(ctx: Context, name: string): Promise<DecisionResult> {
  const session = await open(ctx, [name]);
  const root = personBehind(session, name);
  if (root === null) return absent(session, [name]);
  const db = ctx.env.DB;
  const last = await newestMerge(db, root);
  if (last === null) return refused("nothing_to_unmerge");
  unmergePersons(session.graph, last);
  const waits = await letWait(ctx, session, last.lifted);
  const more = [undoMerge(db, last.id, session.now), ...giveBack(db, last.lifted), ...waits];
  if (last.by !== "operator") more.push(apart(ctx, session, last.survivor, last.loser));
  return write(ctx, session, more, [last.survivor, last.loser]);
}

/** Refused as `invalid` when the value without a scope is several identifiers. Pinned, and the two kept apart, so that no later
 *  event gives it back. Moved to her who has it, a contact leaves its quarantine: the operator has said that it is hers. */
async function move(ctx: Context, decision: Extract<Decision, { act: "move" }>): Promise<DecisionResult> {
  const refs = await identifierRefs(ctx, decision);
  if (refs === null) return refused("invalid");
  const session = await open(ctx, [decision.to], refs);
  const { graph, now } = session;
  const to = personBehind(session, decision.to);
  const nodes = refs.flatMap(({ hash }) => graph.nodes.get(hash) ?? []);
  const [node] = nodes;
  if (to === null) return absent(session, [decision.to]);
  if (!node) return refused("not_found");
  if (nodes.length > 1) return refused("invalid");
  const from = rootOf(graph, node.homeId);
  const stays = from === to;
  if (stays && !isQuarantined(graph, node)) return refused("same_person");
  giveNode(graph, node.hash, stays ? node.homeId : to);
  node.pinned = true;
  await wake(ctx, session, node);
  const db = ctx.env.DB;
  const edges = stays ? [] : [apart(ctx, session, from, to)];
  const more = [...edges, forgetClaims(db, [node.hash]), settleAbout(db, [node.hash], now)];
  return write(ctx, session, more, [from, to]);
}

const apart = (ctx: Context, session: Session, a: PersonId, b: PersonId): D1PreparedStatement =>
  keepApart(ctx.env.DB, tellingRows(session, a), tellingRows(session, b), session.now);

/** The rows of a person that name somebody: few, whoever she is. Those of mere visits may be hundreds. */
function tellingRows({ graph }: Session, root: PersonId): PersonId[] {
  const rows = new Set([...nodesOf(graph, root)].flatMap((node) => (isInferred(node) ? [] : node.homeId)));
  return rows.size > 0 ? [...rows] : [root];
}

/** Events that a contact in quarantine kept waiting: now it is known whose it is. */
async function wake(ctx: Context, session: Session, node: Ref): Promise<void> {
  for (const id of session.graph.waiting.get(node.hash) ?? []) {
    const waiting = session.arrived.get(id);
    if (waiting) await bindWaiting(ctx, session, waiting, { type: node.type, scope: node.scope, hash: node.hash });
  }
}

/** They stay as they are: nothing is moved, and what they disagree about is settled. */
async function separate(ctx: Context, [first, second]: readonly [string, string]): Promise<DecisionResult> {
  const session = await open(ctx, [first, second]);
  const { graph, now } = session;
  const [a, b] = [personBehind(session, first), personBehind(session, second)];
  if (a === null || b === null) return absent(session, [first, second]);
  if (a === b) return refused("same_person");
  const db = ctx.env.DB;
  const more = [apart(ctx, session, a, b), settleBetween(db, [...membersOf(graph, a)], [...membersOf(graph, b)], now)];
  return write(ctx, session, more, [a, b]);
}

/** Without her claim a contact may be out of quarantine: what waited for it is bound then. After the erasure, so that nothing is bound to her; where a
 *  crash comes between the two, the next event with the contact binds it. */
async function erase(ctx: Context, decision: Extract<Decision, { act: "erase" }>): Promise<DecisionResult> {
  const claimed = await claimedBy(ctx.env.DB, decision.person);
  const result = await erasePerson(ctx, decision);
  if (!result.ok || claimed.length === 0) return result;
  const session = await open(ctx, [], claimed);
  for (const ref of claimed) {
    if (!isQuarantined(session.graph, { ...ref, proof: "claimed" })) await wake(ctx, session, ref);
  }
  await finishSession(ctx, session);
  return result;
}

/** The value belongs to nobody from now on; what came through it stays where it is. */
async function block(ctx: Context, decision: Extract<Decision, { act: "block" }>): Promise<DecisionResult> {
  const refs = await identifierRefs(ctx, decision);
  if (refs === null || refs.length === 0 || decision.type === "key") return refused("invalid");
  const session = await open(ctx, [], refs);
  const { graph, now } = session;
  const owners = refs.flatMap(({ hash }) => graph.nodes.get(hash)?.homeId ?? []).map((home) => rootOf(graph, home));
  for (const { hash } of refs) removeNode(graph, hash);
  const db = ctx.env.DB;
  const hashes = refs.map(({ hash }) => hash);
  const more = [...refs.map((ref) => blockIdentifier(db, ref, now)), forgetClaims(db, hashes), settleAbout(db, hashes, now)];
  return write(ctx, session, more, owners);
}
