/** Amounts as D1 keeps them: integers of a ten-thousandth, so sums are exact; and as the wire has them: decimal strings without trailing zeros. */
const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d+))?$/;

/** "396.5" → 3965000; null for what is no decimal. Digits beyond the fourth are cut. */
export function toE4(decimal: string | null): number | null {
  const match = decimal === null ? null : DECIMAL.exec(decimal);
  if (!match) return null;
  const [, sign, whole = "0", fraction = ""] = match;
  const value = Number(whole) * 10_000 + Number(fraction.slice(0, 4).padEnd(4, "0"));
  return sign === "-" && value !== 0 ? -value : value;
}

/** 3965000 → "396.5" */
export function fromE4(value: number): string {
  const absolute = Math.abs(value);
  const fraction = String(absolute % 10_000)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return `${value < 0 ? "-" : ""}${Math.floor(absolute / 10_000)}${fraction === "" ? "" : `.${fraction}`}`;
}
