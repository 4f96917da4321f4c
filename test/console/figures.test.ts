/** Numbers, sums, dates and links as both readers see them. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type View,
  ago,
  amountE4,
  clockTime,
  daysText,
  fullTime,
  hrefWith,
  moneyOf,
  newView,
  numberOf,
  shareOf,
  shortDay,
} from "../../src/console/view.ts";
import { contextWith } from "../kit/context.ts";

const NOW = Date.UTC(2026, 2, 10, 21, 30, 5);
const SPACE = "\u00a0";

const viewOf = async (lang: "ru" | "en", path = "/console", zone = "Europe/Moscow"): Promise<View> => {
  const ctx = await contextWith({ workspace: { time_zone: zone, currency: "RUB" } }, { clock: () => NOW });
  return newView(new Request(`https://go.example${path}`, { headers: { cookie: `tl_lang=${lang}` } }), ctx, null, 0);
};

describe("a number", () => {
  it("is grouped without losing a digit, whatever it is and whoever reads it", async () => {
    const [ru, en] = [await viewOf("ru"), await viewOf("en")];
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
        const text = `${whole}.${String(cents).padStart(2, "0")}`;
        for (const [view, group, point] of [
          [ru, SPACE, ","],
          [en, ",", "."],
        ] as const) {
          const shown = numberOf(view, text);
          expect(shown.replaceAll(group, "").replace(point, ".").replace("−", "-")).toBe(text);
          expect(shown).toMatch(new RegExp(`^−?\\d{1,3}(${group}\\d{3})*[${point}]\\d\\d$`));
        }
      }),
    );
  });

  it.each([
    ["112600.00", "RUB", `112${SPACE}600${SPACE}₽`, `112,600${SPACE}₽`],
    ["112600.0", "RUB", `112${SPACE}600${SPACE}₽`, `112,600${SPACE}₽`],
    ["5.5", "USD", `5,50${SPACE}$`, `5.50${SPACE}$`],
    ["-1234.05", "EUR", `−1${SPACE}234,05${SPACE}€`, `−1,234.05${SPACE}€`],
    ["0", "BYN", `0${SPACE}BYN`, `0${SPACE}BYN`],
  ])("of money %s %s is %s in Russian and %s in English", async (amount, currency, ru, en) => {
    expect([moneyOf(await viewOf("ru"), amount, currency), moneyOf(await viewOf("en"), amount, currency)]).toEqual([ru, en]);
  });

  it.each([
    [1_500, "0,15"],
    [10_050, "1,01"],
    [150, "0,02"],
    [-150, "−0,01"],
    [99_999_999_999_949, `9${SPACE}999${SPACE}999${SPACE}999,99`],
  ])("of %d ten-thousandths is rounded as reports round", async (amount, expected) => {
    expect(amountE4(await viewOf("ru"), amount, "RUB")).toBe(`${expected}${SPACE}₽`);
  });

  it("of a share is nothing where there is nothing to divide by", async () => {
    const view = await viewOf("ru");
    expect([shareOf(view, null), shareOf(view, "66.7")]).toEqual(["—", "66,7 %"]);
  });
});

describe("a moment", () => {
  it.each([
    [-5_000, "0 с назад", "0 s ago"],
    [59_000, "59 с назад", "59 s ago"],
    [60_000, "1 мин назад", "1 min ago"],
    [3_599_000, "59 мин назад", "59 min ago"],
    [3_600_000, "1 ч назад", "1 h ago"],
    [86_399_000, "23 ч назад", "23 h ago"],
    [86_400_000, "1 дн назад", "1 d ago"],
    [604_799_000, "6 дн назад", "6 d ago"],
    [604_800_000, "4 мар.", "4 Mar"],
    [400 * 86_400_000, "4 февр. 2025 г.", "4 Feb 2025"],
  ])("%d ms before now is %s, %s", async (before, ru, en) => {
    expect([ago(await viewOf("ru"), NOW - before), ago(await viewOf("en"), NOW - before)]).toEqual([ru, en]);
  });

  it("is told in the workspace's zone, the day included", async () => {
    const [moscow, utc] = [await viewOf("en"), await viewOf("en", "/console", "UTC")];
    expect([clockTime(moscow, NOW), clockTime(utc, NOW)]).toEqual(["00:30:05", "21:30:05"]);
    expect([fullTime(moscow, NOW), fullTime(utc, NOW)]).toEqual(["11 Mar 2026, 00:30:05", "10 Mar 2026, 21:30:05"]);
    expect([shortDay(moscow, NOW), shortDay(utc, NOW)]).toEqual(["11 Mar", "10 Mar"]);
  });

  it.each([
    ["2026-03-01", "2026-03-08", "1 – 7 Mar 2026"],
    ["2026-02-25", "2026-03-04", "25 Feb – 3 Mar 2026"],
    ["2026-03-01", "2026-03-02", "1 Mar 2026"],
    ["2025-12-30", "2026-01-02", "30 Dec 2025 – 1 Jan 2026"],
  ])("a range from %s to %s, its end exclusive, is %s", async (from, to, expected) => {
    expect(daysText(await viewOf("en"), from, to).replaceAll(/[\u2009\u202f]/g, " ")).toBe(expected);
  });
});

describe("a link of the console", () => {
  it.each([
    [
      "keeps the page's question and changes one part",
      "/console/events?type=sale&status=unbound",
      { status: "bound" },
      "/console/events?type=sale&status=bound",
    ],
    ["drops what is null or empty", "/console/events?type=sale&status=unbound", { status: null, type: "" }, "/console/events"],
    [
      "forgets what the last act came to and where the list stood",
      "/console/events?done=1&cursor=9&live=1&type=a",
      { page: 2 },
      "/console/events?type=a&page=2",
    ],
    ["keeps zero", "/console/events", { from: 0 }, "/console/events?from=0"],
  ])("%s", async (_, at, changes, expected) => {
    expect(hrefWith(await viewOf("ru", at), changes)).toBe(expected);
  });

  it("to another page takes none of this one's question along", async () => {
    expect(hrefWith(await viewOf("ru", "/console/events?type=a"), { stage: "sale" }, "/console/people")).toBe(
      "/console/people?stage=sale",
    );
  });
});

describe("the reader's language and theme", () => {
  it.each([
    ["tl_lang=en; tl_theme=dark", "en", "dark"],
    ["tl_lang=ru; tl_theme=light", "ru", "light"],
    ["tl_lang=de; tl_theme=pink", "ru", "auto"],
    ["", "ru", "auto"],
  ])("with the cookies «%s» are %s and %s", async (cookie, lang, theme) => {
    const ctx = await contextWith({ workspace: { locale: "ru" } });
    expect(newView(new Request("https://go.example/console", { headers: { cookie } }), ctx, null, 0)).toMatchObject({
      lang,
      theme,
    });
  });
});
