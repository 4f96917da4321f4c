/** Deliveries on their way to a lane: one buffer a call, because copying it is cheaper than walking objects
 *  (`lib/packed-call.ts`). Orders stay sealed: whoever hands them over need not be able to read them. */
import { packCall, unpackCall } from "../../lib/packed-call.ts";
import { portions } from "../../lib/portions.ts";
import type { LaneWork } from "../../rpc.ts";

/** A delivery whose sealed order is told by its length. */
type Line = Omit<LaneWork, "work"> & { readonly work: number };

/** A call carries 32 MiB at most, and one order may hold a whole body. */
const MOST_BYTES = 8 * 1024 * 1024;

/** As calls of their own, in the same order; none at all is one empty call. */
export function portionsOf(items: readonly LaneWork[]): LaneWork[][] {
  return items.length === 0 ? [[]] : portions(items, ({ work }) => work.byteLength, MOST_BYTES);
}

/** In the order in which they are to be sent: a lane numbers them as they come. */
export const packWork = (items: readonly LaneWork[]): ArrayBuffer =>
  packCall(
    items.map((item): Line => ({ ...item, work: item.work.byteLength })),
    items.map(({ work }) => work),
  );

/** Trusts what it gets: only this Worker can call a lane. */
export function unpackWork(packed: ArrayBuffer): LaneWork[] {
  const { head, take } = unpackCall(packed);
  return (head as readonly Line[]).map((line): LaneWork => ({ ...line, work: take(line.work) }));
}
