/** The numbers: GET /v1/report as JSON or CSV, and the read-only link to one report. A mistake in a parameter is an answer (422),
 *  never a default: a report of another range than was meant would be believed. */
import * as z from "zod/mini";
import { CSV_DIALECTS, reportCsv } from "../domain/funnel/csv.ts";
import { parseReportQuery, reportParametersOf } from "../domain/funnel/query.ts";
import { runReport } from "../flows/run-report.ts";
import { shareReport } from "../flows/share-report.ts";
import { fieldErrors } from "../lib/field-errors.ts";
import { CSV, fileAnswer } from "../lib/file-answer.ts";
import { operatorCall } from "./admin.ts";
import { invalidRequest, parseJson } from "./json-body.ts";
import { originOf } from "./login-fields.ts";
import { json } from "./problem.ts";

/** `times=all` ranks the time to every stage, which is the dear part; the usual answer ranks the sale alone. */
export const getReport = operatorCall(async (ctx, { query }) => {
  const given = Object.fromEntries(query);
  const shape = reportShape.safeParse({ format: given["format"] || undefined, times: given["times"] || undefined });
  if (!shape.success) return invalidRequest(ctx, fieldErrors(shape.error.issues, given));
  const report = await runReport(ctx, given, shape.data.times === "all" ? "all" : "sale");
  if (!report.ok) return invalidRequest(ctx, report.error);
  const { format } = shape.data;
  return format === "csv" || format === "excel"
    ? fileAnswer(reportCsv(report.value, format), CSV, "report.csv")
    : json(report.value);
});

/** How the answer looks; what it counts is in the report's own parameters. */
export const reportShape = z.object({
  format: z.optional(z.enum(["json", ...CSV_DIALECTS])),
  times: z.optional(z.enum(["sale", "all"])),
});

/** A range that was not given stays open: such a link always shows the last days, which is what a spreadsheet that reads it wants. */
const rolling = (parameters: Record<string, string>, given: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => (name !== "from" && name !== "to") || Boolean(given[name])));

/** A link for at most a year (`days`): it cannot be taken back, so it has to end. */
export const shareBody = z.object({
  /** The report's parameters, as an object or as a query string. */
  query: z.union([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]),
  days: z._default(z.int().check(z.gte(1), z.lte(366)), 30),
});

/** The query is judged now, so that a link that would show a mistake is never given out. The link needs no account and cannot be taken back before
 *  its end (`days`, at most 366). */
export const postReportShare = operatorCall(async (ctx, { request }) => {
  const body = parseJson(ctx, await request.text(), shareBody);
  if (!body.ok) return body.error;
  const { query, days } = body.value;
  const given = typeof query === "string" ? Object.fromEntries(new URLSearchParams(query.replace(/^.*\?/, ""))) : query;
  const parsed = parseReportQuery(given, ctx.config.workspace, ctx.clock());
  if (!parsed.ok)
    return invalidRequest(
      ctx,
      parsed.error.map(({ path, message }) => ({ path: `query.${path}`, message })),
    );
  const path = await shareReport(ctx, rolling(reportParametersOf(parsed.value), given), days);
  return json({ url: `${originOf(ctx, request)}${path}` });
});
