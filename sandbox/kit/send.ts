import type { ServerResponse } from "node:http";
import type { SandboxReply } from "./wire.ts";

export function send(response: ServerResponse, reply: SandboxReply): void {
  response.writeHead(reply.status, {
    ...reply.headers,
    "content-length": String(Buffer.byteLength(reply.body)),
  });
  response.end(reply.body);
}

/** A TCP reset, not a polite close: the client can tell neither how far the call got nor whether an answer was on its way. */
export function cut(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Announces twice the body, sends one, closes. */
export function sendHalf(response: ServerResponse, reply: SandboxReply): void {
  const announced = String(Buffer.byteLength(reply.body) * 2 + 1);
  response.writeHead(reply.status, { ...reply.headers, "content-length": announced });
  response.write(reply.body, () => response.socket?.destroy());
}
