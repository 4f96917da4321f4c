import { describe, expect, it } from "vitest";
import { EMPTY_EVENT, type NewEvent } from "../../src/domain/event.ts";
import { factKey } from "../../src/domain/intake.ts";
import { factsOf } from "../kit/facts.ts";

const silent = { money: { amount: null, paidTotal: null, currency: null }, tid: null };
const windowOf = (changes: Partial<NewEvent>): number | null =>
  factKey({ duplicates: "update" }, { ...EMPTY_EVENT, ...factsOf(), ...changes }, () => "content").windowMs;

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
