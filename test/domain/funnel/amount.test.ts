import { describe, expect, it } from "vitest";
import { amountText, average, convert, exactOf, moneyText, percent } from "../../../src/domain/funnel/amount.ts";

describe("shares", () => {
  it.each([
    [7, 9, "77.8"],
    [1, 8, "12.5"],
    [1, 2000, "0.1"],
    [1, 2001, "0.0"],
    [-400, 4000, "-10.0"],
    [-1, 2000, "0.0"],
    [0, 5, "0.0"],
    [9, 9, "100.0"],
  ])("%d of %d is %s %%, half up", (n, d, text) => expect(percent(n, d)).toBe(text));

  it("has no share of nothing", () => expect(percent(0, 0)).toBeNull());
});

describe("money", () => {
  const rates = { currency: "RUB", fx: { USD: "90.5", KZT: "0.17" } };

  it("converts without a cent lost and rounds once, half up", () => {
    expect(moneyText(convert(10_005, "USD", rates) ?? 0n)).toBe("90.55");
    expect(moneyText((convert(5, "KZT", rates) ?? 0n) * 3n)).toBe("0.00");
    expect(moneyText(exactOf("0.005"))).toBe("0.01");
    expect(moneyText(-exactOf("0.005"))).toBe("0.00");
    expect(moneyText(-exactOf("3600"))).toBe("-3600.00");
  });

  it("knows when a currency has no rate", () => expect(convert(1, "EUR", rates)).toBeNull());

  it("averages and prints", () => {
    expect(average(exactOf("112600"), 11)).toBe("10236.36");
    expect(average(0n, 0)).toBeNull();
    expect(amountText(125_000)).toBe("12.50");
  });
});
