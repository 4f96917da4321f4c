import { describe, expect, it } from "vitest";
import { factKey } from "../../src/domain/intake.ts";
import { factsOf } from "../kit/facts.ts";

const silent = { money: { amount: null, paidTotal: null, currency: null }, tid: null };
const windowOf = (changes: Parameters<typeof factsOf>[0]): number | null =>
  factKey({ duplicates: "update" }, factsOf({ key: null, ...changes }), () => "content").windowMs;

describe("the same content without an id of its own", () => {
  it.each(["payment", "registration", "bot_start", "order", "withdrawal"])("is one %s for ten minutes", (type) => {
    expect(windowOf({ type, ...silent })).toBe(600_000);
  });

  it("is one fact for ten minutes whatever its name when money is in it", () => {
    expect(windowOf({ type: "sumdep" })).toBe(600_000);
  });

  it.each(["ask", "message", "identify"])("may be said again as %s: a bot asks until the answer has changed", (type) => {
    expect(windowOf({ type, ...silent })).toBe(1_000);
  });

  it("does not matter where the sender names the fact", () => {
    expect(windowOf({ type: "ask", key: "id:1" })).toBeNull();
  });
});
