import * as fc from "fast-check";
import { expect, it } from "vitest";
import { packArrivals, unpackArrivals } from "../../src/flows/intake/packed-arrivals.ts";
import type { Arrival } from "../../src/rpc.ts";

const bytes = fc.uint8Array({ maxLength: 300 }).map((given) => new Uint8Array(given).buffer);
const arrival: fc.Arbitrary<Arrival> = fc.record({
  id: fc.constant("evt_1" as const),
  connection: fc.string(),
  type: fc.string({ unit: "grapheme" }),
  receivedAt: fc.maxSafeNat(),
  fact: fc.string(),
  told: fc.option(fc.string()),
  state: fc.string(),
  windowMs: fc.option(fc.nat()),
  keepUntil: fc.maxSafeNat(),
  verdict: fc.constantFrom("accepted", "quarantined", "preview"),
  cause: fc.option(fc.string()),
  field: fc.option(fc.string({ unit: "grapheme" })),
  rules: fc.boolean(),
  perSecond: fc.option(fc.nat()),
  facts: bytes,
  raw: fc.option(bytes),
});

it("what is packed comes out the same, in the same order", () => {
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 5 }), (arrivals) => {
      expect(unpackArrivals(packArrivals(arrivals))).toEqual(arrivals);
    }),
    { numRuns: 200 },
  );
});
