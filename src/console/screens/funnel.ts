/** Воронка: where we lose, by which source, at what return. Every number is a link to its people. Zeros are explained by what is
 *  not connected: an empty stage and a stage nobody reports look alike in a table. */
import type { Kind } from "../../domain/config.ts";
import { BREAKDOWNS, WINDOWS, parseReportQuery, reportParametersOf } from "../../domain/funnel/query.ts";
import type { Report } from "../../domain/funnel/report.ts";
import type { Stage } from "../../domain/funnel/stages.ts";
import { runReport } from "../../flows/run-report.ts";
import { addDays, dateIn } from "../../lib/zone.ts";
import { type Content, type Html, html, trusted } from "../../lib/markup.ts";
import { actForm, type Page } from "../page.ts";
import { basis, behindOf, breakdownNames, funnelBars, mistaken, reportTables } from "../report-view.ts";
import { type View, hrefWith } from "../view.ts";
import { select, empty } from "../layout.ts";

/** The same parameters as `GET /v1/report`. A mistake among them is told above the controls, which stand so that it can be corrected. */
export async function funnelPage(view: View): Promise<Page> {
  const given = Object.fromEntries(view.url.searchParams);
  const report = await runReport(view.ctx, given, "all");
  const title = view.word("funnel");
  if (!report.ok) return { title, screen: "funnel", body: html`${mistaken(view, report.error)}${controls(view)}` };
  const behind = behindOf(view);
  const { value } = report;
  const missing = value.stages.filter(({ reached }) => reached === 0);
  const silent = silence(view, missing);
  return {
    title,
    screen: "funnel",
    aside: html`<a class="btn" href="${hrefWith(view, {}, "/console/funnel.csv")}${view.url.search}">CSV</a><a class="btn" href="${hrefWith(view, { format: "excel" }).replace("/funnel?", "/funnel.csv?")}">Excel</a>${shareForm(view)}`,
    body: html`${controls(view)}${basis(view, value)}${
      value.cohort === 0 && value.money.paid_deals === 0
        ? nobodyEntered(view, value)
        : html`${funnelBars(view, value, behind)}${missing.length > 0 && html`<p class="dim">${view.say(["Никто из вошедших не дошёл: {0}.", "Nobody who entered reached: {0}."], missing.map(({ id }) => view.word(id)).join(", "))} ${silent !== null && html`${silent} <a href="/console/connections">${view.say(["Подключить источник", "Connect a source"])}</a>`}</p>`}${reportTables(view, value, behind)}`
    }`,
  };
}

/** Who tells of a stage; a service of any kind may tell of every one. */
const SOURCES: Readonly<Record<Stage, readonly (Kind | "links")[]>> = {
  click: ["links", "keitaro"],
  bot_start: ["salebot", "chatterfy", "metabot", "telegram"],
  registration: ["getcourse", "site", "network"],
  login: ["site"],
  order: ["getcourse", "site"],
  sale: ["getcourse", "site", "network", "keitaro"],
  resale: ["getcourse", "site", "network", "keitaro"],
};

/** An empty range is no mistake where everything is connected. */
function nobodyEntered(view: View, { stages }: Pick<Report, "stages">): Html {
  const why = silence(view, stages) ?? view.say(["Проверьте период и подключения.", "Check the range and the connections."]);
  return empty(
    `${view.say(["За этот период никто не начал путь.", "Nobody entered in this range."])} ${why}`,
    html`<a class="btn" href="/console/connections">${view.word("connections")}</a>`,
  );
}

/** Which of these stages nothing connected could tell of; null when all have somebody. */
function silence(view: View, stages: Report["stages"]): string | null {
  const { connections, links } = view.ctx.config;
  const kinds = new Set<Kind | "links">(
    [...connections.values()].flatMap(({ kind, disabled }) => (disabled === true ? [] : kind)),
  );
  if (links.size > 0) kinds.add("links");
  const silent = stages.filter(({ id }) => !kinds.has("http") && !SOURCES[id].some((kind) => kinds.has(kind)));
  if (silent.length === 0) return null;
  const names = silent.map(({ id }) => view.word(id)).join(", ");
  return view.say(["Не подключён источник этапов: {0}.", "No source is connected for: {0}."], names);
}

function shareForm(view: View): Html {
  return actForm(
    view,
    { act: "share-report", fields: { query: view.url.search.slice(1) } },
    html`<button>${view.say(["Поделиться", "Share"])}</button>`,
  );
}

const PERIODS = ["today", "yesterday", "7d", "30d", "month"] as const;

/** Ready ranges in workspace dates; the end is exclusive. */
export function periodRange(view: View, period: (typeof PERIODS)[number]): { from: string; to: string } {
  const today = dateIn(view.ctx.clock(), view.ctx.config.workspace.time_zone);
  const tomorrow = addDays(today, 1);
  switch (period) {
    case "today":
      return { from: today, to: tomorrow };
    case "yesterday":
      return { from: addDays(today, -1), to: today };
    case "7d":
      return { from: addDays(today, -6), to: tomorrow };
    case "30d":
      return { from: addDays(today, -29), to: tomorrow };
    case "month":
      return { from: `${today.slice(0, 8)}01`, to: tomorrow };
  }
}

/** Length of a range of workspace dates, at least one day. */
export const daysIn = ({ from, to }: { from: string; to: string }): number =>
  Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000));

/** Links to the neighbouring ranges of the same length, for `[` and `]`. */
export function shifted(view: View, range: { from: string; to: string }): Content {
  const days = daysIn(range);
  const link = (key: string, sign: number, label: string): Html =>
    html`<a class="btn" data-key="${key}" rel="${sign < 0 ? "prev" : "next"}" aria-label="${label}" href="${hrefWith(view, { from: addDays(range.from, sign * days), to: addDays(range.to, sign * days) })}">${key === "[" ? "‹" : "›"}</a>`;
  return html`${link("[", -1, view.say(["Прошлый период", "Previous period"]))}${link("]", 1, view.say(["Следующий период", "Next period"]))}`;
}

function controls(view: View): Html {
  const parsed = parseReportQuery(Object.fromEntries(view.url.searchParams), view.ctx.config.workspace, view.ctx.clock());
  const fallback = parseReportQuery({}, view.ctx.config.workspace, view.ctx.clock());
  const query = parsed.ok ? parsed.value : fallback.ok ? fallback.value : null;
  if (!query) return html``;
  const given = (name: string): string => reportParametersOf(query)[name] ?? "";
  const names: Readonly<Record<string, string>> = {
    today: view.say(["сегодня", "today"]),
    yesterday: view.say(["вчера", "yesterday"]),
    "7d": view.say(["7 дней", "7 days"]),
    "30d": view.say(["30 дней", "30 days"]),
    month: view.say(["месяц", "month"]),
  };
  const by = breakdownNames(view);
  return html`<p class="row">${PERIODS.map((period) => html`<a href="${hrefWith(view, periodRange(view, period))}">${names[period]}</a>`)}${shifted(view, query)}</p><details class="filters"><summary>${view.word("filters")}</summary><form class="row end" action="/console/funnel"><label>${view.say(["С", "From"])}<input type="date" name="from" value="${query.from}"></label><label>${view.say(["До, не включая", "To, exclusive"])}<input type="date" name="to" value="${query.to}"></label>${select(
    "template",
    view.say(["Шаблон", "Template"]),
    {
      choices: [
        ["", view.say(["Онлайн-школа", "Online school"])],
        ["affiliate", view.say(["Арбитраж", "Affiliate"])],
      ],
      value: given("template"),
      go: true,
    },
  )}${select("mode", view.word("thePath"), {
    choices: [
      ["", view.say(["дошли", "reached"])],
      ["strict", view.say(["строгий", "strict"])],
    ],
    value: given("mode"),
    go: true,
  })}${select("window", view.say(["Окно", "Window"]), { choices: WINDOWS.map((days) => [String(days), view.say(["{0} дн", "{0} d"], days)] as const), value: String(query.window), go: true })}${select(
    "attribution",
    view.say(["Касание", "Touch"]),
    {
      choices: [
        ["", view.say(["первое", "first"])],
        ["last", view.say(["последнее", "last"])],
      ],
      value: given("attribution"),
      go: true,
    },
  )}${select("by", view.say(["Разбить по", "Break down by"]), { choices: BREAKDOWNS.map((name) => [name, by[name]] as const), value: query.by, go: true })}<label class="in"><input type="checkbox" name="only" value="click"${query.onlyClick ? trusted(" checked") : ""}>${view.say(["только с кликом", "only with a click"])}</label><button>${view.word("show")}</button></form></details>`;
}
