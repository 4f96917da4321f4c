/** The sweep, once a minute and at a local start: hands deliveries that are still `queued` in D1 after a minute to their lanes again, in case the
 *  hand-over was lost, and wakes every lane with unfinished work. What no event caused is handed over at once: the inbox repeats the hand-over of what a
 *  rule made, of a login's messages and webhooks only the sweep does. Each lane keeps the bookmark up to which it was swept, so a backlog of ten thousand is read once and not
 *  every minute; taking the same work twice changes nothing. */
import { type Context, laneOf } from "../context.ts";
import { unfinishedConnections } from "../store/deliveries.ts";
import { deliverySeq } from "../store/new-deliveries.ts";
import { type QueuedRow, queuedAlone, queuedBetween } from "../store/replays.ts";
import { laneWorkOf } from "./lane-work.ts";
import { packWork, portionsOf } from "./lane/packed-work.ts";

const GRACE_MS = 60_000;
/** Read at once they must fit into the Worker's memory, however large each is; a page costs two of the 50 subrequests of the free plan. */
const PAGE = 100;
const MOST_PAGES = 10;

/** At most ten pages of 100 per connection and minute; the bookmark keeps the place. One lane that fails is logged and does not stop the others. */
export async function sweepDeliveries(ctx: Context): Promise<{ handedOver: number }> {
  let handedOver = 0;
  for (const connection of await unfinishedConnections(ctx.env.DB)) {
    try {
      handedOver += await sweepConnection(ctx, connection);
    } catch (failure) {
      ctx.log("error", "sweep.lane.failed", { connection, error: String(failure) });
    }
  }
  return { handedOver };
}

/** Goes on from the lane's own mark, so what was swept once is not read again; the newest moments are left to whoever has just
 *  written them. A lane passes over what it holds already. */
async function sweepConnection(ctx: Context, connection: string): Promise<number> {
  const until = deliverySeq(ctx.clock() - GRACE_MS, 999);
  let after = (await laneOf(ctx.env, connection).wake()).sweptTo;
  let handedOver = 0;
  for (let page = 0; page < MOST_PAGES && after < until; page += 1) {
    const slice = await queuedBetween(ctx.env.DB, connection, { after, until, limit: PAGE });
    await hand(ctx, connection, slice);
    handedOver += slice.rows.length;
    after = slice.until;
  }
  const alone = await queuedAlone(ctx.env.DB, connection, until, PAGE);
  if (alone.length > 0) await hand(ctx, connection, { rows: alone });
  return handedOver;
}

/** In calls that a lane can take; the last one moves its bookmark. */
async function hand(
  ctx: Context,
  connection: string,
  slice: { readonly rows: readonly QueuedRow[]; readonly until?: number },
): Promise<void> {
  const lane = laneOf(ctx.env, connection);
  const portions = portionsOf(await Promise.all(slice.rows.map((row) => laneWorkOf(ctx, row))));
  for (const [n, portion] of portions.entries()) {
    await lane.take(connection, packWork(portion), n === portions.length - 1 ? slice.until : undefined);
  }
}

/** Tells every lane with unfinished work to look again, now: after a restart, or when a configuration was saved that may have enabled them. */
export async function wakeLanes(ctx: Context): Promise<void> {
  const waiting = await unfinishedConnections(ctx.env.DB);
  await Promise.all(waiting.map((connection) => laneOf(ctx.env, connection).wake()));
}
