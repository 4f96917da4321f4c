/** Deliveries that no rule made: notify, PIN messages, notices, mapping webhooks. The D1 row is written first, then the lane takes it; if the
 *  lane cannot be reached the row stays `queued` and the next sweep hands it over, so the caller's promise holds either way. */
import { type Context, laneOf } from "../context.ts";
import type { WorkOrder } from "../domain/delivery.ts";
import { type DeliveryId, newDeliveryId } from "../lib/ids.ts";
import type { LaneWork } from "../rpc.ts";
import { deliverySeq, insertDelivery } from "../store/new-deliveries.ts";
import { packWork, portionsOf } from "./lane/packed-work.ts";

/** `work.event: null` = the values are final and braces in them are text. */
export type NewDelivery = {
  /** Given when the caller needs idempotency: the same id again is the same delivery. */
  readonly id?: DeliveryId;
  readonly connection: string;
  readonly action: string;
  /** Deliveries of one line keep their order: the person id, or the address when there is no person. */
  readonly line: string;
  /** Whose it is as long as no person is known: it is erased with them. */
  readonly holder?: string;
  readonly eventId?: string | null;
  readonly work: WorkOrder;
};

/** A delivery's D1 statement and what its lane will be told. */
export type PreparedDelivery = {
  readonly id: DeliveryId;
  readonly connection: string;
  readonly statement: D1PreparedStatement;
  readonly laneWork: LaneWork;
};

/** Seals new deliveries (values are final unless an event is there to render them from): for callers that write them in a batch of their own and call `handOver` afterwards. */
export function prepareDeliveries(ctx: Context, deliveries: readonly NewDelivery[]): Promise<PreparedDelivery[]> {
  const createdAt = ctx.clock();
  return Promise.all(
    deliveries.map(async (delivery, place) => {
      const id = delivery.id ?? newDeliveryId(createdAt);
      const order: WorkOrder = { ...delivery.work, literal: delivery.work.literal ?? delivery.work.event === null };
      const work = await ctx.seal.seal(JSON.stringify(order));
      const { connection, action, line } = delivery;
      const row = { id, connection, action, createdAt, work };
      return {
        id,
        connection,
        statement: insertDelivery(ctx.env.DB, {
          ...row,
          seq: deliverySeq(createdAt, place),
          eventId: delivery.eventId ?? "",
          personId: delivery.work.personId ?? delivery.holder ?? null,
        }),
        laneWork: { id, generation: 0, line, action, createdAt, work },
      };
    }),
  );
}

/** Gives written deliveries to their lanes, one call per connection unless they are large. A lane that fails is asked once more, since
 *  a new version ends what is under way and the next of the line must not overtake; then it is logged, and the sweep will come back to it. */
export async function handOver(
  ctx: Context,
  prepared: readonly { readonly connection: string; readonly laneWork: LaneWork }[],
): Promise<void> {
  const byConnection = Map.groupBy(prepared, ({ connection }) => connection);
  await Promise.all(
    [...byConnection].map(async ([connection, items]) => {
      try {
        for (const portion of portionsOf(items.map(({ laneWork }) => laneWork))) {
          const hand = (): Promise<void> => laneOf(ctx.env, connection).take(connection, packWork(portion));
          await hand().catch(hand);
        }
      } catch (failure) {
        ctx.log("error", "delivery.hand_over.failed", { connection, count: items.length, error: String(failure) });
      }
    }),
  );
}

/** Writes the deliveries in one batch and hands them over. Throws when D1 did not take them: then nothing was promised. */
export async function enqueueDeliveries(ctx: Context, deliveries: readonly NewDelivery[]): Promise<DeliveryId[]> {
  if (deliveries.length === 0) return [];
  const prepared = await prepareDeliveries(ctx, deliveries);
  await ctx.env.DB.batch(prepared.map(({ statement }) => statement));
  await handOver(ctx, prepared);
  return prepared.map(({ id }) => id);
}
