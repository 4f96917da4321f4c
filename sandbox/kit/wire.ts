/** What a vendor double is: a function from a request and its own memory to a reply. No sockets, no clock: the time comes with the request. */

/** A call as the double sees it. `path` starts after the vendor's prefix, `target` is path and query as they stood on the wire; `at` is epoch ms;
 *  `parsed` is the body by its declared type, else null. */
export type SandboxRequest = {
  at: number;
  method: string;
  target: string;
  path: string;
  segments: string[];
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
  parsed: unknown;
};

export type SandboxReply = { status: number; headers: Record<string, string>; body: string };

export type Vendor<State> = {
  open: () => State;
  answer: (request: SandboxRequest, state: State) => SandboxReply;
  /** Adds to the memory what a test or a demonstration needs to find there. */
  seed?: (input: unknown, state: State) => void;
  /** Unfolds an encoded body for the reader of the call list. */
  unfold?: (request: SandboxRequest) => unknown;
};

export function json(body: unknown, status = 200): SandboxReply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
  };
}

export function text(body: string, status = 200): SandboxReply {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

export function html(body: string, status = 200): SandboxReply {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

export function escapeHtml(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
