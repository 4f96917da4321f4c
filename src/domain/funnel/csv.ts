/** A report as one CSV table, for spreadsheets and IMPORTDATA: breakdown lines, then the whole. A cell that a spreadsheet would run as a
 *  formula is defused by an apostrophe: source names come from outside (the list of first characters is OWASP's «CSV Injection», 2026-09). Pure.
 *  Two dialects. `csv` is RFC 4180. `excel` is what a Russian Excel opens by a double click: it parts columns at semicolons, and would read 3.12 as
 *  the third of December, so decimals have commas. A semicolon is quoted in both, since a name holding one must not open a cell in either. */
import { costPer } from "./money.ts";
import type { Report } from "./report.ts";
import { STAGES } from "./stages.ts";

const COLUMNS = ["source", "cohort", ...STAGES, "net_first", "net_last", "cost", "romi_first", "romi_last"] as const;

/** The values of `format` beside JSON; what they differ in stands above. */
export const CSV_DIALECTS = ["csv", "excel"] as const;
/** A dialect is chosen by whoever downloads: the answer cannot know the spreadsheet's language. */
export type CsvDialect = (typeof CSV_DIALECTS)[number];

/** A byte order mark comes first: without it Excel takes Cyrillic text for another encoding. */
export function reportCsv(report: Report, dialect: CsvDialect): string {
  const cell = (value: Value): string => cellText(value, dialect);
  const lines = report.sources.map((line) => [
    ...COLUMNS.map((column) => cell(line[column])),
    cell(costPer(line.cost, line.registration)),
    cell(costPer(line.cost, line.sale)),
  ]);
  const whole = report.stages.map(({ id, reached, step, bypass, from_entry }) =>
    [id, reached, step, bypass, from_entry].map(cell),
  );
  const money = Object.entries(report.money).filter(([, value]) => !Array.isArray(value));
  const rows = [
    [...COLUMNS, "cpl", "cac"],
    ...lines,
    [],
    ["stage", "reached", "step", "bypass", "from_entry"],
    ...whole,
    [],
    ...money.map(([name, value]) => [name, cell(typeof value === "object" ? null : value)]),
    ...report.money.no_rate.map(({ currency, gross, refunds }) => ["no_rate", ...[currency, gross, refunds].map(cell)]),
    [],
    ...Object.entries(report.range).map(([name, value]) => [name, cell(value)]),
  ];
  const separator = dialect === "excel" ? ";" : ",";
  return `\uFEFF${rows.map((row) => `${row.join(separator)}\r\n`).join("")}`;
}

type Value = string | number | boolean | null;

/** A text that a spreadsheet would run as a formula gets an apostrophe before it: sources and campaigns are whatever an address
 *  said. Numbers stay numbers. */
function cellText(value: Value, dialect: CsvDialect): string {
  if (value === null) return "";
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return dialect === "excel" ? text.replace(".", ",") : text;
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
