/** What a report is asked: range, template, window, mode, breakdown. Dates are workspace dates, the end exclusive. Pure. */
import * as z from "zod/mini";
import { addDays, dateIn, startOfDay } from "../../lib/zone.ts";
import { type FieldError, fieldErrors } from "../../lib/field-errors.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import type { Workspace } from "../config.ts";

/** Also the words of the wire. `bot` is the connection of the first start, `connection` of the first stage of any kind. */
export const BREAKDOWNS = ["source", "campaign", "content", "link", "bot", "connection"] as const;
/** What a report's lines stand for. */
export type Breakdown = (typeof BREAKDOWNS)[number];
/** What the console offers; the wire takes any whole number of days from 1 to 365. */
export const WINDOWS = [7, 14, 30, 60, 90] as const;

/** From 1900 on: the calendar of earlier centuries has nothing to count. */
const date = z.string().check(z.regex(/^(19|[2-9]\d)\d{2}-\d{2}-\d{2}$/, "a date such as 2026-03-01"));
/** Shapes only; that the range is one and its dates exist is judged by `parseReportQuery`. Unknown parameters are ignored: shared
 *  addresses collect foreign marks. */
export const reportParameters = z.object({
  from: z.optional(date),
  to: z.optional(date),
  template: z._default(z.enum(["school", "affiliate"]), "school"),
  window: z._default(z.int().check(z.gte(1), z.lte(365)), 30),
  mode: z._default(z.enum(["reached", "strict"]), "reached"),
  attribution: z._default(z.enum(["first", "last"]), "first"),
  by: z._default(z.enum(BREAKDOWNS), "source"),
  only: z.optional(z.enum(["click"])),
});

/** Everything is in the workspace's zone: a day begins where the school lives. */
export type ReportQuery = Omit<z.infer<typeof reportParameters>, "from" | "to" | "only"> & {
  readonly from: string;
  readonly to: string;
  /** The same range as instants: start inclusive, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly onlyClick: boolean;
  readonly zone: string;
};

/** Reads request parameters; an absent or empty one takes its default, the range is then the last seven days, today included. */
export function parseReportQuery(
  given: Readonly<Record<string, unknown>>,
  workspace: Workspace,
  now: number,
): Result<ReportQuery, FieldError[]> {
  const filled = Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== "" && value !== null)
      .map(([name, value]) => [name, name === "window" ? Number(value) : value]),
  );
  const parsed = reportParameters.safeParse(filled);
  if (!parsed.success) return err(fieldErrors(parsed.error.issues, filled));
  const { only, ...rest } = parsed.data;
  const zone = workspace.time_zone;
  const to = parsed.data.to ?? addDays(dateIn(now, zone), 1);
  const end = startOfDay(to, zone);
  if (end === null) return err([{ path: "to", message: "no such date" }]);
  const from = parsed.data.from ?? addDays(to, -7);
  const start = startOfDay(from, zone);
  if (start === null) return err([{ path: "from", message: "no such date" }]);
  if (end <= start) return err([{ path: "to", message: "the end is exclusive and must be after the start" }]);
  return ok({ ...rest, from, to, start, end, onlyClick: only === "click", zone });
}

/** The query as request parameters, defaults left out: for links that open, share or shift a report. */
export function reportParametersOf(query: ReportQuery): Record<string, string> {
  const { from, to, template, window, mode, attribution, by } = query;
  const all: Record<string, string> = { from, to, template, window: String(window), mode, attribution, by };
  const defaults: Record<string, unknown> = reportParameters.parse({});
  const kept = Object.entries(all).filter(([name, value]) => String(defaults[name]) !== value);
  return { ...Object.fromEntries(kept), ...(query.onlyClick ? { only: "click" } : {}) };
}
