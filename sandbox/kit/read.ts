import type { IncomingMessage } from "node:http";
import { parseJson } from "./values.ts";
import type { SandboxRequest } from "./wire.ts";

/** Reads only what the declared content type allows, as the vendors do: JSON labelled as text is not understood, and that is what an integrator must see. */
function parseBody(body: string, contentType: string): unknown {
  if (contentType.includes("json")) return parseJson(body) ?? null;
  if (contentType.includes("x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(body));
  return null;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

/** The head of a call: everything but the body, with `prefix` (the vendor) split off the path. */
export function readHead(message: IncomingMessage): { prefix: string; head: SandboxRequest } {
  const url = new URL(message.url ?? "/", "http://sandbox");
  const [prefix = "", ...rest] = url.pathname.slice(1).split("/");
  const target = (message.url ?? "/").slice(prefix.length + 1) || "/";
  return {
    prefix,
    head: {
      at: Date.now(),
      method: message.method ?? "GET",
      target,
      path: `/${rest.join("/")}`,
      segments: rest.filter((segment) => segment !== "").map(decodeSegment),
      query: Object.fromEntries(url.searchParams),
      headers: plainHeaders(message),
      body: "",
      parsed: null,
    },
  };
}

export async function readBody(message: IncomingMessage, head: SandboxRequest): Promise<SandboxRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  return { ...head, body, parsed: parseBody(body, head.headers["content-type"] ?? "") };
}
