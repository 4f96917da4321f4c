import type { Call } from "../../sandbox/kit/calls.ts";

export type Repeats = { calls: number; repeated: number };

/** A repeat is a request that a vendor had already acted on and got again under the same delivery id; a retry of what it refused is none. */
export function repeatsOf(calls: readonly Call[]): Repeats {
  const applied = calls.filter((call) => call.applied && call.headers["idempotency-key"] !== undefined);
  const distinct = new Set(
    applied.map(({ method, path, query, headers, body }) =>
      JSON.stringify([headers["idempotency-key"], method, path, query, body]),
    ),
  );
  return { calls: applied.length, repeated: applied.length - distinct.size };
}
