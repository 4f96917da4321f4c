/** Reasons become HTTP here and nowhere else: RFC 9457 problem documents with a stable `reason` and a link to its documentation. */
import type { Context } from "../context.ts";
import type { FieldError } from "../lib/field-errors.ts";

/** `reason` is stable and documented in docs/errors.md; `detail` is for a person and may change. */
export type ProblemInput = {
  readonly status: number;
  readonly reason: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** Further members of the document, e.g. `attempts_left`. */
  readonly extra?: Readonly<Record<string, unknown>>;
};

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Body too large",
  415: "Unsupported content type",
  422: "Invalid request",
  429: "Too many requests",
  500: "Internal error",
  503: "Temporarily unavailable",
};

const DOCS = "https://github.com/throughline/throughline/blob/main/docs/errors.md#";

/** A problem response. Public wording never tells causes an attacker can probe: `reason` and `detail` are chosen by the caller with that in mind. */
export function problem(ctx: Pick<Context, "requestId">, input: ProblemInput): Response {
  const headers = new Headers({ "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" });
  if (input.retryAfterSeconds !== undefined) headers.set("retry-after", String(Math.max(1, Math.ceil(input.retryAfterSeconds))));
  const document = {
    type: `${DOCS}${input.reason}`,
    title: input.title ?? TITLES[input.status] ?? "Error",
    status: input.status,
    reason: input.reason,
    ...(input.detail === undefined ? {} : { detail: input.detail }),
    request_id: ctx.requestId,
    ...(input.errors === undefined ? {} : { errors: input.errors }),
    ...input.extra,
  };
  return new Response(JSON.stringify(document), { status: input.status, headers });
}

/** 405 with the methods the address takes (RFC 9110 §15.5.6). */
export function notAllowed(ctx: Pick<Context, "requestId">, allowed: readonly string[]): Response {
  const response = problem(ctx, { status: 405, reason: "method_not_allowed" });
  response.headers.set("allow", allowed.join(", "));
  return response;
}

/** A JSON answer; every dynamic response is `no-store`. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
  });
}
