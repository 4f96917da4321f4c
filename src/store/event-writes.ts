/** What binding writes about events: the rows themselves, those that were waiting and are bound now, payments with another label, and the side
 *  tables that make them findable. Statements of one batch; the event id makes a repeated batch fail instead of doubling anything. */
import type { EventStatus } from "../domain/event.ts";
import type { UtmColumns } from "../domain/normalise/utm.ts";
import type { DeliveryId, EventId, PersonId } from "../lib/ids.ts";
import { type PackedRow, insertPacked, packedStatements } from "./packed-rows.ts";

/** A row as binding writes it, once; what may change later is only whose it is, what a payment is called and whether it counts.
 *  `seq` comes from the inbox and is the row's own place, `fact` is the keyed digest that firings count by. `person_id` follows
 *  merges; `home_id` is the row the event came to and moves only with a click that proves to be somebody else's. `event_at` is
 *  when it happened, `received_at` when it came (an import may say so itself), `stored_at` when it was written here: retention
 *  counts from that, so old facts that are imported are not forgotten at once. `rules: 0` = imported without rules; bound late
 *  it runs none either. Times in epoch ms, amounts in ten-thousandths. */
export type EventRow = UtmColumns & {
  readonly id: EventId;
  readonly seq: number;
  readonly connection: string;
  readonly type: string;
  readonly status: Exclude<EventStatus, "accepted">;
  readonly cause: string | null;
  readonly field: string | null;
  readonly received_at: number;
  readonly event_at: number;
  readonly bound_at: number | null;
  readonly person_id: PersonId | null;
  readonly home_id: PersonId | null;
  readonly via: string | null;
  readonly via_hash: string | null;
  readonly fact: string;
  readonly label: string | null;
  readonly named: string | null;
  readonly ordinal: number | null;
  readonly counted: 0 | 1;
  readonly possible_duplicate: 0 | 1;
  readonly amount_e4: number | null;
  readonly paid_total_e4: number | null;
  readonly currency: string | null;
  readonly tid: string | null;
  readonly order_number: string | null;
  readonly click_hash: string | null;
  readonly shared: 0 | 1;
  readonly link: string | null;
  readonly stored_at: number;
  readonly rules: 0 | 1;
};

/** null = not kept: everything personal of an event that was dropped as erased, and `raw` in a pseudonymous workspace. */
export type SealedEvent = Readonly<Record<"facts" | "raw" | "trace", ArrayBuffer | null>>;

/** No ON CONFLICT on purpose: the same event twice fails the whole batch, and the inbox then finds it written and hands over only. */
export const insertEvents = (
  db: D1Database,
  rows: readonly { readonly columns: EventRow; readonly blobs: SealedEvent }[],
): D1PreparedStatement[] => insertPacked(db, "events", rows);

/** What a late binding changes of a waiting row: whose it is and why, and the currency of one that has none yet. Its facts, its time and its place in the ledger stay. */
export type LateBinding = Pick<
  EventRow,
  "id" | "status" | "cause" | "person_id" | "home_id" | "via" | "via_hash" | "bound_at" | "shared" | "currency"
>;

/** Events that waited: bound now, with their own time. */
export const bindWaiting = (
  db: D1Database,
  rows: readonly { readonly columns: LateBinding; readonly blobs: { readonly trace: ArrayBuffer } }[],
): D1PreparedStatement[] => [
  ...packedStatements(
    db,
    rows,
    ({
      named,
      sealed,
    }) => `UPDATE events SET status = r.status, cause = r.cause, person_id = r.person_id, home_id = r.home_id, via = r.via, via_hash = r.via_hash,
        bound_at = r.bound_at, shared = r.shared, trace = r.trace, currency = COALESCE(events.currency, r.currency)
      FROM (SELECT ${named(["id", "status", "cause", "person_id", "home_id", "via", "via_hash", "bound_at", "shared", "currency"])}, ${sealed("trace")} AS trace
        FROM json_each(?1)) AS r
      WHERE events.id = r.id AND +events.status = 'unbound'`,
  ),
  ...deleteParked(
    db,
    rows.map(({ columns }) => columns.id),
  ),
];

/** Nothing waits for these events' identifiers any more. */
const deleteParked = (db: D1Database, ids: readonly EventId[]): D1PreparedStatement[] =>
  ids.length === 0
    ? []
    : [db.prepare("DELETE FROM parked WHERE event_id IN (SELECT value FROM json_each(?1))").bind(JSON.stringify(ids))];

/** What the payment is called and worth now, not a difference: writing it twice changes nothing. */
export type LabelChange = {
  readonly id: EventId;
  readonly label: string | null;
  readonly ordinal: number | null;
  readonly amount_e4: number | null;
};

/** Labels shift when a late payment takes an earlier place; amounts shift where the sender tells running totals. */
export const relabelEvents = (db: D1Database, changes: readonly LabelChange[]): D1PreparedStatement[] =>
  packedStatements(
    db,
    changes.map((columns) => ({ columns })),
    ({ named }) => `UPDATE events SET label = r.label, ordinal = r.ordinal, amount_e4 = r.amount_e4
      FROM (SELECT ${named(["id", "label", "ordinal", "amount_e4"])} FROM json_each(?1)) AS r
      WHERE events.id = r.id`,
  );

/** Replaced by a newer state or rejected: kept as history, out of every sum. */
export const uncountEvents = (db: D1Database, ids: readonly EventId[]): D1PreparedStatement[] =>
  ids.length === 0
    ? []
    : [db.prepare("UPDATE events SET counted = 0 WHERE id IN (SELECT value FROM json_each(?1))").bind(JSON.stringify(ids))];

/** One insert for plain rows of a side table. */
export const insertRows = (
  db: D1Database,
  table: "parked" | "clicks" | "firings" | "contact_claims" | "identifier_scopes" | "kept_apart",
  rows: readonly PackedRow["columns"][],
): D1PreparedStatement[] =>
  insertPacked(
    db,
    table,
    rows.map((columns) => ({ columns })),
    "DO NOTHING",
  );

/** Traits of one home; an older event never overwrites a newer one's word. */
export const writeTraits = (db: D1Database, rows: readonly PackedRow[]): D1PreparedStatement[] =>
  insertPacked(
    db,
    "traits",
    rows,
    `(home_id, name) DO UPDATE SET sealed = excluded.sealed, at = excluded.at, event_id = excluded.event_id
     WHERE excluded.at >= traits.at`,
  );

/** Only `queued` and `cancelled` begin here; a `cancelled` one is written although nothing was ever sent, so that the log says
 *  why (`consent_withdrawn`). */
export type DeliveryRow = {
  readonly id: DeliveryId;
  readonly seq: number;
  readonly event_id: EventId;
  readonly person_id: PersonId;
  readonly connection: string;
  readonly action: string;
  readonly status: "queued" | "cancelled";
  readonly reason: string | null;
  readonly next_attempt_at: number | null;
  readonly created_at: number;
  readonly settled_at: number | null;
};

/** Deliveries that rules made; the lane is told after the batch. */
export const insertDeliveries = (
  db: D1Database,
  rows: readonly { readonly columns: DeliveryRow; readonly blobs: { readonly work: ArrayBuffer } }[],
): D1PreparedStatement[] => insertPacked(db, "deliveries", rows);
