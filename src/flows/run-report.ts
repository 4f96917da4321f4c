/** One report: asked by parameters, counted in the store, defined in domain/funnel. */
import type { Context } from "../context.ts";
import { parseReportQuery } from "../domain/funnel/query.ts";
import { type Report, buildReport } from "../domain/funnel/report.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { type Result, ok } from "../lib/result.ts";
import { type Depth, tallyReport } from "../store/report.ts";

/** `given` as request parameters; every mistake among them is told at once. `depth` is how much a screen needs (`store/report.ts`). */
export async function runReport(
  ctx: Context,
  given: Readonly<Record<string, unknown>>,
  depth: Depth = "sale",
): Promise<Result<Report, FieldError[]>> {
  const now = ctx.clock();
  const query = parseReportQuery(given, ctx.config.workspace, now);
  if (!query.ok) return query;
  const tally = await tallyReport(ctx.env.DB, query.value, depth);
  return ok(buildReport({ query: query.value, tally, now }, ctx.config));
}
