/** The people behind a number of the report: every number opens its list. */
import type { Origin } from "../../domain/funnel/origin.ts";
import type { ReportQuery } from "../../domain/funnel/query.ts";
import { type Stage, previousStage } from "../../domain/funnel/stages.ts";
import { isAmong, originColumns } from "./breakdown.ts";
import { cohortWhere, reachedSql } from "./cohort.ts";

/** Which number of the report was pressed. */
export type PeopleQuestion = {
  /** null = the whole cohort. */
  readonly stage: Stage | null;
  /** Only those who skipped the previous stage. */
  readonly bypass: boolean;
  /** Lines of the breakdown that count; null = all. */
  readonly origins: readonly Origin[] | null;
  readonly limit: number;
};

/** Ids by entry time, oldest first; the same conditions as the number that was pressed, so both always agree. */
export async function reportPeople(db: D1Database, query: ReportQuery, asked: PeopleQuestion): Promise<string[]> {
  const previous = asked.stage === null ? null : previousStage(query.template, asked.stage);
  const conditions = [
    cohortWhere(query),
    ...(asked.stage === null ? [] : [`COALESCE(${reachedSql(query, asked.stage)}, 0)`]),
    ...(asked.bypass && previous !== null ? [`NOT COALESCE(${reachedSql(query, previous)}, 0)`] : []),
  ];
  const { results } = await db
    .prepare(
      `SELECT person_id FROM (
         SELECT p.person_id, p.entry_at, ${originColumns(query.by, "p", true)} FROM report_people p WHERE ${conditions.join(" AND ")})
       WHERE ${isAmong("?3")}
       ORDER BY entry_at LIMIT ?4`,
    )
    .bind(query.start, query.end, asked.origins === null ? null : JSON.stringify(asked.origins), asked.limit)
    .all<{ person_id: string }>();
  return results.map(({ person_id }) => person_id);
}
