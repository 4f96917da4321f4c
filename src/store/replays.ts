/** Replays in D1: a new generation of the same delivery, taken by one conditional statement, so that two clicks cannot make two. */
import type { DeliveryId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import { PERSON_NOW } from "./deliveries.ts";
import { silent } from "./persons.ts";
import { hexed } from "./sealed.ts";

/** A delivery as it is handed to its lane from D1. */
export type QueuedRow = {
  id: DeliveryId;
  seq: number;
  generation: number;
  /** Whoever stands now for the person it was made for: the line it waits in. null for a holder's, whose line its work names. */
  person_id: string | null;
  connection: string;
  action: string;
  created_at: number;
  replayed_at: number | null;
  work: Sealed;
  rendered: Sealed | null;
};

const COLUMNS = `id, seq, generation, ${PERSON_NOW}, connection, action, created_at, replayed_at, ${hexed("work")}, ${hexed("rendered")}`;

const REQUEUE = `UPDATE deliveries SET generation = generation + 1, status = 'queued', reason = NULL, attempts = 0, next_attempt_at = ?1,
  settled_at = NULL, replayed_at = ?1`;

/** Whoever withdrew her consent is not written to by a repeat either: `?silenced` is the JSON list of connections that fall silent for her. The person
 *  is followed through merges, since a withdrawal silences all who became one. */
const spoken = (
  silenced: string,
): string => `NOT (action <> 'save_variables' AND connection IN (SELECT value FROM json_each(${silenced}))
  AND ${silent("(SELECT own.person_id FROM persons own WHERE own.id = deliveries.person_id)")})`;

/** Not for a repeat of many at once: an order that may have been made (vector 7), a loop that was stopped. A person looks first and replays one. Nor words
 *  that went on by another way (`continuations.ts`), unless none of the ways took them: she would be told twice. */
const SAFE = `IFNULL(reason, '') NOT LIKE 'unknown_outcome%' AND IFNULL(reason, '') <> 'loop_suspected' AND NOT EXISTS (
  SELECT 1 FROM deliveries AS way WHERE way.id <> deliveries.id AND +way.status IN ('queued', 'retrying', 'delivered')
    AND (way.id = substr(deliveries.id, 1, 26) OR way.id BETWEEN substr(deliveries.id, 1, 26) || '_2' AND substr(deliveries.id, 1, 26) || '_9'))`;

/** Clicks closer together than this are one. */
const SAME_CLICK_MS = 2_000;

/** Queues a settled delivery again; null = it is not settled, was just replayed, its content is gone, or its person withdrew her consent. */
export const requeue = (db: D1Database, id: string, silenced: readonly string[], now: number): Promise<QueuedRow | null> =>
  db
    .prepare(
      `${REQUEUE} WHERE id = ?2 AND status IN ('delivered', 'dead', 'cancelled') AND work IS NOT NULL
         AND (replayed_at IS NULL OR replayed_at <= ?3) AND ${spoken("?4")} RETURNING ${COLUMNS}`,
    )
    .bind(now, id, now - SAME_CLICK_MS, JSON.stringify(silenced))
    .first<QueuedRow>();

/** Whether the delivery is about somebody who withdrew her consent, at a connection that falls silent for her. */
export const isSilenced = async (db: D1Database, id: string, silenced: readonly string[]): Promise<boolean> =>
  (await db
    .prepare(`SELECT 1 AS silent FROM deliveries WHERE id = ?1 AND NOT ${spoken("?2")}`)
    .bind(id, JSON.stringify(silenced))
    .first<{ silent: number }>()) !== null;

/** A stretch of a recovery. `since` and `until` in epoch ms, both inclusive; `afterSeq` is the place of the last delivery queued
 *  before, so a recovery that dies goes on where it was. */
export type DeadSlice = {
  readonly connection: string;
  /** The connections that say nothing to whoever withdrew her consent: her dead deliveries stay dead. */
  readonly silenced: readonly string[];
  /** When they died, not when they were made: a try may come a day after, and a problem tells of deaths. */
  readonly since: number;
  readonly until: number;
  /** The last place that was looked at, 0 = none. */
  readonly afterSeq: number;
  readonly limit: number;
};

/** Queues the next dead deliveries of a connection again, oldest first. The last place is looked at once more, since several may have been made at it;
 *  those of it that were queued and have died again died after `until`. */
export async function requeueDead(db: D1Database, slice: DeadSlice, now: number): Promise<QueuedRow[]> {
  const { results } = await db
    .prepare(
      `${REQUEUE} WHERE id IN (
         SELECT id FROM deliveries WHERE status = 'dead' AND connection = ?2 AND seq >= ?3 AND settled_at BETWEEN ?4 AND ?5 AND work IS NOT NULL
           AND ${SAFE} AND ${spoken("?7")} ORDER BY seq LIMIT ?6) RETURNING ${COLUMNS}`,
    )
    .bind(now, slice.connection, slice.afterSeq, slice.since, slice.until, slice.limit, JSON.stringify(slice.silenced))
    .all<QueuedRow>();
  return results.toSorted((a, b) => a.seq - b.seq);
}

/** How many a recovery of this stretch would send again. */
export async function countDead(
  db: D1Database,
  { connection, silenced, since, until }: Omit<DeadSlice, "afterSeq" | "limit">,
): Promise<number> {
  const count = await db
    .prepare(
      `SELECT COUNT(*) AS n FROM deliveries WHERE status = 'dead' AND connection = ?1 AND settled_at BETWEEN ?2 AND ?3 AND work IS NOT NULL
         AND ${SAFE} AND ${spoken("?4")}`,
    )
    .bind(connection, since, until, JSON.stringify(silenced))
    .first<number>("n");
  return count ?? 0;
}

/** A stretch of the sweep, which hands to a lane what a crash kept from it. Whoever reads on from `until` misses nothing. */
export type QueuedSlice = {
  readonly rows: QueuedRow[];
  /** Everything queued up to this place is in `rows` or before them. */
  readonly until: number;
};

/** Deliveries of a connection that became queued in (after, until], oldest first: new ones and replayed ones. Places are ms × 1000, as in `seq`. */
export async function queuedBetween(
  db: D1Database,
  connection: string,
  range: { readonly after: number; readonly until: number; readonly limit: number },
): Promise<QueuedSlice> {
  const { after, until, limit } = range;
  const [created, replayed] = await db.batch<QueuedRow>([
    db
      .prepare(
        `SELECT ${COLUMNS} FROM deliveries WHERE status = 'queued' AND connection = ?1 AND seq > ?2 AND seq <= ?3 AND work IS NOT NULL
           AND replayed_at IS NULL ORDER BY seq LIMIT ?4`,
      )
      .bind(connection, after, until, limit),
    db
      .prepare(
        `SELECT ${COLUMNS} FROM deliveries INDEXED BY deliveries_replayed WHERE replayed_at >= ?2 / 1000 AND replayed_at * 1000 > ?2 AND replayed_at <= ?3
           AND status = 'queued' AND connection = ?1
           AND work IS NOT NULL ORDER BY replayed_at, seq LIMIT ?4`,
      )
      .bind(connection, after, Math.floor(until / 1_000), limit),
  ]);
  const lists = [created?.results ?? [], replayed?.results ?? []];
  const ends: number[] = [];
  for (const rows of lists) {
    const [first, last] = [rows[0], rows.at(-1)];
    if (rows.length < limit || !first || !last) continue;
    // All that a recovery queues at once has the same place: then the page must hold it whole.
    if (placeOf(first) === placeOf(last)) return queuedBetween(db, connection, { ...range, limit: limit * 2 });
    // The last place of a full page may have more rows: it is read again.
    ends.push(placeOf(last) - 1);
  }
  const rows = lists.flat().toSorted((a, b) => placeOf(a) - placeOf(b) || a.seq - b.seq);
  return { rows, until: Math.min(until, ...ends) };
}

/** Deliveries that no event caused and that were queued after a place: codes, notices, a site's webhooks. */
export async function queuedAlone(db: D1Database, connection: string, after: number, limit: number): Promise<QueuedRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deliveries WHERE status = 'queued' AND connection = ?1 AND seq > ?2 AND event_id = '' AND work IS NOT NULL
       ORDER BY seq LIMIT ?3`,
    )
    .bind(connection, after, limit)
    .all<QueuedRow>();
  return results;
}

/** Where a row stands among all that became queued in their present generation. */
const placeOf = (row: QueuedRow): number => (row.replayed_at === null ? row.seq : row.replayed_at * 1_000);
