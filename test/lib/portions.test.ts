import fc from "fast-check";
import { expect, it } from "vitest";
import { portions } from "../../src/lib/portions.ts";

const own = (size: number): number => size;

it("items keep their order and come in as few parts as fit; one that is too large stands alone", () => {
  expect(portions([4, 4, 3, 20, 1], own, 10)).toEqual([[4, 4], [3], [20], [1]]);
  expect(portions([1, 1, 1], own, 10, 2)).toEqual([[1, 1], [1]]);
  expect(portions([], own, 10)).toEqual([]);
});

it("nothing is lost, no part is over the limits, and no part could have taken the first of the next", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12)), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 4 }), (items, most, count) => {
      const parts = portions(items, own, most, count);
      const sizeOf = (part: readonly number[]): number => part.reduce((sum, size) => sum + size, 0);
      expect(parts.flat()).toEqual(items);
      for (const [place, part] of parts.entries()) {
        expect(part.length === 1 || (part.length <= count && sizeOf(part) <= most)).toBe(true);
        const [next] = parts[place + 1] ?? [];
        expect(next === undefined || part.length === count || sizeOf(part) + next > most).toBe(true);
      }
    }),
  );
});
