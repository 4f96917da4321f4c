/** Cancelling what has not left yet. The lane decides, being the one that sends; D1 is told here as well, so the answer is true when it is
 *  given; where D1 does not answer, the lane tells it later. */
import { type Context, laneOf } from "../context.ts";
import { type Result, err, ok } from "../lib/result.ts";
import type { DeliveryStatus } from "../domain/delivery.ts";
import { findDelivery, markCancelled } from "../store/deliveries.ts";

/** `already_settled` includes one that was delivered between the question and the answer. */
export type CancelRefusal = "not_found" | "already_settled";

/** `cancelled`, or the present status of one that is in flight: it will not be tried again. */
export async function cancelDelivery(ctx: Context, id: string): Promise<Result<{ status: DeliveryStatus }, CancelRefusal>> {
  const row = await findDelivery(ctx.env.DB, id);
  if (!row) return err("not_found");
  if (row.status === "cancelled") return ok({ status: "cancelled" });
  if (row.status === "delivered" || row.status === "dead") return err("already_settled");
  const key = { id: row.id, generation: row.generation };
  const { cancelled, inFlight } = await laneOf(ctx.env, row.connection).cancel(row.connection, [key]);
  if (inFlight.length > 0) return ok({ status: row.status });
  if (cancelled.length === 0) return err("already_settled");
  try {
    await markCancelled(ctx.env.DB, key, ctx.clock());
  } catch (failure) {
    ctx.log("error", "delivery.cancel.untold", { connection: row.connection, delivery: row.id, error: String(failure) });
  }
  return ok({ status: "cancelled" });
}
