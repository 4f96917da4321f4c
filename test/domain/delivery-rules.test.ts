import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRetryAfter, retryAfterMs, retryDelayMs } from "../../src/domain/backoff.ts";
import { CLOSED, afterFailure, allowedInFlight, reopened } from "../../src/domain/breaker.ts";
import { canonicalJson, contentText } from "../../src/domain/canonical.ts";
import { echoesOf } from "../../src/domain/echo.ts";
import { type SettleInput, settle } from "../../src/domain/settle.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("retry times", () => {
  it("stay within 20 % of the schedule and spread a thousand failures of one moment over at least a fifth of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 604_800 }), random, (seconds, chance) => {
        const delay = retryDelayMs([seconds], 1, chance) ?? Number.NaN;
        expect(delay).toBeGreaterThanOrEqual(seconds * 800);
        expect(delay).toBeLessThanOrEqual(seconds * 1_200);
      }),
    );
    expect((retryDelayMs([5], 1, 0.999) ?? 0) - (retryDelayMs([5], 1, 0) ?? 0)).toBeGreaterThan(1_000);
    expect(retryDelayMs([5], 2, 0.5)).toBeNull();
  });

  it("never undercut what the vendor asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 604_800 }), random, (seconds, chance) => {
        expect(retryAfterMs(seconds, chance)).toBeGreaterThanOrEqual(seconds * 1_000);
      }),
    );
  });

  it("read Retry-After as seconds or as a date, and nothing else", () => {
    const now = Date.parse("2026-03-01T00:00:00Z");
    expect(parseRetryAfter("5", now)).toBe(5);
    expect(parseRetryAfter("Sun, 01 Mar 2026 00:02:00 GMT", now)).toBe(120);
    expect(parseRetryAfter("Sun, 01 Feb 2026 00:00:00 GMT", now)).toBe(0);
    for (const none of [undefined, "", "soon"]) expect(parseRetryAfter(none, now)).toBeNull();
  });
});

const given: SettleInput = {
  judged: { outcome: "retry", reason: "busy" },
  status: 503,
  repeatable: true,
  attempts: 1,
  schedule: [5],
  retryAfterSeconds: null,
  cancelled: false,
  now: 0,
  random: 0.5,
};

describe("settling an attempt", () => {
  it("retries by the schedule, or later when the vendor asks for it, and ends with the vendor's reason", () => {
    expect(settle(given)).toEqual({ state: "retrying", reason: "busy", nextAt: 4_975 });
    expect(settle({ ...given, retryAfterSeconds: 60 })).toMatchObject({ nextAt: 63_000 });
    expect(settle({ ...given, retryAfterSeconds: 1 })).toMatchObject({ nextAt: 4_975 });
    expect(settle({ ...given, attempts: 2 })).toEqual({ state: "dead", reason: "busy" });
  });

  it("comes back within a week however long a wait the vendor names", () => {
    const judged = { outcome: "retry", reason: "rate_limited", afterSeconds: 1e16 } as const;
    expect(settle({ ...given, judged, random: 0 })).toMatchObject({ nextAt: 604_800_000 });
    expect(settle({ ...given, retryAfterSeconds: 99_999_999, random: 0 })).toMatchObject({ nextAt: 604_800_000 });
  });

  it("does not repeat what must not be done twice unless it certainly was not done", () => {
    for (const status of [0, 500, 503]) {
      expect(settle({ ...given, repeatable: false, status })).toEqual({ state: "dead", reason: "unknown_outcome" });
    }
    expect(settle({ ...given, repeatable: false, status: 429 })).toMatchObject({ state: "retrying" });
  });

  it("takes a success for a success even when it was cancelled meanwhile", () => {
    expect(settle({ ...given, cancelled: true, judged: { outcome: "delivered" } })).toEqual({ state: "delivered" });
    expect(settle({ ...given, cancelled: true })).toEqual({ state: "cancelled", reason: "cancelled" });
  });
});

describe("the circuit", () => {
  const failed = (lines: readonly string[], from = CLOSED) => lines.reduce((state, line) => afterFailure(state, line, 0), from);
  const many = (n: number, lines: number) => Array.from({ length: n }, (_, at) => `line ${at % lines}`);

  it("opens after ten failures of five lines, not before and not by one line alone", () => {
    expect(failed(many(9, 5)).openUntil).toBeNull();
    expect(failed(many(10, 4)).openUntil).toBeNull();
    expect(failed(many(100, 1)).openUntil).toBeNull();
    expect(failed(many(10, 5)).openUntil).toBe(1_000);
  });

  it("lets one probe through at a time, ever more rarely, every fifteen seconds at last", () => {
    let state = failed(many(10, 5));
    const pauses: number[] = [];
    for (let probe = 0; probe < 12; probe += 1) {
      const at = state.openUntil ?? 0;
      expect(allowedInFlight(state, 6, at - 1)).toBe(0);
      expect(allowedInFlight(state, 6, at)).toBe(1);
      state = afterFailure(state, "line 0", at);
      pauses.push((state.openUntil ?? 0) - at);
    }
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(15_000);
    expect(allowedInFlight(CLOSED, 6, 0)).toBe(6);
    expect(allowedInFlight(reopened(5), 6, 5)).toBe(1);
  });

  it("does not count requests that left before it opened as failed probes", () => {
    const open = failed(many(10, 5));
    expect(afterFailure(open, "late", 500).openUntil).toBe(open.openUntil);
  });
});

describe("what is compared", () => {
  it("has one text for one content, in whatever order its keys came", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (content) => {
        const turned = Object.fromEntries(Object.entries(content).toReversed());
        expect(canonicalJson(turned)).toBe(canonicalJson(content));
      }),
    );
  });

  it("tells two sales with different tids apart in a postback", () => {
    const sale = (tid: string) => contentText("postback", "per_1", { status: "sale" }, { amount: "1", currency: "USD", tid });
    expect(sale("1")).not.toBe(sale("2"));
    expect(sale("1")).toBe(sale("1"));
  });

  it("O-01 an echo is a written field under our name, the vendor's title and the identifier's name; messages have none", () => {
    const written = echoesOf("set_fields", { fields: { salebot_id: " 77 ", empty: "" } }, { salebot_id: "sb_294495_id" });
    expect(written).toEqual(["salebot_id", "sb_294495_id", "client_id"].map((name) => ({ name, value: "77", shared: true })));
    expect(echoesOf("set_fields", { fields: { stage: "VIP" } }, {})).toEqual([{ name: "stage", value: "vip", shared: false }]);
    expect(echoesOf("callback", { message: "hi", variables: { a: "1" } }, {})).toEqual([]);
  });
});
