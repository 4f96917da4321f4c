/** Any HTTP address by template. The connection's own headers hold its secrets, so they go only to the connection's own origin: a rule that names
 *  another address takes nothing along. Success is a 2xx whose JSON, if it is any, does not say no. */
import { contentTypeOf } from "../../domain/render-parameters.ts";
import { membersOf } from "../../lib/record.ts";
import { err, ok } from "../../lib/result.ts";
import type { Action, Destination, OutgoingRequest } from "../connector.ts";
import { parsedBody, undocumentedPlan } from "../replies.ts";
import { headerValue, rebased, textOf, textsOf } from "../requests.ts";

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Set by the connection itself; a rule that sets them only breaks the request. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "expect",
  "upgrade",
]);

/** A value of two dots in the path: no escape keeps an address from climbing by it, and the request would go to another place of the same host. */
const CLIMBING = /^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

/** A relative `url` in a rule is resolved against the connection's. The result is judged by `lib/address-guard` when it is sent: a template may have
 *  put a person's value into the host. */
const request: Action<"http"> = (input) => {
  const { connection, parameters } = input;
  const given = textOf(parameters["url"])?.trim() ?? connection.url;
  const url = URL.parse(given ?? "", connection.url);
  const method = methodOf(textOf(parameters["method"]));
  // A value put into the host is escaped (`10.0.0.1%3A80`), and no host has an escape.
  if (!url || CLIMBING.test(given ?? "")) return err({ reason: given === undefined ? "not_configured: url" : "address_refused" });
  if (method === null) return err({ reason: "rejected: unknown method" });
  const ownOrigin = connection.url === undefined || URL.parse(connection.url)?.origin === url.origin;
  const headers: Record<string, string> = {};
  for (const [name, value] of [...(ownOrigin ? Object.entries(connection.headers) : []), ...textsOf(parameters["headers"])]) {
    const lower = name.trim().toLowerCase();
    if (!HEADER_NAME.test(lower)) return err({ reason: "rejected: bad header name" });
    if (!HOP_HEADERS.has(lower)) headers[lower] = headerValue(value);
  }
  const type = contentTypeOf(headers);
  const body = method === "GET" ? null : bodyOf(parameters["body"], type);
  if (body !== null && type === "") headers["content-type"] = body.type;
  const address = rebased(url.href, connection.base_url);
  return ok(undocumentedPlan(input, { method, url: address, headers, body: body?.text ?? null }));
};

/** POST unless said otherwise; null for what no destination may be asked. */
function methodOf(name: string | null): OutgoingRequest["method"] | null {
  const upper = (name ?? "POST").trim().toUpperCase();
  return upper === "GET" || upper === "POST" || upper === "PUT" || upper === "PATCH" || upper === "DELETE" ? upper : null;
}

/** A text is sent as it is; anything else as JSON, or as the form that the rule's headers say it is. */
function bodyOf(body: unknown, type: string): { readonly text: string; readonly type: string } | null {
  if (body === undefined || body === null || body === "") return null;
  if (typeof body !== "string") {
    const form = typeof body === "object" && type.startsWith("application/x-www-form-urlencoded");
    const text = form ? new URLSearchParams(fieldsOf(body)).toString() : JSON.stringify(body);
    return { text, type: "application/json" };
  }
  const json = typeof parsedBody(body) === "object";
  return { text: body, type: json ? "application/json" : "text/plain; charset=utf-8" };
}

/** Every member is a field; what is no text of its own goes as JSON, so that nothing of the rule's body is lost. */
const fieldsOf = (body: unknown): [string, string][] =>
  Object.entries(membersOf(body)).map(([name, value]) => [
    name,
    typeof value === "string" ? value : value === null ? "" : JSON.stringify(value),
  ]);

/** One action for any method. GET has no body, whatever the rule gives. */
export const httpDestination = { request } satisfies Destination<"http">;
