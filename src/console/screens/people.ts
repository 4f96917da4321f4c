/** Люди: search first, then the newest; the list behind a number of the funnel looks the same. */
import { originLabel } from "../../domain/funnel/origin.ts";
import { parseReportQuery } from "../../domain/funnel/query.ts";
import { STAGES, type Stage } from "../../domain/funnel/stages.ts";
import { personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { type PersonLine, countPersons, listPersonLines, moneyOf, personLinesOf } from "../../store/operator/people.ts";
import { cohortCells } from "../../store/report/cohort.ts";
import { reportPeople } from "../../store/report/people.ts";
import { refreshReportPeople } from "../../store/report/refresh.ts";
import type { Page } from "../page.ts";
import { empty, moment, pager, sourceName, stageDots } from "../parts.ts";
import { type View, amountE4, daysText } from "../view.ts";

const PAGE = 50;
const MOST = 500;

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
    aside: html`<span class="dim">${total}</span>`,
    body:
      total === 0
        ? empty(
            view.say(["Пока никого. Человек появится с первым событием.", "Nobody yet. A person appears with the first event."]),
            html`<a class="btn main" href="/console/connections">${view.word("connections")}</a>`,
          )
        : html`${await peopleTable(view, shown)}${pager(view, lines.length > PAGE && last ? `${last.last_seen}~${last.id}` : null)}`,
  };
}

/** `/console/funnel/people`: who stands behind one number. */
export async function reportPeoplePage(view: View): Promise<Page | null> {
  const given = Object.fromEntries(view.url.searchParams);
  const query = parseReportQuery(given, view.ctx.config.workspace, view.ctx.clock());
  if (!query.ok) return null;
  const db = view.ctx.env.DB;
  await refreshReportPeople(db);
  const stage = STAGES.find((name) => name === given["stage"]) ?? null;
  const line = given["line"];
  const origins = line === undefined ? null : (await cohortCells(db, query.value)).map(({ origin }) => origin);
  const fitting = origins?.filter((origin) => originLabel(query.value.by, origin, view.ctx.config.links) === line) ?? null;
  const ids = await reportPeople(db, query.value, { stage, bypass: given["bypass"] === "1", origins: fitting, limit: MOST });
  const lines = await personLinesOf(db, ids);
  const back = new URLSearchParams(view.url.search);
  for (const name of ["stage", "line", "bypass"]) back.delete(name);
  return {
    title: `${stageTitle(view, stage)}${given["bypass"] === "1" ? view.say([" · мимо шага", " · bypassed"]) : ""}: ${lines.length}${ids.length === MOST ? "+" : ""}`,
    screen: "funnel",
    aside: html`<a class="btn" data-key="Escape" href="/console/funnel?${back.toString()}">${view.say(["К воронке", "Back to the funnel"])}</a>`,
    body: html`<p class="dim">${daysText(view, query.value.from, query.value.to)}${line !== undefined && html` · ${line || view.word("unmarked")}`}</p>${lines.length === 0 ? empty(view.say(["Никого.", "Nobody."])) : await peopleTable(view, lines)}`,
  };
}

const stageTitle = (view: View, stage: Stage | null): string => (stage === null ? view.word("people") : view.word(stage));

export const MESSENGERS: Readonly<Record<string, string>> = { telegram_id: "TG", max_id: "MAX", vk_id: "VK", wa_id: "WA" };

export async function peopleTable(view: View, lines: readonly PersonLine[]): Promise<Html> {
  const names = await personNames(
    view.ctx,
    lines.map(({ id }) => id),
  );
  const row = (line: PersonLine): Html => {
    const types = (line.types ?? "").split(",");
    const messengers = types.flatMap((type) => MESSENGERS[type] ?? []);
    return html`<tr data-row data-id="${line.id}"><td data-l="${view.word("person")}"><a href="/console/people/${line.id}">${names.get(line.id) ?? html`<code>${line.key.slice(0, 12)}…</code>`}</a></td><td data-l="${view.say(["Где есть", "Where"])}">${messengers.map((name) => html`<span class="tag">${name}</span> `)}${types.includes("gc_user_id") && html`<span class="tag">GC</span> `}${types.includes("user_id") && html`<span class="tag">${view.say(["сайт", "site"])}</span>`}</td><td data-l="${view.word("source")}">${line.click_at === null && line.bot_start_at === null ? "" : sourceName(view, line)}</td><td data-l="${view.say(["Путь", "Path"])}">${stageDots(view, stagesOf(line))}</td><td class="num" data-l="${view.word("money")}">${moneyOfLine(view, line)}</td><td data-l="${view.say(["Был", "Seen"])}">${moment(view, line.last_seen)}</td></tr>`;
  };
  return html`<div class="wrap"><table class="cards"><thead><tr><th scope="col">${view.word("person")}</th><th scope="col">${view.say(["Где есть", "Where"])}</th><th scope="col">${view.word("source")}</th><th scope="col">${view.say(["Путь", "Path"])}</th><th scope="col" class="num">${view.word("money")}</th><th scope="col">${view.say(["Был", "Seen"])}</th></tr></thead><tbody>${lines.map(row)}</tbody></table></div>`;
}

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
  return moneyOf(line).map(([currency, amount], index) => html`${index > 0 && html`<br>`}${amountE4(view, amount, currency)}`);
}
