/** Arrivals on their way to the inbox as one buffer: a line of JSON and the sealed bytes behind it. A call with one buffer costs the runtime a fifth
 *  less than the same call with an array of objects, and the front door's budget is counted in such things. */
import { fromUtf8, utf8 } from "../../lib/crypto.ts";
import type { Arrival } from "../../rpc.ts";

/** An arrival whose sealed parts are told by their lengths. */
type Line = Omit<Arrival, "facts" | "raw"> & { readonly facts: number; readonly raw: number | null };

const LENGTH_BYTES = 4;

export function packArrivals(arrivals: readonly Arrival[]): ArrayBuffer {
  const lines = arrivals.map((arrival): Line => ({
    ...arrival,
    facts: arrival.facts.byteLength,
    raw: arrival.raw === null ? null : arrival.raw.byteLength,
  }));
  const head = utf8(JSON.stringify(lines));
  const sealed = arrivals.flatMap(({ facts, raw }) => (raw === null ? [facts] : [facts, raw]));
  const bytes = new Uint8Array(sealed.reduce((sum, part) => sum + part.byteLength, LENGTH_BYTES + head.length));
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, LENGTH_BYTES);
  let at = LENGTH_BYTES + head.length;
  for (const part of sealed) {
    bytes.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return bytes.buffer;
}

export function unpackArrivals(packed: ArrayBuffer): Arrival[] {
  const headLength = new DataView(packed).getUint32(0);
  let at = LENGTH_BYTES + headLength;
  const lines = JSON.parse(fromUtf8(new Uint8Array(packed, LENGTH_BYTES, headLength))) as readonly Line[];
  const part = (length: number): ArrayBuffer => {
    at += length;
    return packed.slice(at - length, at);
  };
  return lines.map((line): Arrival => ({ ...line, facts: part(line.facts), raw: line.raw === null ? null : part(line.raw) }));
}
