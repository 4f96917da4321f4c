import { runInDurableObject } from "cloudflare:test";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openPace } from "../../src/flows/lane/pace.ts";
import type { Lane } from "../../src/lane.ts";
import { laneStub } from "../kit/lane.ts";

/** Send times of `count` requests at the earliest moments the pace allows, on a clock of its own; the object is restarted after `restartAfter`. */
function sendTimes(sql: SqlStorage, perSecond: number, count: number, restartAfter: number, from: number): number[] {
  let pace = openPace(sql);
  let now = from;
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    if (n === restartAfter) pace = openPace(sql);
    now += pace.waitMs(perSecond, now);
    const place = pace.take(perSecond, "a", now);
    times.push(now);
    place.answered(now);
  }
  return times;
}

describe("the pace", () => {
  it("holds in every sliding second, also across a restart, and uses at least 98 % of the allowance", async () => {
    await runInDurableObject(laneStub("pace"), (_lane: Lane, state) => {
      let from = 0;
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (perSecond, restartAfter) => {
          from += 1_000_000;
          const seconds = 20;
          const times = sendTimes(state.storage.sql, perSecond, perSecond * seconds + 1, restartAfter, from);
          for (let n = perSecond; n < times.length; n += 1) {
            expect((times[n] ?? 0) - (times[n - perSecond] ?? 0)).toBeGreaterThanOrEqual(1_000);
          }
          expect(((times.at(-1) ?? 0) - from) / 1_000).toBeLessThanOrEqual(seconds / 0.98);
        }),
        { numRuns: 20 },
      );
    });
  });

  it("holds the place of a request that was held up on its way: it arrived as much later", async () => {
    await runInDurableObject(laneStub("held-up"), (_lane: Lane, state) => {
      const pace = openPace(state.storage.sql);
      for (let n = 0; n < 30; n += 1) pace.take(1, "a", n * 2_000).answered(n * 2_000 + 5);
      const place = pace.take(1, "a", 100_000);
      expect(pace.waitMs(1, 101_200)).toBeGreaterThan(0);
      place.answered(101_205);
      expect(pace.waitMs(1, 101_300)).toBeGreaterThanOrEqual(700);
    });
  });

  it("holds it a second from there, also when the reply came near the end of the longest wait", async () => {
    await runInDurableObject(laneStub("held-up-long"), (_lane: Lane, state) => {
      const pace = openPace(state.storage.sql);
      pace.take(1, "a", 100_000).answered(101_900);
      expect(pace.waitMs(1, 101_900)).toBeGreaterThanOrEqual(1_000);
      expect(openPace(state.storage.sql).waitMs(1, 101_900)).toBeGreaterThanOrEqual(1_000);
    });
  });

  it("does not hold the places of a vendor that is always slow", async () => {
    await runInDurableObject(laneStub("always-slow"), (_lane: Lane, state) => {
      const pace = openPace(state.storage.sql);
      for (let n = 0; n < 30; n += 1) pace.take(1, "a", n * 5_000).answered(n * 5_000 + 3_000);
      pace.take(1, "a", 200_000);
      expect(pace.waitMs(1, 201_250)).toBe(0);
    });
  });

  it("below one a second keeps the whole distance", async () => {
    await runInDurableObject(laneStub("slow"), (_lane: Lane, state) => {
      const times = sendTimes(state.storage.sql, 0.1, 4, 2, 0);
      for (let n = 1; n < times.length; n += 1) expect((times[n] ?? 0) - (times[n - 1] ?? 0)).toBeGreaterThanOrEqual(10_000);
    });
  });

  it("gives a place to whoever waits for it before all others, and none where none falls free in time", async () => {
    await runInDurableObject(laneStub("guests"), async (_lane: Lane, state) => {
      const pace = openPace(state.storage.sql);
      let now = 1_000;
      const clock = (): number => (now += 1);
      pace.take(1, "a", now).answered(now);
      expect(await pace.admit(1, 1_500, () => (now += 100))).toBe(false);
      const waiting = pace.admit(1, 60_000, clock);
      expect(pace.waitMs(1, 10_000)).toBeGreaterThan(0);
      now = 10_000;
      expect(await waiting).toBe(true);
      expect(pace.waitMs(1, now)).toBeGreaterThanOrEqual(1_000);
      expect(openPace(state.storage.sql).waitMs(1, now)).toBeGreaterThanOrEqual(1_000);
      expect(pace.waitMs(1, 20_000)).toBe(0);
    });
  });
});
