/** From groups of like people to the funnel's tables. SQL has counted, by source and week, how many people reached which set of stages within the
 *  window; what a step, a bypass and a share are is decided here and nowhere else. Pure. */
import { weekLabel } from "../../lib/zone.ts";
import { percent } from "./amount.ts";
import type { Origin } from "./origin.ts";
import { type Stage, STAGES, TEMPLATES, type Template, previousStage, reached } from "./stages.ts";

/** People of the cohort who are alike in everything the tables ask. */
export type CohortCell = {
  readonly origin: Origin;
  /** Monday-based week of entry since the epoch. */
  readonly week: number;
  /** Stages reached within the window, as bits. */
  readonly mask: number;
  /** Days within which the first sale came: 7, 30, 60, or 0 for later or never. */
  readonly soldWithin: number;
  readonly people: number;
};

/** Wire names. Percentages are texts with one decimal; the counts are people, not events. */
export type StageLine = {
  readonly id: Stage;
  readonly reached: number;
  /** Conversion from the previous required stage, percent with one decimal; null for the first stage and for 0/0. */
  readonly step: string | null;
  /** Reached this stage without the previous one; null for the first stage. */
  readonly bypass: number | null;
  readonly from_entry: string | null;
};

/** `week` is an ISO label. A recent week's columns are still growing: nobody has had 60 days yet. */
export type WeekLine = {
  readonly week: string;
  readonly people: number;
  readonly sale_7d: number;
  readonly sale_30d: number;
  readonly sale_60d: number;
};
/** People of one line by stage, whatever the template shows. */
export type SourceCounts = Readonly<Record<Stage, number>> & { readonly cohort: number };

const countOf = (cells: readonly CohortCell[], fits: (cell: CohortCell) => boolean): number =>
  cells.reduce((sum, cell) => (fits(cell) ? sum + cell.people : sum), 0);

/** Everybody who entered in the range: cells part the cohort, so nobody is counted twice. */
export const cohortSize = (cells: readonly CohortCell[]): number => countOf(cells, () => true);

/** A step counts only who passed both stages; who reached this one without the previous is a bypass, shown beside it instead of pushing a step over 100 %. */
export function stageLines(cells: readonly CohortCell[], template: Template): StageLine[] {
  const cohort = cohortSize(cells);
  return TEMPLATES[template].map((id) => {
    const here = countOf(cells, ({ mask }) => reached(mask, id));
    const previous = previousStage(template, id);
    const share = percent(here, cohort);
    if (previous === null) return { id, reached: here, step: null, bypass: null, from_entry: share };
    const before = countOf(cells, ({ mask }) => reached(mask, previous));
    const through = countOf(cells, ({ mask }) => reached(mask, id) && reached(mask, previous));
    return { id, reached: here, step: percent(through, before), bypass: here - through, from_entry: share };
  });
}

/** People of each breakdown line, by stage. */
export function sourceCounts(cells: readonly CohortCell[], labelOf: (origin: Origin) => string): Map<string, SourceCounts> {
  const lines = Map.groupBy(cells, ({ origin }) => labelOf(origin));
  return new Map([...lines].map(([label, own]) => [label, countStages(own)]));
}

/** Each stage by itself: who skipped an earlier one is counted here all the same. */
export function countStages(cells: readonly CohortCell[]): SourceCounts {
  const at = (stage: Stage): number => countOf(cells, ({ mask }) => reached(mask, stage));
  const [click, bot_start, registration, login, order, sale, resale] = STAGES.map(at);
  return {
    cohort: cohortSize(cells),
    click: click ?? 0,
    bot_start: bot_start ?? 0,
    registration: registration ?? 0,
    login: login ?? 0,
    order: order ?? 0,
    sale: sale ?? 0,
    resale: resale ?? 0,
  };
}

/** Weekly cohorts, oldest first. A sale within 7 days is also within 30 and 60; the report's window plays no part. */
export function weekLines(cells: readonly CohortCell[]): WeekLine[] {
  const weeks = [...Map.groupBy(cells, ({ week }) => week)].toSorted(([a], [b]) => a - b);
  const sold = (own: readonly CohortCell[], days: number): number =>
    countOf(own, ({ soldWithin }) => soldWithin !== 0 && soldWithin <= days);
  return weeks.map(([week, own]) => ({
    week: weekLabel(week),
    people: cohortSize(own),
    sale_7d: sold(own, 7),
    sale_30d: sold(own, 30),
    sale_60d: sold(own, 60),
  }));
}
