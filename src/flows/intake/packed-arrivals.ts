/** Arrivals on their way to the inbox: one buffer a call, because copying it is cheaper than walking objects
 *  (`lib/packed-call.ts`). Both ends are this file, of one deployment; nothing packed is ever stored. */
import { packCall, unpackCall } from "../../lib/packed-call.ts";
import type { Arrival } from "../../rpc.ts";

/** An arrival whose sealed parts are told by their lengths. */
type Line = Omit<Arrival, "facts" | "raw"> & { readonly facts: number; readonly raw: number | null };

/** In order; the answers come in the same. */
export function packArrivals(arrivals: readonly Arrival[]): ArrayBuffer {
  const lines = arrivals.map((arrival): Line => ({
    ...arrival,
    facts: arrival.facts.byteLength,
    raw: arrival.raw === null ? null : arrival.raw.byteLength,
  }));
  return packCall(
    lines,
    arrivals.flatMap(({ facts, raw }) => (raw === null ? [facts] : [facts, raw])),
  );
}

/** Trusts what it gets: only this Worker can call the inbox. */
export function unpackArrivals(packed: ArrayBuffer): Arrival[] {
  const { head, take } = unpackCall(packed);
  return (head as readonly Line[]).map((line): Arrival => ({
    ...line,
    facts: take(line.facts),
    raw: line.raw === null ? null : take(line.raw),
  }));
}
