import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FAILS_PER_HOLDER,
  type GuessState,
  HOUR_MS,
  TRIES_PER_PIN,
  judgePhantom,
  judgeRefusal,
  readDigits,
} from "../../src/domain/pin.ts";

const NOW = 1_790_000_000_000;
const LIVE: GuessState = {
  link: { buid: "b1", usedAt: null, endedAt: null, expiresAt: NOW + HOUR_MS },
  seat: { buid: "b1", until: NOW + 600_000, tries: 1, locked: 0, used: null, by: null },
  fails: 1,
  counted: true,
};
type Change = {
  link?: Partial<GuessState["link"]>;
  seat?: Partial<NonNullable<GuessState["seat"]>>;
  fails?: number;
  counted?: boolean;
};
const state = ({ link, seat, ...rest }: Change): GuessState => ({
  ...LIVE,
  ...rest,
  link: { ...LIVE.link, ...link },
  seat: LIVE.seat && { ...LIVE.seat, ...seat },
});

describe("why a guess did not succeed", () => {
  it.each<readonly [string, Change, object]>([
    ["a wrong code", {}, { reason: "pin_invalid", attemptsLeft: 4 }],
    ["the fourth wrong code", { seat: { tries: 4 } }, { reason: "pin_invalid", attemptsLeft: 1 }],
    [
      "the fifth, after which there is a pause",
      { seat: { tries: 5, locked: NOW + 30_000 } },
      { reason: "pin_locked", retryAfterSeconds: 30, attemptsLeft: 0 },
    ],
    ["a try after the pause", { seat: { tries: 5, locked: NOW - 1 }, counted: false }, { reason: "pin_expired" }],
    ["a used code", { seat: { used: NOW - 1 }, counted: false }, { reason: "pin_used" }],
    ["a code that is over", { seat: { until: NOW }, counted: false }, { reason: "pin_expired" }],
    ["a link that is over", { link: { expiresAt: NOW }, counted: false }, { reason: "pin_expired" }],
    ["a link that a logout ended", { link: { endedAt: NOW - 1 }, counted: false }, { reason: "pin_expired" }],
    ["a link whose place a new one took", { seat: { buid: "b2" }, counted: false }, { reason: "pin_replaced" }],
    [
      "a used link whose place a new one took",
      { link: { usedAt: NOW - 1 }, seat: { buid: "b2" }, counted: false },
      { reason: "pin_used" },
    ],
    [
      "an ended link whose place a new one took",
      { link: { endedAt: NOW - 1 }, seat: { buid: "b2" }, counted: false },
      { reason: "pin_expired" },
    ],
    [
      "the hundredth failure of a holder",
      { fails: FAILS_PER_HOLDER, counted: false },
      { reason: "pin_locked", retryAfterSeconds: 3_600, attemptsLeft: 0 },
    ],
    [
      "the last millisecond of a pause",
      { seat: { tries: 5, locked: NOW + 1 }, counted: false },
      { reason: "pin_locked", retryAfterSeconds: 1, attemptsLeft: 0 },
    ],
  ])("%s", (_, change, expected) => {
    expect(judgeRefusal(state(change), NOW)).toEqual(expected);
  });

  it("an unknown buid gives, try for try, the answers of a known one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: TRIES_PER_PIN }),
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.integer({ min: -100_000, max: 600_000 }),
        (tries, pause, life) => {
          const locked = tries < TRIES_PER_PIN ? 0 : NOW + pause;
          const until = NOW + life;
          const counted = tries < TRIES_PER_PIN && until > NOW;
          expect(judgePhantom({ tries, locked, expiresAt: until }, NOW)).toEqual(
            judgeRefusal(state({ seat: { tries, locked, until }, counted }), NOW),
          );
        },
      ),
    );
    expect(judgePhantom(null, NOW)).toEqual({ reason: "pin_invalid", attemptsLeft: TRIES_PER_PIN });
  });
});

describe("the digits of a typed code", () => {
  it("are the same in every script of the world", () => {
    const all = Array.from({ length: 0x11_0000 }, (_, point) => point).filter(
      (point) => (point < 0xd800 || point > 0xdfff) && /\p{Nd}/u.test(String.fromCodePoint(point)),
    );
    expect(all.length % 10).toBe(0);
    const wrong = all.filter((point, place) => readDigits(String.fromCodePoint(point)) !== String(place % 10));
    expect(wrong).toEqual([]);
  });

  it("are read through whatever people paste between them", () => {
    const between = fc.constantFrom("", " ", "-", "–", "\u2212", "\u00a0", "\u200b", "\ufeff", "\t", "\n");
    fc.assert(
      fc.property(fc.array(fc.tuple(between, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 32 }), (parts) => {
        expect(readDigits(parts.map(([gap, digit]) => `${gap}${digit}`).join(""))).toBe(parts.map(([, digit]) => digit).join(""));
      }),
    );
  });

  it.each(["", " ", "-", "48x913", "482.913", "Ⅳ", "½", "1".repeat(33)])("%j is no code, and costs no try", (text) => {
    expect(readDigits(text)).toBeNull();
  });
});
