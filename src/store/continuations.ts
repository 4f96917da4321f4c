/** Words that one messenger did not take go on to the holder's next. The delivery that goes on is written in the batch that tells of the dead one, so
 *  a crash leaves both or neither, and only once: its id follows from the first one's. */
import type { DeliveryId } from "../lib/ids.ts";
import { INSERT_DELIVERY, deliverySeq } from "./new-deliveries.ts";
import { toBound, unhexed } from "./sealed.ts";

/** The delivery that goes on. It waits as JSON among the lane's outcomes until D1 is told of the dead one, hence base64. `line`
 *  is the dead one's, so what the person is told keeps its order. */
export type Continuation = {
  readonly id: DeliveryId;
  readonly connection: string;
  readonly action: string;
  readonly line: string;
  readonly createdAt: number;
  /** Sealed JSON of WorkOrder, base64. */
  readonly work: string;
};

/** Answers with the row's id when it was written: not for a delivery that was cancelled or erased in the meantime, nor a second time. */
export function continueDelivery(db: D1Database, dead: string, to: Continuation, work: ArrayBuffer): D1PreparedStatement {
  return db
    .prepare(
      `${INSERT_DELIVERY}
       SELECT ?1, ?2, event_id, person_id, ?3, ?4, 0, 'queued', 0, ?5, ?5, ${unhexed("?6")} FROM deliveries WHERE id = ?7 AND status = 'dead'
       ON CONFLICT (id) DO NOTHING RETURNING id`,
    )
    .bind(to.id, deliverySeq(to.createdAt, 0), to.connection, to.action, to.createdAt, toBound(work), dead);
}
