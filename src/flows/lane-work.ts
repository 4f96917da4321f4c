/** A D1 row as its lane takes it. A first generation goes as it was written; a replay carries what the first attempt rendered, so the vendor gets
 *  the exact original again, marked as a replay. */
import type { Context } from "../context.ts";
import type { Rendered, WorkOrder } from "../domain/delivery.ts";
import type { LaneWork } from "../rpc.ts";
import type { QueuedRow } from "../store/replays.ts";
import { bytesOf } from "../lib/seal.ts";

/** Throws when the work was sealed by a key that is gone; the sweep logs the lane and goes on with the others. */
export async function laneWorkOf(ctx: Context, row: QueuedRow): Promise<LaneWork> {
  const { id, generation, action } = row;
  const order = JSON.parse(await ctx.seal.open(row.work)) as WorkOrder;
  const line = row.person_id ?? order.rendered?.person.id ?? (order.address === null ? id : JSON.stringify(order.address));
  const work = generation === 0 ? bytesOf(row.work).buffer : await sealReplay(ctx, row, order);
  return { id, generation, line, action, createdAt: row.created_at, work };
}

/** With the rendering of the first attempt, where there was one: a replay says the same. */
async function sealReplay(ctx: Context, row: QueuedRow, order: WorkOrder): Promise<ArrayBuffer> {
  const rendered = row.rendered ? (JSON.parse(await ctx.seal.open(row.rendered)) as Rendered) : null;
  const replay: WorkOrder = { ...order, rendered, replay: true };
  return ctx.seal.seal(JSON.stringify(replay));
}
