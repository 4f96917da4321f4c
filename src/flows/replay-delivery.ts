/** Replay: the same delivery again, as a new generation, with the exact content of its first attempt and `x-replay: 1`. The D1 statement decides, so
 *  two clicks make one replay; a crash between D1 and the lane is mended by the sweep. */
import { type Context, laneOf } from "../context.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { findDelivery } from "../store/deliveries.ts";
import { isSilenced, requeue } from "../store/replays.ts";
import { silencedConnections } from "./bind/deliveries.ts";
import { laneWorkOf } from "./lane-work.ts";
import { packWork } from "./lane/packed-work.ts";

/** `not_settled`: it is still on its way by itself. `content_gone`: retention or an erasure took what would be sent. */
export type ReplayRefusal = "not_found" | "not_settled" | "content_gone" | "consent_withdrawn";

/** The generation that is on its way, whether this call or the click before it made it. */
export async function replayDelivery(ctx: Context, id: string): Promise<Result<{ generation: number }, ReplayRefusal>> {
  const row = await requeue(ctx.env.DB, id, silencedConnections(ctx), ctx.clock());
  if (!row) return refusal(ctx, id);
  const work = await laneWorkOf(ctx, row);
  try {
    await laneOf(ctx.env, row.connection).take(row.connection, packWork([work]));
  } catch (failure) {
    ctx.log("error", "delivery.hand_over.failed", { connection: row.connection, count: 1, error: String(failure) });
  }
  return ok({ generation: row.generation });
}

async function refusal(ctx: Context, id: string): Promise<Result<{ generation: number }, ReplayRefusal>> {
  const row = await findDelivery(ctx.env.DB, id);
  if (!row) return err("not_found");
  const unsettled = row.status === "queued" || row.status === "retrying";
  if (unsettled) return row.replayed_at === null ? err("not_settled") : ok({ generation: row.generation });
  if (await isSilenced(ctx.env.DB, id, silencedConnections(ctx))) return err("consent_withdrawn");
  return row.replayed_at === null ? err("content_gone") : ok({ generation: row.generation });
}
