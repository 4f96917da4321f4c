/** The one place from which a vendor is called. The address is judged again here, because a template, a secret or a vendor's answer may have put
 *  it together; redirects are never followed (O-06); nothing waits longer than the connection's timeout, the reading of the reply included; at
 *  most 64 KiB of a reply are read. What failed is told as a word, never as the error's text: that may hold the URL, and so a key. */
import type { Context } from "../context.ts";
import type { OutgoingRequest, Reply } from "../connectors/connector.ts";
import { judgeAddress } from "../lib/address-guard.ts";

/** Whether anything left. A vendor that did not answer is `sent` with a reply of status 0: it may have taken the request all the
 *  same. */
export type Sent =
  | { readonly sent: true; readonly reply: Reply }
  /** No request left: the address may not be called, or the platform allows this invocation no further requests. */
  | { readonly sent: false; readonly why: "address_refused" | "budget_spent" };

/** `idempotencyKey` goes out as `Idempotency-Key` unless the request has its own; `replay` as `x-replay: 1`. */
export type SendOptions = {
  readonly timeoutMs: number;
  readonly idempotencyKey: string;
  readonly replay: boolean;
};

const LARGEST_REPLY = 64 * 1_024;
const SLICES = 10;
const LAST_LOOK_MS = 20;
const OUT_OF_BUDGET = /subrequest/i;

/** Never throws for what the vendor or the network does: that is a reply with `status: 0`. */
export async function sendRequest(ctx: Context, request: OutgoingRequest, options: SendOptions): Promise<Sent> {
  const address = judgeAddress(request.url, ctx.settings.local);
  if (!address.ok) return { sent: false, why: "address_refused" };
  const sent = new Headers(request.headers);
  if (!sent.has("idempotency-key")) sent.set("idempotency-key", options.idempotencyKey);
  if (!sent.has("user-agent")) sent.set("user-agent", "throughline");
  if (options.replay) sent.set("x-replay", "1");
  const limit = newTimeLimit(options.timeoutMs);
  try {
    const response = await ctx.fetch(address.value.href, {
      method: request.method,
      headers: sent,
      redirect: "manual",
      signal: limit.signal,
      ...(request.body === null ? {} : { body: request.body }),
    });
    const headers = Object.fromEntries(response.headers);
    const body = await (isShort(headers) ? response.text() : readCapped(response));
    return { sent: true, reply: { status: response.status, headers, body, failure: null } };
  } catch (failure) {
    if (failure instanceof Error && OUT_OF_BUDGET.test(failure.message)) return { sent: false, why: "budget_spent" };
    return { sent: true, reply: { status: 0, headers: {}, body: "", failure: limit.signal.aborted ? "timeout" : "network" } };
  } finally {
    limit.end();
  }
}

/** A process that is held up (one thread serves everything) hears nobody meanwhile, and its timers ring at the moment when what came is only about to
 *  be read. So the wait is counted in slices, each for its own length however long it took, and before the end there is one look at what came last: a
 *  reply that came in time is never a timeout.
 *  `AbortSignal.timeout` would not do either: it keeps its timer until it fires, however early the reply came; an object may have 10,000 timers at once
 *  (measured), so a lane that is quick beside a long timeout would stop sending. This one ends with its request. */
function newTimeLimit(ms: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  let left = SLICES;
  const ring = (): void => {
    left -= 1;
    if (left < 0) controller.abort();
    else timer = setTimeout(ring, left === 0 ? LAST_LOOK_MS : Math.ceil(ms / SLICES));
  };
  let timer = setTimeout(ring, Math.ceil(ms / SLICES));
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

/** Told to be so short that it may be read whole: a reader costs more than the rest of a request. The runtime holds a vendor to the length it told,
 *  unless the body is packed or comes in chunks, whatever length stands beside them (RFC 9112 §6.3). */
const isShort = (headers: Reply["headers"]): boolean =>
  /^\d{1,5}$/.test(headers["content-length"] ?? "") &&
  Number(headers["content-length"]) <= LARGEST_REPLY &&
  headers["content-encoding"] === undefined &&
  headers["transfer-encoding"] === undefined;

/** The first 64 KiB as text; the rest is refused, so that an endless reply costs nothing. */
async function readCapped(response: Response): Promise<string> {
  if (!response.body) return "";
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = LARGEST_REPLY;
  while (left > 0) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    const part = value.subarray(0, left);
    left -= part.byteLength;
    text += decoder.decode(part, { stream: true });
  }
  await reader.cancel().catch(() => null);
  return text;
}
