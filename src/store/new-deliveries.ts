/** Writing a delivery's D1 row: the intent, before its lane knows of it. The row comes first and the lane second, always: a crash between the
 *  two leaves a `queued` row that the inbox or the sweep hands over again, and a lane takes the same id and generation once. */
import type { DeliveryId } from "../lib/ids.ts";
import { toBound, unhexed } from "./sealed.ts";

/** Always generation 0, `queued` and due at once; a replay raises the generation of the row it finds and inserts none. */
export type NewDeliveryRow = {
  readonly id: DeliveryId;
  /** `deliverySeq` of its creation: the order of the log and the sweep's bookmark. */
  readonly seq: number;
  /** "" for what no event caused (notices, notify). */
  readonly eventId: string;
  /** A holder (`hld_…`) where there is no person. */
  readonly personId: string | null;
  readonly connection: string;
  readonly action: string;
  readonly createdAt: number;
  /** Sealed JSON of WorkOrder. */
  readonly work: ArrayBuffer;
};

/** Creation time in ms and a place among those written together (0–999): sortable, below 2^53. */
export const deliverySeq = (createdAt: number, place: number): number => createdAt * 1_000 + Math.min(place, 999);

/** What a new delivery's row is begun with; values follow in this order. */
export const INSERT_DELIVERY =
  "INSERT INTO deliveries (id, seq, event_id, person_id, connection, action, generation, status, attempts, next_attempt_at, created_at, work)";

/** The statement that inserts one delivery; the same id again changes nothing. */
export function insertDelivery(db: D1Database, row: NewDeliveryRow): D1PreparedStatement {
  return db
    .prepare(
      `${INSERT_DELIVERY}
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 'queued', 0, ?7, ?7, ${unhexed("?8")}) ON CONFLICT (id) DO NOTHING`,
    )
    .bind(row.id, row.seq, row.eventId, row.personId, row.connection, row.action, row.createdAt, toBound(row.work));
}
