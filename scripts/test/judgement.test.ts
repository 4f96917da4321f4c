import { describe, expect, it } from "vitest";
import type { Call } from "../../sandbox/kit/calls.ts";
import { judge } from "../chaos/judgement.ts";
import { repeatsOf } from "../kill/repeats.ts";

const call = (n: number, given: Partial<Call> = {}): Call => ({
  seq: n,
  at: 0,
  vendor: "site",
  method: "POST",
  target: "/up",
  path: "/up",
  query: {},
  headers: { "idempotency-key": `dlv_${n}` },
  body: String(n),
  parsed: { who: "7", n: String(n) },
  fault: null,
  applied: true,
  reply: { status: 200, body: "" },
  ...given,
});

describe("the judgement of a chaos run", () => {
  it("counts losses, repeats and inversions per person", () => {
    const calls = [call(1), call(3), call(2), call(3), call(4, { applied: false }), call(5, { path: "/down" })];
    expect(judge("up", calls, new Map([["7", [1, 2, 3, 4]]]))).toEqual({
      destination: "up",
      expected: 4,
      lost: 1,
      repeated: 1,
      inversions: 1,
    });
  });
});

describe("repeats at a vendor", () => {
  it("are requests that it had acted on and got again under the same delivery id", () => {
    const calls = [call(1), call(1), call(2, { applied: false }), call(2), call(3, { headers: {} }), call(3, { headers: {} })];
    expect(repeatsOf(calls)).toEqual({ calls: 3, repeated: 1 });
  });
});
