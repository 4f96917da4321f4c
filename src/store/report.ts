/** Everything one report counts, in SQL. Heavy rows never leave the database: what comes back are groups. */
import type { ReportQuery } from "../domain/funnel/query.ts";
import type { Intake, Tally } from "../domain/funnel/report.ts";
import { type Stage, TEMPLATES } from "../domain/funnel/stages.ts";
import { cohortCells, stageTimes } from "./report/cohort.ts";
import { moneyTally } from "./report/money.ts";
import { refreshReportPeople } from "./report/refresh.ts";

/** How much of a report is counted. Looking up last touches and ranking the time from entry are the dear parts: `sums` leaves both out,
 *  `overview` the ranking, `sale` ranks one stage, `all` every stage. */
export type Depth = "sums" | "overview" | "sale" | "all";

/** Brings the report's own table of people up to date first; the counts are then read one after another, so a fact that arrives meanwhile may be in one
 *  and not yet in the next. */
export async function tallyReport(db: D1Database, query: ReportQuery, depth: Depth): Promise<Tally> {
  await refreshReportPeople(db);
  const short = depth === "sums" || depth === "overview";
  const stages: readonly Stage[] = short ? [] : depth === "sale" ? ["sale"] : TEMPLATES[query.template];
  const [cells, { money, deals }, clicks, ranked, intake] = await Promise.all([
    cohortCells(db, query),
    moneyTally(db, query, depth === "sums" ? "none" : depth === "overview" ? "known" : "named"),
    short ? [] : clicksByLink(db, query),
    stageTimes(db, query, stages),
    short ? NO_INTAKE : intakeSince(db, query.start),
  ]);
  return { cells, money, deals, clicks, times: ranked, intake };
}

const NO_INTAKE: Intake = { received: 0, accepted: 0, duplicates: 0, quarantined: 0, previews: 0, unbound: 0 };

type ClickRow = { link: string | null; clicks: number };

async function clicksByLink(db: D1Database, query: ReportQuery): Promise<ClickRow[]> {
  const { results } = await db
    .prepare(
      `SELECT link, COUNT(*) AS clicks FROM events INDEXED BY events_clicks
       WHERE type = 'click' AND (status IN ('bound', 'unbound') OR (status = 'erased' AND counted = 1)) AND event_at >= ?1 AND event_at < ?2
       GROUP BY link ORDER BY clicks DESC, link`,
    )
    .bind(query.start, query.end)
    .all<ClickRow>();
  return results;
}

type IntakeRow = { outcome: "accepted" | "duplicate" | "quarantined" | "preview"; n: number };

/** What was received from the first day of the range until now: a fact of the range may come at any later time, so the end is left open. */
async function intakeSince(db: D1Database, start: number): Promise<Intake> {
  const [counted, unbound] = await Promise.all([
    db
      .prepare("SELECT outcome, SUM(n) AS n FROM intake_counts WHERE bucket_at >= ?1 GROUP BY outcome")
      .bind(start)
      .all<IntakeRow>(),
    db.prepare("SELECT COUNT(*) AS n FROM events WHERE status = 'unbound' AND received_at >= ?1").bind(start).first<number>("n"),
  ]);
  const of = (outcome: IntakeRow["outcome"]): number => counted.results.find((row) => row.outcome === outcome)?.n ?? 0;
  return {
    received: counted.results.reduce((sum, { n }) => sum + n, 0),
    accepted: of("accepted"),
    duplicates: of("duplicate"),
    quarantined: of("quarantined"),
    previews: of("preview"),
    unbound: unbound ?? 0,
  };
}
