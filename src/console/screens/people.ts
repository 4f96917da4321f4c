/** Люди: search first, then the newest; the list behind a number of the funnel looks the same, and is asked with the very
 *  conditions the number was counted by. */
import { type Origin, originLabel } from "../../domain/funnel/origin.ts";
import { type ReportQuery, parseReportQuery } from "../../domain/funnel/query.ts";
import { STAGES, type Stage } from "../../domain/funnel/stages.ts";
import { openIdentifier, personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { identifiersOfType } from "../../store/identifier-reads.ts";
import { type PersonLine, countPersons, listPersonLines, moneyOf, personLinesOf } from "../../store/operator/people.ts";
import { cohortCells } from "../../store/report/cohort.ts";
import { moneyTally, payersOf } from "../../store/report/money.ts";
import { reportPeople } from "../../store/report/people.ts";
import { refreshReportPeople } from "../../store/report/refresh.ts";
import type { Page } from "../page.ts";
import { moment, pager, shortKey, sourceName, stageDots } from "../parts.ts";
import { mistaken } from "../report-view.ts";
import { type View, daysText, numberOf, withWorth } from "../view.ts";
import { type Column, cells, cardTable, backLink, empty } from "../layout.ts";

const PAGE = 50;
const MOST = 500;

/** Newest seen first, by cursor. At most 50,000 stale people are counted anew before it is drawn; the cron does the rest. */
export async function peoplePage(view: View): Promise<Page> {
  const db = view.ctx.env.DB;
  await refreshReportPeople(db, 5);
  const [seen, id] = (view.url.searchParams.get("cursor") ?? "").split("~");
  const lines = await listPersonLines(db, seen && id ? { seen: Number(seen), id } : null, PAGE + 1);
  const shown = lines.slice(0, PAGE);
  const last = shown.at(-1);
  const total = await countPersons(db);
  return {
    title: view.word("people"),
    screen: "people",
    aside: html`<span class="dim">${view.say(["всего {0}", "{0} in all"], numberOf(view, total))}</span>`,
    body:
      total === 0
        ? empty(
            view.say(["Пока никого. Человек появится с первым событием.", "Nobody yet. A person appears with the first event."]),
            html`<a class="btn main" href="/console/connections">${view.word("connections")}</a>`,
          )
        : html`<form class="row" action="/console/search"><input type="search" name="q" size="50" aria-label="${view.say(["Найти человека", "Find a person"])}" placeholder="${view.word("search")}"><button class="main">${view.say(["Найти", "Find"])}</button></form>${await peopleTable(view, shown)}${pager(view, lines.length > PAGE && last ? `${last.last_seen}~${last.id}` : null)}`,
  };
}

/** `/console/funnel/people`: who stands behind one number. */
export async function reportPeoplePage(view: View): Promise<Page> {
  const given = Object.fromEntries(view.url.searchParams);
  const query = parseReportQuery(given, view.ctx.config.workspace, view.ctx.clock());
  if (!query.ok) return { title: view.word("people"), screen: "funnel", body: mistaken(view, query.error) };
  const db = view.ctx.env.DB;
  await refreshReportPeople(db);
  const stage = STAGES.find((name) => name === given["stage"]) ?? null;
  const line = given["line"];
  const paid = given["paid"] === "1";
  const origins = line === undefined ? null : await originsOf(db, query.value, paid);
  const fitting = origins?.filter((origin) => originLabel(query.value.by, origin, view.ctx.config.links) === line) ?? null;
  const ids = paid
    ? await payersOf(db, query.value, fitting, MOST)
    : await reportPeople(db, query.value, { stage, bypass: given["bypass"] === "1", origins: fitting, limit: MOST });
  const lines = await personLinesOf(db, ids);
  const back = new URLSearchParams(view.url.search);
  for (const name of ["stage", "line", "bypass", "paid"]) back.delete(name);
  return {
    title: `${paid ? view.word("money") : stageTitle(view, stage)}${given["bypass"] === "1" ? view.say([" · мимо шага", " · bypassed"]) : ""}: ${lines.length}${ids.length === MOST ? "+" : ""}`,
    screen: "funnel",
    aside: backLink(`/console/funnel?${back.toString()}`, view.say(["К воронке", "Back to the funnel"])),
    body: html`<p class="dim">${daysText(view, query.value.from, query.value.to)}${line !== undefined && html` · ${line || view.word("unmarked")}`}</p>${lines.length === 0 ? empty(view.say(["Никого.", "Nobody."])) : await peopleTable(view, lines)}`,
  };
}

/** Every origin among the report's people, or of its money by the touch that was asked for. */
async function originsOf(db: D1Database, query: ReportQuery, paid: boolean): Promise<Origin[]> {
  if (!paid) return (await cohortCells(db, query)).map(({ origin }) => origin);
  const byLast = query.attribution === "last";
  const { money } = await moneyTally(db, query, byLast ? "named" : "none");
  return money.flatMap(({ first, last }) => (first === null ? [] : byLast ? last : first));
}

const stageTitle = (view: View, stage: Stage | null): string => (stage === null ? view.word("people") : view.word(stage));

/** Short names of the messengers, by type of identifier. */
const MESSENGERS: Readonly<Record<string, string>> = { telegram_id: "TG", max_id: "MAX", vk_id: "VK", wa_id: "WA" };

/** Names and school ids are read for all lines at once and unsealed for these only. */
export async function peopleTable(view: View, lines: readonly PersonLine[]): Promise<Html> {
  const names = await personNames(
    view.ctx,
    lines.map(({ id }) => id),
  );
  const school = await schoolIds(view, lines);
  const columns: readonly Column[] = [
    [view.word("person")],
    [view.say(["Где есть", "Where"])],
    [view.say(["Ученик", "Student"])],
    [view.word("source")],
    [view.word("thePath")],
    [view.word("money"), "num"],
    [view.say(["Был", "Seen"])],
  ];
  const row = (line: PersonLine): Html => {
    const types = (line.types ?? "").split(",");
    const places = [
      ...types.flatMap((type) => MESSENGERS[type] ?? []),
      ...(types.includes("user_id") ? [view.say(["сайт", "site"])] : []),
    ];
    const name = names.get(line.id);
    const last = stagesOf(line).findLast(([, at]) => at !== null)?.[0];
    const source = line.click_at === null && line.bot_start_at === null ? "" : sourceName(view, line);
    return html`<tr data-row data-id="${line.id}">${cells(columns, [
      html`<span class="mk"><i class="ava" aria-hidden="true">${initialOf(name)}</i><a href="/console/people/${line.id}">${name === undefined ? html`<code>${shortKey(line.key)}</code>` : html`<bdi>${name}</bdi>`}</a></span>`,
      places.map((place) => html`<span class="tag">${place}</span> `),
      school.get(line.id),
      source,
      html`<span class="mk">${stageDots(view, stagesOf(line))}<small>${last === undefined ? "" : view.word(last)}</small></span>`,
      moneyOfLine(view, line),
      moment(view, line.last_seen),
    ])}</tr>`;
  };
  return cardTable(columns, lines.map(row));
}

/** A letter of the name; people without one are told by their key. */
const initialOf = (name: string | undefined): string => /\p{L}/u.exec(name ?? "")?.[0].toUpperCase() ?? "•";

/** The number a person has in the school, for those who have one. */
async function schoolIds(view: View, lines: readonly PersonLine[]): Promise<Map<string, string>> {
  const students = lines.filter(({ types }) => (types ?? "").split(",").includes("gc_user_id")).map(({ id }) => id);
  const rows = students.length === 0 ? [] : await identifiersOfType(view.ctx.env.DB, "gc_user_id", students);
  return new Map(await Promise.all(rows.map(async (row) => [row.person_id, await openIdentifier(view.ctx, row)] as const)));
}

/** The seven stages in the order of the path, each with the time of reaching it (epoch ms, null = not reached). */
export const stagesOf = (line: PersonLine): readonly (readonly [Stage, number | null])[] => [
  ["click", line.click_at],
  ["bot_start", line.bot_start_at],
  ["registration", line.registration_at],
  ["login", line.login_at],
  ["order", line.order_at],
  ["sale", line.sale_at],
  ["resale", line.resale_at],
];

/** Net money per currency. */
export function moneyOfLine(view: View, line: PersonLine): Content {
  return moneyOf(line).map(([currency, amount], index) => html`${index > 0 && html`<br>`}${withWorth(view, amount, currency)}`);
}
