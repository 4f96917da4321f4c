/** A merge that ends a contact's quarantine binds what waited for that contact; undoing it brings the quarantine back, so the same waits again.
 *  Only events that named nothing but such contacts: one that told another identifier has said more than whose the contact is, and stays. */
import type { Context } from "../context.ts";
import type { Step } from "../domain/identity/decision.ts";
import { type Graph, leafOf } from "../domain/identity/graph.ts";
import { refOf } from "../domain/identity/usable.ts";
import type { PersonId } from "../lib/ids.ts";
import { type Lifted, type Seen, waitAgain } from "../store/decisions.ts";
import type { Session } from "./bind/session.ts";

/** When everybody of a graph was first and last seen. */
export const seenIn = (graph: Graph): ReadonlyMap<PersonId, Seen> =>
  new Map([...graph.leaves].map(([id, { firstSeen, lastSeen }]) => [id, [firstSeen, lastSeen]]));

/** Of what was about to be lifted, what really was: the events bound now, and who was seen otherwise before. */
export function wokenBy(
  { graph }: Session,
  lifted: Lifted,
  contacts: ReadonlySet<string>,
  seen: ReadonlyMap<PersonId, Seen>,
): Lifted {
  const told = new Set(lifted.parked.flatMap(({ hash, event_id: id }) => (contacts.has(hash) ? [] : [id])));
  const parked = lifted.parked.filter(({ event_id: id }) => graph.changes.unparked.has(id) && !told.has(id));
  const changed = [...seen].flatMap(([id, before]) => {
    const { firstSeen, lastSeen } = leafOf(graph, id);
    return firstSeen === before[0] && lastSeen === before[1] ? [] : [{ id, before, after: [firstSeen, lastSeen] as const }];
  });
  return { ...lifted, parked, seen: changed };
}

/** Takes them off the session's persons; answers with what writes it. Where an operator has meanwhile said whose the contact is, they stay. */
export async function letWait(ctx: Context, session: Session, { parked, seen }: Lifted): Promise<D1PreparedStatement[]> {
  const { graph } = session;
  const settled = new Set(parked.flatMap(({ hash, event_id: id }) => (graph.nodes.get(hash)?.pinned === false ? [] : [id])));
  const rows = parked.filter(({ event_id: id }) => !settled.has(id));
  const events = [...Map.groupBy(rows, (row) => row.event_id)].map(async ([id, own]) => {
    graph.events.delete(id);
    session.known.payments.delete(id);
    const nodes = own.flatMap(({ hash }) => graph.nodes.get(hash) ?? []);
    const trace = nodes.map((node): Step => ({ step: "quarantine_ignored", ref: refOf(node) }));
    return { columns: { id }, blobs: { trace: await ctx.seal.seal(JSON.stringify(trace)) } };
  });
  for (const { id, before, after } of settled.size > 0 ? [] : seen) {
    const leaf = leafOf(graph, id);
    if (leaf.firstSeen === after[0]) leaf.firstSeen = before[0];
    if (leaf.lastSeen === after[1]) leaf.lastSeen = before[1];
    graph.changes.leaves.add(id);
  }
  return waitAgain(ctx.env.DB, await Promise.all(events), rows);
}
