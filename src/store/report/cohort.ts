/** The cohort of a report, grouped: how many people of each source and week reached which stages in time. Reads `report_people` only. */
import { type ReportQuery } from "../../domain/funnel/query.ts";
import type { CohortCell } from "../../domain/funnel/cohort.ts";
import { STAGES, type Stage, TEMPLATES, bitOf, previousStage } from "../../domain/funnel/stages.ts";
import type { StageTime } from "../../domain/funnel/report.ts";
import { offsetsBetween } from "../../lib/zone.ts";
import { originColumns } from "./breakdown.ts";

const DAY_MS = 86_400_000;
/** The cohort: people whose first stage event lies in the range. ?1 start, ?2 end. */
export const cohortWhere = (query: ReportQuery): string =>
  `p.entry_at >= ?1 AND p.entry_at < ?2${query.onlyClick ? " AND p.click_at IS NOT NULL" : ""}`;

/** SQL condition: `stage` was reached within the window, on the strict path when asked. */
export function reachedSql(query: ReportQuery, stage: Stage): string {
  const within = `p.${stage}_at <= p.entry_at + ${query.window * DAY_MS}`;
  const previous = query.mode === "strict" ? previousStage(query.template, stage) : null;
  return previous === null ? within : `(${within} AND p.${stage}_at >= p.${previous}_at AND ${reachedSql(query, previous)})`;
}

type CellRow = { like: string; people: number };
type Like = readonly [mask: number, week: number, soldWithin: number, ...origin: (string | null)[]];

/** Like people are grouped by one JSON text: comparing one value is twice as fast as comparing eight columns. */
export async function cohortCells(db: D1Database, query: ReportQuery): Promise<CohortCell[]> {
  const stages: readonly Stage[] = query.mode === "strict" ? TEMPLATES[query.template] : STAGES;
  const mask = stages.map((stage) => `COALESCE(${reachedSql(query, stage)}, 0) * ${bitOf(stage)}`).join(" + ");
  const sold = [7, 30, 60].map((days) => `WHEN p.sale_at <= p.entry_at + ${days * DAY_MS} THEN ${days}`).join(" ");
  const { results } = await db
    .prepare(
      `SELECT json_array(mask, week, sold_within, link, source, campaign, content, place) AS "like", COUNT(*) AS people FROM (
         SELECT ${mask} AS mask, ${weekSql(query)} AS week, CASE ${sold} ELSE 0 END AS sold_within, ${originColumns(query.by, "p", true)}
         FROM report_people p WHERE ${cohortWhere(query)})
       GROUP BY 1`,
    )
    .bind(query.start, query.end)
    .all<CellRow>();
  return results.map(({ like, people }) => {
    const [reachedMask, week, soldWithin, link = null, source = null, campaign = null, content = null, place = null] = JSON.parse(
      like,
    ) as Like;
    return { origin: { link, source, campaign, content, place }, week, mask: reachedMask, soldWithin, people };
  });
}

/** Every change of a zone's clock is a branch of the statement. A range without an end (`to=9999-12-31`) would write thousands of them, more than
 *  a statement may hold, for years whose clock rules nobody knows. */
const LAST_CLOCK_CHANGE = Date.UTC(2100, 0, 1);

/** Monday-based week number of the wall clock: the zone's offsets within the range are written into the query. */
function weekSql(query: ReportQuery): string {
  const offsets = offsetsBetween(query.start, Math.min(query.end, LAST_CLOCK_CHANGE), query.zone);
  const [first, ...later] = offsets;
  const cases = later.toReversed().map(({ at, offset }) => `WHEN p.entry_at >= ${at} THEN ${offset}`);
  const offset = cases.length === 0 ? String(first?.offset ?? 0) : `CASE ${cases.join(" ")} ELSE ${first?.offset ?? 0} END`;
  return `(p.entry_at + (${offset}) + ${3 * DAY_MS}) / ${7 * DAY_MS}`;
}

type TimeRow = { n: number; c: number; t: number };

/** Median (mean of the two middle values when even) and 90th percentile (nearest rank) of the minutes from entry to each stage. */
export async function stageTimes(db: D1Database, query: ReportQuery, stages: readonly Stage[]): Promise<Map<Stage, StageTime>> {
  if (stages.length === 0) return new Map();
  const answers = await db.batch<TimeRow>(
    stages.map((stage) =>
      db
        .prepare(
          `SELECT n, c, t FROM (SELECT p.${stage}_at - p.entry_at AS t, ROW_NUMBER() OVER (ORDER BY p.${stage}_at - p.entry_at) AS n, COUNT(*) OVER () AS c
           FROM report_people p WHERE ${cohortWhere(query)} AND ${reachedSql(query, stage)})
           WHERE n IN ((c + 1) / 2, (c + 2) / 2, (9 * c + 9) / 10) ORDER BY n`,
        )
        .bind(query.start, query.end),
    ),
  );
  return new Map(stages.map((stage, index) => [stage, timeOf(answers[index]?.results ?? [])]));
}

function timeOf(rows: readonly TimeRow[]): StageTime {
  const count = rows[0]?.c ?? 0;
  const at = (rank: number): number => rows.find(({ n }) => n === rank)?.t ?? 0;
  if (count === 0) return { median_minutes: null, p90_minutes: null };
  const median = (at(Math.floor((count + 1) / 2)) + at(Math.floor((count + 2) / 2))) / 2;
  return { median_minutes: minutes(median), p90_minutes: minutes(at(Math.floor((9 * count + 9) / 10))) };
}

/** Whole minutes stay whole; seconds show as hundredths. */
const minutes = (ms: number): number => Math.round(ms / 600) / 100;
