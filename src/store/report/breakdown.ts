/** The columns that one breakdown needs, and no more: grouping by a column with a value per click would return a row per click. */
import type { Breakdown } from "../../domain/funnel/query.ts";

/** SELECT list of `link, source, campaign, content, place` from a row `alias` of report_people or of touches. `place` only exists on people. */
export function originColumns(by: Breakdown, alias: string, place: boolean): string {
  const take: Readonly<Record<Breakdown, readonly string[]>> = {
    source: ["source", "campaign"],
    campaign: ["campaign"],
    content: ["content"],
    link: [],
    bot: [],
    connection: [],
  };
  const wanted = new Set(take[by]);
  const column = (name: string): string => (wanted.has(name) ? `${alias}.utm_${name}` : "NULL");
  const marks = [...wanted].map((name) => `${alias}.utm_${name}`);
  return [
    `${by === "bot" || by === "connection" ? "NULL" : linkColumn(alias, marks)} AS link`,
    `${column("source")} AS source`,
    `${column("campaign")} AS campaign`,
    `${column("content")} AS content`,
    `${place && (by === "bot" || by === "connection") ? `${alias}.${by}` : "NULL"} AS place`,
  ].join(", ");
}

/** The link matters only where the touch itself has no mark of the kind: then the configuration's may speak for it. */
const linkColumn = (alias: string, marks: readonly string[]): string =>
  marks.length === 0
    ? `${alias}.link`
    : `CASE WHEN COALESCE(${marks.join(", ")}${marks.length === 1 ? ", NULL" : ""}) IS NULL THEN ${alias}.link END`;

/** SQL condition: the origin is one of a JSON list of them, or there is no list. `column` = where a row has its part of the origin. */
export function isAmong(list: string, column: (name: string) => string = (name) => name): string {
  const same = ["link", "source", "campaign", "content", "place"].map((name) => `o.value ->> '${name}' IS ${column(name)}`);
  return `(${list} IS NULL OR EXISTS (SELECT 1 FROM json_each(${list}) o WHERE ${same.join(" AND ")}))`;
}
