/** Exact money and shares of a report: integers all the way, rounded once, half up, when they become text.
 *  Amounts are ten-thousandths of a unit, rates are taken at eight decimals, so a converted sum is an integer of 10⁻¹² units. Pure. */
const UNIT = 1_000_000_000_000n;

/** A converted amount in 10⁻¹² of the workspace currency. */
export type Exact = bigint;

/** `fx`: units of `currency` per unit of the named one, decimal texts. */
export type Rates = { readonly currency: string; readonly fx: Readonly<Record<string, string>> };

/** null = there is no rate for this currency. */
export function convert(amountE4: number, currency: string | null, rates: Rates): Exact | null {
  const rate = currency === null || currency === rates.currency ? "1" : rates.fx[currency];
  if (rate === undefined) return null;
  return BigInt(amountE4) * scaled(rate, 8);
}

/** A decimal string of workspace currency, e.g. a link's cost. */
export const exactOf = (decimal: string): Exact => scaled(decimal, 12);

function scaled(decimal: string, digits: number): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return BigInt(whole + fraction.slice(0, digits).padEnd(digits, "0"));
}

/** Two decimals, half up. */
export const moneyText = (value: Exact): string => fixed(divideHalfUp(value * 100n, UNIT), 2);

/** Ten-thousandths as a decimal string with two decimals. */
export const amountText = (amountE4: number): string => moneyText(BigInt(Math.round(amountE4)) * 100_000_000n);

/** n / d as a percentage with one decimal, half up; null when there is nothing to divide by. */
export function percent(n: number | Exact, d: number | Exact): string | null {
  const divisor = BigInt(d);
  return divisor === 0n ? null : fixed(divideHalfUp(BigInt(n) * 1000n, divisor), 1);
}

/** Two decimals; null when there is nothing to divide by. */
export const average = (sum: Exact, count: number): string | null =>
  count === 0 ? null : moneyText(divideHalfUp(sum, BigInt(count)));

/** In whole numbers throughout: money that passes a float is off by a cent sooner or later. */
function divideHalfUp(n: bigint, d: bigint): bigint {
  const [doubled, divisor] = d < 0n ? [-n * 2n - d, -d * 2n] : [n * 2n + d, d * 2n];
  const quotient = doubled / divisor;
  return doubled % divisor < 0n ? quotient - 1n : quotient;
}

function fixed(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  return `${value < 0n ? "-" : ""}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
