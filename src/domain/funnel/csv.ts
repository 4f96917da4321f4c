/** A report as one CSV table, for spreadsheets and IMPORTDATA: breakdown lines, then the whole. A cell that a spreadsheet would run as a
 *  formula is defused by an apostrophe: source names come from outside. Pure. */
import type { Report } from "./report.ts";
import { STAGES } from "./stages.ts";

const COLUMNS = ["source", "cohort", ...STAGES, "net_first", "net_last", "cost", "romi_first", "romi_last"] as const;

export function reportCsv(report: Report): string {
  const lines = report.sources.map((line) => COLUMNS.map((column) => cell(line[column])));
  const whole = report.stages.map(({ id, reached, step, bypass, from_entry }) =>
    [id, reached, step, bypass, from_entry].map(cell),
  );
  const money = Object.entries(report.money).filter(([, value]) => !Array.isArray(value));
  const rows = [
    [...COLUMNS],
    ...lines,
    [],
    ["stage", "reached", "step", "bypass", "from_entry"],
    ...whole,
    [],
    ...money.map(([name, value]) => [name, cell(typeof value === "object" ? null : value)]),
    [],
    ...Object.entries(report.range).map(([name, value]) => [name, cell(value)]),
  ];
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return "";
  const text = String(value);
  const number = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !number && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
