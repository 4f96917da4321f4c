/** Taking work back: an operator's cancellation, and erasure. What is out cannot be called back; it is not tried again, or leaves no trace. */
import type { LaneKey } from "../../rpc.ts";
import type { DeliveryId } from "../../lib/ids.ts";
import { find, forgetRows, putSettled, settleRow } from "./queue.ts";
import type { LaneState } from "./state.ts";

/** One transaction for all keys; D1 is told by the outbox whatever becomes of the caller. A key that the lane never took is remembered as settled, so that a
 *  late hand-over cannot send it; one that is out is `inFlight`: its request cannot be called back, only its retries are given up. */
export function cancelWork(
  lane: LaneState,
  keys: readonly LaneKey[],
  now: number,
): { cancelled: DeliveryId[]; inFlight: DeliveryId[] } {
  const cancelled: DeliveryId[] = [];
  const inFlight: DeliveryId[] = [];
  lane.storage.transactionSync(() => {
    for (const key of keys) {
      const row = find(lane.sql, key);
      const hand = row && lane.inHand.get(row.seq);
      if (row?.state === "settled") continue;
      if (row?.state === "flying") {
        if (hand) hand.cancelled = true;
        inFlight.push(key.id);
        continue;
      }
      if (row) settleRow(lane.sql, row, now);
      else putSettled(lane.sql, key, now);
      if (hand) hand.forgotten = true;
      lane.outbox.record(key, cancelledAt(row?.attempts ?? 0, now), NOTHING_SEALED, now);
      cancelled.push(key.id);
    }
  });
  return { cancelled, inFlight };
}

const NOTHING_SEALED = { rendered: null, reply: null } as const;

const cancelledAt = (attempts: number, now: number) =>
  ({
    attempt: null,
    state: "cancelled",
    reason: "cancelled",
    attempts,
    nextAt: null,
    settledAt: now,
    problem: null,
    unwritten: [],
    next: null,
  }) as const;

/** An erased person's deliveries: payloads, digests and untold outcomes go at once; a request that is out leaves no row when it comes back. */
export function forgetWork(lane: LaneState, ids: readonly DeliveryId[], now: number): void {
  lane.storage.transactionSync(() => {
    lane.loops.forget(ids);
    for (const seq of forgetRows(lane.sql, ids, now)) {
      const hand = lane.inHand.get(seq);
      if (hand) hand.forgotten = true;
    }
  });
}
