/** The first act of a lane that starts: what was out when the process ended is sent again, before anything else and under the same id; there were never more of them than the
 *  connection's in-flight cap. What must not be sent twice is dead as `unknown_outcome` instead. */
import { conclude } from "./conclude.ts";
import { interrupted, postpone } from "./queue.ts";
import type { LaneState } from "./state.ts";

/** Due at 0, ahead of everything else; the try that was cut off does not count. */
export function resumeInterrupted(lane: LaneState, connection: string, now: number): void {
  for (const row of interrupted(lane.sql)) {
    if (row.repeatable) postpone(lane.sql, row.seq, row.attempts - 1, 0);
    else {
      conclude(lane, row, {
        connection,
        settlement: { state: "dead", reason: "unknown_outcome" },
        attempts: row.attempts,
        attempt: { n: row.attempts, at: now, status: 0, outcome: "interrupted" },
        rendered: row.rendered,
        reply: null,
        now,
      });
    }
  }
}
