/** Taking work back: an operator's cancellation, and erasure. What is out cannot be called back; it is not tried again, or leaves no trace. */
import type { LaneKey } from "../../rpc.ts";
import type { DeliveryId } from "../../lib/ids.ts";
import { find, forgetLine, putSettled, settleRow } from "./queue.ts";
import type { LaneState } from "./state.ts";

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
      if (!row) putSettled(lane.sql, key, now);
      else if (row.state === "settled") continue;
      else if (row.state === "flying") {
        if (hand) hand.cancelled = true;
        inFlight.push(key.id);
        continue;
      } else {
        settleRow(lane.sql, row, now);
        if (hand) hand.forgotten = true;
        lane.outbox.record({ ...key, line: row.line }, cancelledAt(row.attempts, now), null, null);
      }
      cancelled.push(key.id);
    }
  });
  return { cancelled, inFlight };
}

const cancelledAt = (attempts: number, now: number) =>
  ({
    attempt: null,
    state: "cancelled",
    reason: "cancelled",
    attempts,
    nextAt: null,
    settledAt: now,
    content: null,
    problem: null,
    unwritten: [],
  }) as const;

export function forgetWork(lane: LaneState, line: string, now: number): void {
  lane.storage.transactionSync(() => {
    const rows = forgetLine(lane.sql, line, now);
    for (const seq of rows) {
      const hand = lane.inHand.get(seq);
      if (hand) hand.forgotten = true;
    }
  });
}
