/** How figures are printed: one line each, goals beside the ratios. */
import type { Measured } from "./measure.ts";

export const heading = (text: string): void => console.log(`\n${text}`);
export const line = (text: string): void => console.log(`  ${text}`);

/** One contestant; failures only where there are any. */
export function printRow(row: Measured): void {
  const cells = [
    row.name.padEnd(48),
    `${row.perSecond.toFixed(0).padStart(6)} req/s`,
    `p50 ${row.p50.toFixed(2).padStart(7)} ms`,
    `p99 ${row.p99.toFixed(2).padStart(7)} ms`,
    `CPU ${row.cpu.toFixed(0).padStart(5)} µs/req`,
    row.failures === 0 ? "" : `FAILURES ${row.failures}`,
  ];
  line(cells.join("  ").trimEnd());
}

/** `at most` or `at least` a bound. */
export function printGoal(name: string, value: number, goal: { readonly most: number } | { readonly least: number }): void {
  const met = "most" in goal ? value <= goal.most : value >= goal.least;
  const bound = "most" in goal ? `≤ ${goal.most}` : `≥ ${goal.least}`;
  line(`${met ? "met   " : "MISSED"} ${name}: ${value.toFixed(value < 10 ? 2 : 0)} (goal ${bound})`);
}
