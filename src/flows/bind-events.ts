/** Binds acknowledged events to persons: one read of their neighbourhood, pure decisions in order of acknowledgement, one write, then the lanes.
 *  Runs again after a crash: an event that is in D1 already is not bound a second time, only the lines of its persons are put right and its queued
 *  deliveries handed over again. */
import { type Context, laneOf } from "../context.ts";
import type { PersonId } from "../lib/ids.ts";
import { cancelQueued, loadAwaited, loadAwaiting, loadSealedFacts } from "../store/event-reads.ts";
import type { QueuedRow } from "../store/neighbourhood.ts";
import { openFacts } from "./bind/arrived.ts";
import { bindOne } from "./bind/bind-one.ts";
import { RECORDS, isSilent, matchDeliveries, silencedConnections } from "./bind/deliveries.ts";
import { loadSession } from "./bind/load.ts";
import type { Session } from "./bind/session.ts";
import { type Graph, rootOf } from "../domain/identity/graph.ts";
import { type Handover, writeSession } from "./bind/write.ts";
import { handOver } from "./enqueue-delivery.ts";
import type { WaitingArrival } from "./intake/ledger.ts";
import { bytesOf } from "../lib/seal.ts";

/** Throws when D1 refuses the batch: then nothing of it is written and the inbox tries again. The hand-over at the end also repeats that of a run which
 *  died between its write and the lanes. */
export async function bindEvents(ctx: Context, rows: readonly WaitingArrival[]): Promise<void> {
  if (rows.length === 0) return;
  const { session, arrivals, echoes } = await loadSession(ctx, rows);
  const fresh = arrivals.filter(({ id }) => !session.known.written.has(id));
  for (const arrived of fresh) await bindOne(ctx, session, arrived, echoes.get(arrived.id) ?? new Map());
  if (fresh.length > 0) await finishSession(ctx, session);
  if (fresh.length < arrivals.length) await changeLines(ctx, joined(session.graph));
  await handOver(
    ctx,
    session.known.queued.map((row) => toHandover(session.graph, row)),
  );
}

/** Everybody who stands for nobody any more. */
const joined = ({ leaves }: Graph): PersonId[] => [...leaves.values()].flatMap(({ id, rootId }) => (id === rootId ? [] : [id]));

/** Everything after the decisions: the rules of shifted labels, one write with `more` of the caller's own, the lanes. */
export async function finishSession(ctx: Context, session: Session, more: readonly D1PreparedStatement[] = []): Promise<void> {
  await matchShifted(ctx, session);
  const handovers = await writeSession(ctx, session, more);
  const { rerooted, leaves } = session.graph.changes;
  if (rerooted.size > 0) await changeLines(ctx, [...leaves]);
  await handOver(ctx, handovers);
  await silence(ctx, session);
}

/** What still waits goes in the line of whoever it is about now: of persons who became one, what either was to be told goes before what is new; those
 *  who are two again wait for themselves alone, and an erasure of one leaves the other's. `persons` are the leaves that moved: a delivery
 *  keeps the person it was made for. After a process that died between a write and this an event's comes by again, and the inbox repeats an operator's. */
export async function changeLines(ctx: Context, persons: readonly PersonId[]): Promise<void> {
  if (persons.length === 0) return;
  const awaited = await loadAwaited(ctx.env.DB, persons);
  const lanes = [...Map.groupBy(awaited, (row) => row.connection)].map(([connection, rows]) =>
    laneOf(ctx.env, connection).changeLines(rows.map(({ id, generation, line }) => ({ id, generation, line }))),
  );
  await Promise.all(lanes);
}

/** The same for everybody who waits, all of a person at once so that none of it overtakes the rest. A lane that does not answer keeps the news from no
 *  other; it throws at the end. */
export async function changeAllLines(ctx: Context): Promise<void> {
  const failures: unknown[] = [];
  for (let after: PersonId | "" = ""; ;) {
    const persons = await loadAwaiting(ctx.env.DB, after);
    const last = persons.at(-1);
    if (last === undefined) break;
    await changeLines(ctx, persons).catch((failure: unknown) => failures.push(failure));
    after = last;
  }
  if (failures.length > 0) throw new AggregateError(failures, String(failures[0]));
}

/** Older payments whose ordinal changed run the rules of the label that nobody carried before. */
async function matchShifted(ctx: Context, session: Session): Promise<void> {
  if (session.shifted.length === 0 || ctx.config.rules.length === 0) return;
  const missing = session.shifted.map(({ payment }) => payment.id).filter((id) => !session.arrived.has(id));
  const stored = await loadSealedFacts(ctx.env.DB, missing);
  for (const { payment, names, before } of session.shifted) {
    const sealed = stored.get(payment.id);
    const facts = session.arrived.get(payment.id)?.facts ?? (sealed ? await openFacts(ctx, sealed) : null);
    if (facts === null) continue;
    const root = rootOf(session.graph, payment.homeId);
    await matchDeliveries(ctx, session, { subject: { ...payment, facts }, root, payment, fired: { names, before } });
  }
}

/** What a run that crashed had written and not told: on the line of whom its person has become since. */
function toHandover({ leaves }: Graph, row: QueuedRow): Handover {
  const { id, generation, connection, action, created_at: createdAt, person_id: personId } = row;
  const work = bytesOf(row.work).buffer;
  const line = personId === null ? id : (leaves.get(personId)?.rootId ?? personId);
  return { connection, laneWork: { id, generation, line, action, createdAt, work } };
}

/** Consent withdrawn, now or by somebody who turned out to be this person: what still waits to be said is not said. */
async function silence(ctx: Context, session: Session): Promise<void> {
  const { graph, withdrawn } = session;
  const touched = [...withdrawn, ...graph.changes.rerooted.values()].map((home) => rootOf(graph, home));
  const persons = [...new Set(touched)].filter((root) => isSilent(graph, root));
  if (persons.length === 0) return;
  const cancelled = await cancelQueued(ctx.env.DB, {
    persons,
    connections: silencedConnections(ctx),
    spared: RECORDS,
    reason: "consent_withdrawn",
    now: session.now,
  });
  for (const [connection, items] of Map.groupBy(cancelled, (item) => item.connection)) {
    await laneOf(ctx.env, connection).cancel(connection, items);
  }
}
