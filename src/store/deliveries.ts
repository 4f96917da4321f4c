/** Reading and steering the delivery log. Keyset-paged, newest first. */
import type { DeliveryStatus } from "../domain/delivery.ts";
import type { DeliveryId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `seq` = creation in ms × 1000 and a place; `generation` counts replays from 0; times in epoch ms. `reason` is without personal values. */
export type DeliveryRow = {
  id: DeliveryId;
  seq: number;
  event_id: string;
  person_id: string | null;
  connection: string;
  action: string;
  generation: number;
  status: DeliveryStatus;
  reason: string | null;
  attempts: number;
  next_attempt_at: number | null;
  created_at: number;
  settled_at: number | null;
  replayed_at: number | null;
};

/** `status` is HTTP's, 0 = no reply; `reply` is sealed and may be gone by retention or erasure. */
export type AttemptRow = {
  delivery_id: string;
  generation: number;
  n: number;
  at: number;
  status: number;
  outcome: string;
  reply: Sealed | null;
};

/** null = not asked for. `person` is any id or key she ever had; `before` is the last line of the page before, exclusive: `seq`
 *  alone is not unique, since two writers may share a millisecond. */
export type DeliveryFilter = {
  readonly status: DeliveryStatus | null;
  readonly connection: string | null;
  readonly event: string | null;
  readonly person: string | null;
  /** Epoch ms, inclusive. */
  readonly since: number | null;
  readonly before: { readonly seq: number; readonly id: string } | null;
  readonly limit: number;
};

/** Whoever stands now for the person it was made for; for erased or unknown ones the id as it is. A holder is no person. */
export const PERSON_NOW =
  "IFNULL((SELECT own.person_id FROM persons AS own WHERE own.id = deliveries.person_id), IIF(person_id GLOB 'hld_*', NULL, person_id)) AS person_id";

/** Without what is sealed (`work`, `rendered`): a list must not carry what nobody opens. */
const DELIVERY_COLUMNS = `id, seq, event_id, ${PERSON_NOW}, connection, action, generation, status, reason, attempts, next_attempt_at, created_at,
  settled_at, replayed_at`;

/** What was sent about an event, oldest first: the order in which its rules named it. */
export async function deliveriesOfEvent(db: D1Database, event: string): Promise<DeliveryRow[]> {
  const { results } = await db
    .prepare(`SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE event_id = ?1 ORDER BY seq, id`)
    .bind(event)
    .all<DeliveryRow>();
  return results;
}

/** A page of the log, newest first; conditions add up. */
export async function listDeliveries(db: D1Database, filter: DeliveryFilter): Promise<DeliveryRow[]> {
  const conditions = ["(seq < ?1 OR (seq = ?1 AND id < ?2))"];
  const values: unknown[] = [filter.before?.seq ?? Number.MAX_SAFE_INTEGER, filter.before?.id ?? ""];
  const add = (condition: string, value: unknown): void => {
    if (value === null) return;
    values.push(value);
    conditions.push(condition.replaceAll("?", `?${values.length}`));
  };
  // Delivered ones are most of the log: walking it newest first finds a page sooner than sorting all of them would.
  const dense = filter.status === "delivered" && filter.connection === null;
  add(dense ? "+status = ?" : "status = ?", filter.status);
  add("connection = ?", filter.connection);
  add("event_id = ?", filter.event);
  // Every row the person was ever created as, by any of their ids and keys.
  add(
    "person_id IN (SELECT ? UNION SELECT own.id FROM persons own JOIN persons n USING (person_id) WHERE n.id = ? OR n.key = ?)",
    filter.person,
  );
  add("created_at >= ?", filter.since);
  values.push(filter.limit);
  const { results } = await db
    .prepare(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE ${conditions.join(" AND ")} ORDER BY seq DESC, id DESC LIMIT ?${values.length}`,
    )
    .bind(...values)
    .all<DeliveryRow>();
  return results;
}

/** As D1 knows it: up to a batch of outcomes behind the lane, which tells D1 in bundles. */
export const findDelivery = (db: D1Database, id: string): Promise<DeliveryRow | null> =>
  db.prepare(`SELECT ${DELIVERY_COLUMNS} FROM deliveries WHERE id = ?1`).bind(id).first<DeliveryRow>();

/** Attempts of these deliveries, oldest first. */
export async function attemptsOf(db: D1Database, ids: readonly string[]): Promise<AttemptRow[]> {
  const { results } = await db
    .prepare(
      `SELECT delivery_id, generation, n, at, status, outcome, ${hexed("reply")} FROM attempts
       WHERE delivery_id IN (SELECT value FROM json_each(?1)) ORDER BY delivery_id, generation, n`,
    )
    .bind(JSON.stringify(ids))
    .all<AttemptRow>();
  return results;
}

/** Settles a delivery as cancelled; false = it was settled already. */
export async function markCancelled(db: D1Database, key: { id: string; generation: number }, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE deliveries SET status = 'cancelled', reason = 'cancelled', next_attempt_at = NULL, settled_at = ?3
       WHERE id = ?1 AND generation = ?2 AND status IN ('queued', 'retrying')`,
    )
    .bind(key.id, key.generation, now)
    .run();
  return meta.changes > 0;
}

/** Connections with unfinished deliveries: hops along the index instead of reading all of them. */
export async function unfinishedConnections(db: D1Database): Promise<string[]> {
  const hop = (status: string): string => `SELECT connection FROM (
    WITH RECURSIVE found(connection) AS (
      SELECT MIN(connection) FROM deliveries WHERE status = '${status}'
      UNION ALL
      SELECT (SELECT MIN(connection) FROM deliveries WHERE status = '${status}' AND connection > found.connection)
      FROM found WHERE found.connection IS NOT NULL)
    SELECT connection FROM found WHERE connection IS NOT NULL)`;
  const { results } = await db.prepare(`${hop("queued")} UNION ${hop("retrying")}`).all<{ connection: string }>();
  return results.map(({ connection }) => connection);
}
