import { describe, expect, it } from "vitest";
import { addDays, dateIn, offsetsBetween, startOfDay, weekLabel } from "../../src/lib/zone.ts";

const HOUR = 3_600_000;

describe("days of a zone", () => {
  it("begins Moscow's day at 21:00 UTC of the day before", () => {
    expect(startOfDay("2026-03-01", "Europe/Moscow")).toBe(Date.parse("2026-02-28T21:00:00Z"));
    expect(dateIn(Date.parse("2026-03-03T22:30:00Z"), "Europe/Moscow")).toBe("2026-03-04");
  });

  it("knows both sides of a clock change", () => {
    expect(startOfDay("2026-03-29", "Europe/Berlin")).toBe(Date.parse("2026-03-28T23:00:00Z"));
    expect(startOfDay("2026-03-30", "Europe/Berlin")).toBe(Date.parse("2026-03-29T22:00:00Z"));
  });

  it("finds the instant of a clock change and the offset that follows", () => {
    const from = Date.parse("2026-03-01T00:00:00Z");
    const offsets = offsetsBetween(from, from + 60 * 24 * HOUR, "Europe/Berlin");
    expect(offsets).toEqual([
      { at: from, offset: HOUR },
      { at: Date.parse("2026-03-29T01:00:00Z"), offset: 2 * HOUR },
    ]);
  });

  it.each([
    ["2026-03-08", "America/Havana", "2026-03-08T05:00:00Z"],
    ["2026-11-01", "America/Havana", "2026-11-01T04:00:00Z"],
    ["2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z"],
    ["2026-04-05", "America/Santiago", "2026-04-05T04:00:00Z"],
    ["2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z"],
    ["2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00Z"],
    ["2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"],
    ["2026-10-25", "Atlantic/Azores", "2026-10-25T00:00:00Z"],
    ["2014-10-26", "Asia/Chita", "2014-10-25T14:00:00Z"],
  ])("begins %s in %s at %s, also where the clock changes at midnight", (date, zone, start) => {
    expect(startOfDay(date, zone)).toBe(Date.parse(start));
    expect([dateIn(Date.parse(start), zone), dateIn(Date.parse(start) - 1, zone) < date]).toEqual([date, true]);
  });

  it("refuses a date that does not exist", () => {
    expect(startOfDay("2026-02-30", "Europe/Moscow")).toBeNull();
    expect(startOfDay("1 марта", "Europe/Moscow")).toBeNull();
  });

  it("moves dates over month ends", () => expect(addDays("2026-02-27", 2)).toBe("2026-03-01"));
});

describe("ISO weeks", () => {
  it.each([
    ["1969-12-29", 0, "1970-W01"],
    ["2024-12-30", 2870, "2025-W01"],
    ["2025-12-29", 2922, "2026-W01"],
    ["2026-02-23", 2930, "2026-W09"],
    ["2026-12-28", 2974, "2026-W53"],
  ])("the week of Monday %s, number %d, is %s", (_monday, week, label) => expect(weekLabel(week)).toBe(label));
});
