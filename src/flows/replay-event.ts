/** Everything that was sent about an event once more, in the order in which it was sent: a step of a bot that reads what the step before saved would
 *  meet the old value otherwise. Each delivery is a replay of its own, so one that cannot go does not keep back the others. */
import type { Context } from "../context.ts";
import type { Result } from "../lib/result.ts";
import { deliveriesOfEvent } from "../store/deliveries.ts";
import { type ReplayRefusal, replayDelivery } from "./replay-delivery.ts";

/** One delivery and what came of the wish to send it again. */
export type Replayed = { readonly id: string; readonly answer: Result<{ generation: number }, ReplayRefusal> };

/** One answer a delivery; empty = nothing was sent about the event. */
export async function replayEvent(ctx: Context, event: string): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (const { id } of await deliveriesOfEvent(ctx.env.DB, event)) replayed.push({ id, answer: await replayDelivery(ctx, id) });
  return replayed;
}
