/** Events as lists show them and one event whole. Newest first by the order of acknowledgement. */
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** Conditions add up; `type` also takes a label (`sale`); `person` any id or key the person ever had; `since` epoch ms, inclusive. */
export type EventFilter = {
  readonly status: string | null;
  readonly connection: string | null;
  readonly type: string | null;
  readonly person: string | null;
  readonly since: number | null;
  /** Exclusive seq. */
  readonly before: number | null;
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
  "id, seq, connection, type, status, cause, field, received_at, event_at, person_id, label, ordinal, amount_e4, currency, counted, possible_duplicate";

/** `sent` is JSON: [status, connection] of each of its deliveries. */
export type EventListRow = EventHead & { readonly sent: string };

/** One event whole. `via` names the type of the identifier that found the person, `via_hash` its blind index. Of the sealed
 *  columns `raw` goes after `raw_days`, `facts` and `trace` after `event_days`; a pseudonymous workspace never has `raw`. */
export type EventRow = EventListRow & {
  readonly bound_at: number | null;
  readonly via: string | null;
  readonly via_hash: string | null;
  readonly tid: string | null;
  readonly order_number: string | null;
  readonly facts: Sealed | null;
  readonly raw: Sealed | null;
  readonly trace: Sealed | null;
};

const LISTED = `${HEAD_COLUMNS}, (SELECT json_group_array(json_array(d.status, d.connection)) FROM deliveries d WHERE d.event_id = events.id) AS sent`;

/** The order is that of acknowledgement, so an event that is bound late keeps its place and a reader of pages misses none. What still waits in the
 *  inbox is not here: `flows/read-events.ts` asks it first. */
export async function listEvents(db: D1Database, filter: EventFilter): Promise<EventListRow[]> {
  const given: readonly (readonly [string, string | number | null])[] = [
    ["seq < ?", filter.before ?? Number.MAX_SAFE_INTEGER],
    ["status = ?", filter.status],
    ["connection = ?", filter.connection],
    ["(type = ? OR label = ?)", filter.type],
    ["person_id = (SELECT person_id FROM persons WHERE id = ? OR key = ?)", filter.person],
    ["received_at >= ?", filter.since],
  ];
  const conditions = given.filter(([, value]) => value !== null);
  const where = conditions.map(([condition], place) => condition.replaceAll("?", `?${place + 1}`)).join(" AND ");
  const { results } = await db
    .prepare(`SELECT ${LISTED} FROM events WHERE ${where} ORDER BY seq DESC LIMIT ?${conditions.length + 1}`)
    .bind(...conditions.map(([, value]) => value), filter.limit)
    .all<EventListRow>();
  return results;
}

/** By the unique index on the id. null also for what is acknowledged and not bound yet: that is the inbox's to tell, and
 *  `flows/read-events.ts` asks it. */
export const findEvent = (db: D1Database, id: string): Promise<EventRow | null> =>
  db
    .prepare(
      `SELECT ${LISTED}, bound_at, via, via_hash, tid, order_number, ${["facts", "raw", "trace"].map((name) => hexed(name)).join(", ")} FROM events WHERE id = ?1`,
    )
    .bind(id)
    .first<EventRow>();
