/** Whether a lane may send at all. A disabled connection holds its work: nothing is lost, everything resumes when it is enabled. A connection that
 *  is missing from the configuration holds its work too, for five minutes: the snapshot may be old, or the save a slip that is rolled back. After
 *  that it is meant, and what waits is dead with `connection_removed`, visible and recoverable, instead of waiting for ever. */
import type { Context } from "../../context.ts";
import type { Connection } from "../../domain/config.ts";
import { conclude } from "./conclude.ts";
import { dueHeads } from "./queue.ts";
import { setMark } from "./schema.ts";
import type { LaneState } from "./state.ts";

const REMOVED_AFTER_MS = 300_000;
const MOST_AT_ONCE = 500;

/** The connection when it may be written to now, else null. */
export function openConnection(lane: LaneState, ctx: Context, id: string, now: number): Connection | null {
  const connection = ctx.config.connections.get(id);
  if (connection) {
    if (lane.missingSince !== null) setMissing(lane, null);
    return connection.disabled === true ? null : connection;
  }
  if (lane.missingSince === null) setMissing(lane, now);
  else if (now - lane.missingSince >= REMOVED_AFTER_MS) buryAll(lane, ctx, id, now);
  return null;
}

/** Written down, because the five minutes go on over a restart. */
function setMissing(lane: LaneState, since: number | null): void {
  lane.missingSince = since;
  setMark(lane.sql, "missing_since", since === null ? null : String(since));
}

/** A slice a turn, each with its outcome: a connection that was removed may leave thousands behind. */
function buryAll(lane: LaneState, ctx: Context, id: string, now: number): void {
  const rows = dueHeads(lane.sql, Number.MAX_SAFE_INTEGER, MOST_AT_ONCE, lane.inHand);
  for (const row of rows) {
    conclude(lane, row, {
      connection: id,
      settlement: { state: "dead", reason: "connection_removed" },
      attempts: row.attempts,
      attempt: null,
      rendered: row.rendered,
      reply: null,
      now,
    });
  }
  if (rows.length === 0) return;
  ctx.log("warn", "lane.connection.removed", { connection: id, count: rows.length });
  lane.signal.raise();
}
