/** Events as lists show them and one event whole, for the API and the console alike. Newest first by the order of acknowledgement, so an event that is
 *  bound late keeps its place and a reader of pages misses none. What still waits in the inbox is not here: `flows/read-events.ts` asks it first. */
import type { DeliveryStatus } from "../domain/delivery.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** null or left out = not asked for; conditions add up. Times in epoch ms, `since` inclusive, `until` exclusive; `before` is an exclusive
 *  `seq`. */
export type EventFilter = {
  readonly status?: string | null;
  readonly connection?: string | null;
  /** Also takes a label (`sale`). */
  readonly type?: string | null;
  /** Any id or key she ever had. */
  readonly person?: string | null;
  readonly link?: string | null;
  /** Outbound HTTP status of any of its deliveries. */
  readonly code?: number | null;
  /** Only events with a delivery that was given up; `to` = at this connection. */
  readonly dead?: boolean;
  readonly to?: string | null;
  /** Only events whose payload an operator keeps. */
  readonly kept?: boolean;
  /** As reports count: what is counted, with `since` and `until` about when it happened, not when it came. */
  readonly dated?: boolean;
  readonly since?: number | null;
  readonly until?: number | null;
  readonly before?: number | null;
  readonly limit: number;
};

/** `seq` is the order of acknowledgement and the cursor of pages. Times in epoch ms, `amount_e4` in ten-thousandths of
 *  `currency`. `cause` and `field` say why an event is bound to nobody or of no use; `label` with `ordinal` is what a payment is
 *  called (`sale`, `resale` and which). */
export type EventHead = {
  readonly id: string;
  readonly seq: number;
  readonly connection: string;
  readonly type: string;
  readonly status: string;
  readonly cause: string | null;
  readonly field: string | null;
  readonly received_at: number;
  readonly event_at: number;
  readonly bound_at: number | null;
  readonly person_id: string | null;
  readonly label: string | null;
  readonly ordinal: number | null;
  readonly amount_e4: number | null;
  readonly currency: string | null;
  readonly counted: number;
  readonly possible_duplicate: number;
};

/** The columns of `EventHead`. */
export const HEAD_COLUMNS =
  "id, seq, connection, type, status, cause, field, received_at, event_at, bound_at, person_id, label, ordinal, amount_e4, currency, counted, possible_duplicate";

/** `person_key` for whom there is no other name for; `sent` is for `sentOf`, read live, so a settled delivery shows at the next look. */
export type EventListRow = EventHead & {
  readonly link: string | null;
  readonly person_key: string | null;
  readonly sent: string;
};

/** Where the event's deliveries went and how each stands. */
export const sentOf = (row: EventListRow): { readonly status: DeliveryStatus; readonly connection: string }[] =>
  JSON.parse(row.sent) as { status: DeliveryStatus; connection: string }[];

/** One event whole. `home_id` is the row it came to, whoever that is now. `via` names the type of the identifier that found the person. Of the sealed columns `raw` goes after `raw_days`,
 *  `facts` and `trace` after `event_days`, all of them with an erasure; a pseudonymous workspace never has `raw`. */
export type EventSheet = EventListRow & {
  readonly home_id: string | null;
  readonly via: string | null;
  readonly tid: string | null;
  readonly order_number: string | null;
  readonly facts: Sealed | null;
  readonly raw: Sealed | null;
  readonly trace: Sealed | null;
};

const LISTED = `${HEAD_COLUMNS}, link, (SELECT p.key FROM persons p WHERE p.id = e.person_id) AS person_key,
  (SELECT json_group_array(json_object('status', d.status, 'connection', d.connection)) FROM deliveries d WHERE d.event_id = e.id) AS sent`;

/** One statement; sub-selects run for the page's lines only. Filters that indexes cannot serve are bounded by the page they scan. */
export async function listEvents(db: D1Database, filter: EventFilter): Promise<EventListRow[]> {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (condition: string, value: string | number | null = null): void => {
    if (value === null) return;
    values.push(value);
    conditions.push(condition.replaceAll("?", `?${values.length}`));
  };
  add("e.seq < ?", filter.before);
  add("e.status = ?", filter.status);
  add("e.connection = ?", filter.connection);
  add("(e.type = ? OR e.label = ?)", filter.type);
  add("e.person_id = (SELECT person_id FROM persons WHERE id = ? OR key = ? LIMIT 1)", filter.person);
  add("e.link = ?", filter.link);
  const at = filter.dated === true ? "e.event_at" : "e.received_at";
  add(`${at} >= ?`, filter.since);
  add(`${at} < ?`, filter.until);
  add(
    "EXISTS (SELECT 1 FROM deliveries d JOIN attempts a ON a.delivery_id = d.id WHERE d.event_id = e.id AND a.status = ?)",
    filter.code,
  );
  // By the dead deliveries, which are few beside the events.
  const dead = "e.id IN (SELECT d.event_id FROM deliveries d WHERE d.status = 'dead'";
  if (filter.dead === true && !filter.to) conditions.push(`${dead})`);
  add(`${dead} AND d.connection = ?)`, filter.to);
  if (filter.dated === true) conditions.push("e.counted = 1 AND e.status IN ('bound', 'erased', 'unbound')");
  if (filter.kept === true) conditions.push("e.id IN (SELECT event_id FROM bookmarks)");
  values.push(filter.limit);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const { results } = await db
    .prepare(`SELECT ${LISTED} FROM events e ${where} ORDER BY e.seq DESC LIMIT ?${values.length}`)
    .bind(...values)
    .all<EventListRow>();
  return results;
}

/** The newest of a person's events by event time, oldest first. */
export async function newestOfPerson(db: D1Database, person: string, limit: number): Promise<EventListRow[]> {
  const { results } = await db
    .prepare(`SELECT ${LISTED} FROM events e WHERE e.person_id = ?1 ORDER BY e.event_at DESC, e.seq DESC LIMIT ?2`)
    .bind(person, limit)
    .all<EventListRow>();
  return results.toReversed();
}

/** By the unique index on the id; null also for what is acknowledged and not bound yet. */
export const findEvent = (db: D1Database, id: string): Promise<EventSheet | null> =>
  db
    .prepare(
      `SELECT ${LISTED}, home_id, via, tid, order_number, ${["facts", "raw", "trace"].map((name) => hexed(name)).join(", ")} FROM events e WHERE id = ?1`,
    )
    .bind(id)
    .first<EventSheet>();
