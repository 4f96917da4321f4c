/** Deliveries on their way to a lane. */
import { packCall, unpackCall } from "../../lib/packed-call.ts";
import type { LaneWork } from "../../rpc.ts";

/** A delivery whose sealed order is told by its length. */
type Line = Omit<LaneWork, "work"> & { readonly work: number };

export const packWork = (items: readonly LaneWork[]): ArrayBuffer =>
  packCall(
    items.map((item): Line => ({ ...item, work: item.work.byteLength })),
    items.map(({ work }) => work),
  );

export function unpackWork(packed: ArrayBuffer): LaneWork[] {
  const { head, take } = unpackCall(packed);
  return (head as readonly Line[]).map((line): LaneWork => ({ ...line, work: take(line.work) }));
}
