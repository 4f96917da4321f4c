/** The whole report from what the store counted: the answer of GET /v1/report, and what the console and the shared page show. Pure. */
import type { Config } from "../config.ts";
import { type Rates, moneyText } from "./amount.ts";
import {
  type CohortCell,
  type SourceCounts,
  type StageLine,
  type WeekLine,
  cohortSize,
  countStages,
  sourceCounts,
  stageLines,
  weekLines,
} from "./cohort.ts";
import { type DealCell, type MoneyCell, type MoneyTotals, costByLine, moneyTotals, netByLine, romi } from "./money.ts";
import { originLabel } from "./origin.ts";
import type { ReportQuery } from "./query.ts";
import type { Stage } from "./stages.ts";
import { iso } from "../../lib/iso.ts";

/** Minutes from entry to a stage of those who reached it; null when nobody did. */
export type StageTime = { readonly median_minutes: number | null; readonly p90_minutes: number | null };

/** Counted by time of receipt, unlike everything else in the report: duplicates and quarantined deliveries have no fact to be dated by. */
export type Intake = {
  readonly received: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly previews: number;
  readonly unbound: number;
};

/** What the store counted for one query. */
export type Tally = {
  readonly cells: readonly CohortCell[];
  readonly money: readonly MoneyCell[];
  readonly deals: readonly DealCell[];
  readonly clicks: readonly { readonly link: string | null; readonly clicks: number }[];
  readonly times: ReadonlyMap<Stage, StageTime>;
  readonly intake: Intake;
};

/** Wire names. People by first touch; money twice, by first and by last touch. `source` "" = «без метки»; ROMI is null where
 *  nothing was spent. */
export type SourceLine = SourceCounts & {
  readonly source: string;
  readonly net_first: string;
  readonly net_last: string;
  readonly cost: string;
  readonly romi_first: string | null;
  readonly romi_last: string | null;
};

/** What was counted, under the names of the wire; `to` is exclusive, `as_of` ISO 8601. */
type ReportRange = Readonly<Pick<ReportQuery, "from" | "to" | "template" | "window" | "mode" | "attribution" | "by">> & {
  readonly time_zone: string;
  readonly date_basis: "event";
  readonly only_click: boolean;
  readonly currency: string;
  readonly as_of: string;
};

/** Wire names: this is `GET /v1/report` itself. Shares and steps are percent texts with one decimal, null where there is nothing to divide by. */
export type Report = {
  readonly range: ReportRange;
  readonly cohort: number;
  readonly intake: Intake;
  readonly stages: readonly StageLine[];
  readonly sources: readonly SourceLine[];
  readonly money: MoneyTotals;
  readonly time_to_sale: StageTime;
  readonly times: Readonly<Record<string, StageTime>>;
  readonly weeks: readonly WeekLine[];
  readonly clicks: { readonly raw: number; readonly by_link: Readonly<Record<string, number>> };
};

const NO_TIME: StageTime = { median_minutes: null, p90_minutes: null };

/** `now` is the moment the tally was taken. */
export type Counted = { readonly query: ReportQuery; readonly tally: Tally; readonly now: number };

/** From counts and ten-thousandths to the strings of the wire; what rounds is `amount.ts`. */
export function buildReport({ query, tally, now }: Counted, { workspace, links }: Pick<Config, "workspace" | "links">): Report {
  const rates: Rates = { currency: workspace.currency, fx: workspace.fx };
  const setting = { by: query.by, links, rates };
  return {
    range: {
      from: query.from,
      to: query.to,
      time_zone: query.zone,
      date_basis: "event",
      template: query.template,
      window: query.window,
      mode: query.mode,
      attribution: query.attribution,
      by: query.by,
      only_click: query.onlyClick,
      currency: workspace.currency,
      as_of: iso(now),
    },
    cohort: cohortSize(tally.cells),
    intake: tally.intake,
    stages: stageLines(tally.cells, query.template),
    sources: sourceLines(query, tally, setting),
    money: moneyTotals(tally.money, tally.deals, setting),
    time_to_sale: tally.times.get("sale") ?? NO_TIME,
    times: Object.fromEntries(tally.times),
    weeks: weekLines(tally.cells),
    clicks: {
      raw: tally.clicks.reduce((sum, { clicks }) => sum + clicks, 0),
      by_link: Object.fromEntries(tally.clicks.map(({ link, clicks }) => [link ?? "", clicks])),
    },
  };
}

/** Every line that has people, money or cost; the largest cohort first, the unmarked line last. */
function sourceLines(query: ReportQuery, tally: Tally, setting: Parameters<typeof netByLine>[1]): SourceLine[] {
  const people = sourceCounts(tally.cells, (origin) => originLabel(query.by, origin, setting.links));
  const net = netByLine(tally.money, setting);
  const costs = costByLine(setting, query.from, query.to);
  const labels = new Set([...people.keys(), ...net.first.keys(), ...net.last.keys(), ...costs.keys()]);
  const lines = [...labels].map((source) => {
    const [first, last, cost] = [net.first.get(source) ?? 0n, net.last.get(source) ?? 0n, costs.get(source) ?? 0n];
    return {
      source,
      ...(people.get(source) ?? countStages([])),
      net_first: moneyText(first),
      net_last: moneyText(last),
      cost: moneyText(cost),
      romi_first: romi(first, cost),
      romi_last: romi(last, cost),
    };
  });
  return lines.toSorted(
    (a, b) => Number(a.source === "") - Number(b.source === "") || b.cohort - a.cohort || (a.source < b.source ? -1 : 1),
  );
}
