import { joinBytes } from "../crypto.ts";

/** What a body that breaks off throws: nobody waits for an answer, and nothing of ours is broken. */
export const CUT_SHORT = "the sender left before the end of the body";

/** The bytes of a body of at most `maxBytes`. One that announces more is refused unread; one without Content-Length is counted while it streams and
 *  refused as soon as it passes. null = too large; the rest is for `letBy`. Throws CUT_SHORT. */
export async function readLimited(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? "0") > maxBytes) return null;
  try {
    // The runtime holds a sender to the length it announced, so an announced body needs no counting: four times cheaper than a reader.
    if (announced !== null) return new Uint8Array(await request.arrayBuffer());
    return request.body ? await readStream(request.body, maxBytes) : new Uint8Array(0);
  } catch {
    throw new Error(CUT_SHORT);
  }
}

const MOST_UNWANTED_BYTES = 8 * 1024 * 1024;

/** What nobody read of a body, unkept: the runtime closes a connection whose body was not read, and its sender meets the reset instead of the
 *  answer, or with the next event. A huge one is not followed to its end. */
export async function letBy(request: Request): Promise<void> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  // A body that was read is locked for good.
  if (body === null || body.locked) return;
  let left = MOST_UNWANTED_BYTES;
  for await (const chunk of body) {
    left -= chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (left < 0) break;
  }
}

/** A gzip body unpacked, told by its first bytes as everything here is; any other as it is. null = too large once unpacked: a small body may
 *  hold gigabytes of nothing. A damaged one is left packed and found unreadable later, raw and kept. */
export async function unpacked(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | null> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Response(bytes).body?.pipeThrough(new DecompressionStream("gzip"));
    const plain = await readStream(stream, maxBytes);
    if (plain === null) await stream?.cancel();
    return plain;
  } catch {
    return bytes;
  }
}

/** null = more than `maxBytes`; the rest is still in the stream. */
async function readStream(stream: ReadableStream | undefined, maxBytes: number): Promise<Uint8Array | null> {
  const reader = (stream ?? new ReadableStream()).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const step: { readonly done: boolean; readonly value?: unknown } = await reader.read();
    if (step.done || !(step.value instanceof Uint8Array)) break;
    size += step.value.byteLength;
    if (size > maxBytes) {
      reader.releaseLock();
      return null;
    }
    chunks.push(step.value);
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : joinBytes(chunks);
}
