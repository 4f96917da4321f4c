/** The funnel's tables as HTML: drawn by the console with links behind every number, and by the shared page without. */
import type { Report, SourceLine } from "../domain/funnel/report.ts";
import type { StageLine } from "../domain/funnel/cohort.ts";
import { percent } from "../domain/funnel/amount.ts";
import { costPer } from "../domain/funnel/money.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { type Content, type Html, html } from "../lib/markup.ts";
import { addDays, startOfDay } from "../lib/zone.ts";
import { errorText } from "./error-text.ts";
import { type View, clockTime, daysText, hrefWith, moneyOf, numberOf, shareOf } from "./view.ts";
import { type Column, box, cells, heads, scrolling } from "./layout.ts";

/** Address of the people behind a number; null on the shared page. */
export type Behind = ((question: Readonly<Record<string, string>>) => string) | null;

/** What is wrong with the parameters that were asked. */
export const mistaken = (view: View, errors: readonly FieldError[]): Html =>
  html`<p class="note bad" role="alert">${errors.map((error) => errorText(view, error)).join("; ")}</p>`;

/** The list of people behind a number, under the same controls. */
export const behindOf =
  (view: View): NonNullable<Behind> =>
  (question) => {
    const asked = new URL(`/console/funnel/people${view.url.search}`, view.url);
    const { pathname, searchParams } = new URL(hrefWith({ ...view, url: asked }, question, asked.pathname), asked);
    // The line without a name is a line too.
    if (question["line"] === "") searchParams.set("line", "");
    return `${pathname}?${searchParams.toString()}`;
  };

const WIDTH = 400;

const linked = (view: View, behind: Behind, question: Readonly<Record<string, string>>, n: number): Content =>
  behind === null || n === 0 ? numberOf(view, n) : html`<a href="${behind(question)}">${numberOf(view, n)}</a>`;

/** Leads to those who paid or were refunded, whenever they entered. */
const payers = (behind: Behind, question: Readonly<Record<string, string>>, sum: Content): Content =>
  behind === null ? sum : html`<a href="${behind({ ...question, paid: "1" })}">${sum}</a>`;

/** Reached people as a bar against the cohort, those who skipped the previous step hatched. */
export function funnelBars(view: View, report: Report, behind: Behind): Html {
  const columns: readonly Column[] = [
    [view.say(["Этап", "Stage"])],
    [""],
    [view.say(["Человек", "People"]), "num"],
    [view.say(["Шаг", "Step"]), "num"],
    [view.say(["Мимо шага", "Bypassed"]), "num"],
    [view.say(["От входа", "From entry"]), "num"],
  ];
  const row = (stage: StageLine): Html => {
    const unit = report.cohort === 0 ? 0 : WIDTH / report.cohort;
    const bypass = stage.bypass ?? 0;
    const whole = Math.round(stage.reached * unit);
    const through = Math.round((stage.reached - bypass) * unit);
    return html`<tr data-row><th scope="row">${view.word(stage.id)}</th><td><svg class="bar" viewBox="0 0 ${WIDTH} 22" preserveAspectRatio="none" aria-hidden="true"><rect class="g" width="${WIDTH}" height="22" rx="3"/><rect class="a" width="${through}" height="22" rx="3"/><rect class="h" x="${through}" width="${whole - through}" height="22"/></svg></td><td class="num">${linked(view, behind, { stage: stage.id }, stage.reached)}</td>${cells(columns.slice(3), [shareOf(view, stage.step), stage.bypass === null ? "—" : linked(view, behind, { stage: stage.id, bypass: "1" }, stage.bypass), shareOf(view, stage.from_entry)])}</tr>`;
  };
  return html`<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6"/><path d="M0 0v6"/></pattern></defs></svg>${scrolling(view.word("funnel"), html`<table class="fun">${heads(columns)}<tbody>${report.stages.map(row)}</tbody></table>`, "wrap")}`;
}

/** By the name of the report's `by` parameter. */
export const breakdownNames = (view: View): Readonly<Record<Report["range"]["by"], string>> => ({
  source: view.word("source"),
  campaign: view.say(["Кампания", "Campaign"]),
  content: view.say(["Объявление", "Content"]),
  link: view.word("oneLink"),
  bot: view.say(["Бот", "Bot"]),
  connection: view.word("connection"),
});

/** What stands under the bars: sources, money, times, weeks, and how all of it was counted. */
export const reportTables = (view: View, report: Report, behind: Behind): Html =>
  html`<h2>${view.say(["По источникам", "By source"])}</h2>${sourceTable(view, report, behind)}<div class="two gap">${moneyBox(view, report, behind)}${timesBox(view, report, behind)}</div><div class="gap"></div>${weeksBox(view, report, behind)}${explained(view, report)}`;

/** Sources by stages with net money, cost, CPL, CAC and the ROMI of the touch that was asked for; a loss has its sign besides its colour. */
function sourceTable(view: View, report: Report, behind: Behind): Html {
  const { currency, attribution } = report.range;
  const last = attribution === "last";
  const stages = report.stages.map(({ id }) => id);
  const money = (text: string | null): string => (text === null ? "—" : moneyOf(view, text, currency));
  const row = (line: SourceLine): Html => {
    const romi = last ? line.romi_last : line.romi_first;
    return html`<tr data-row><th scope="row">${line.source || view.word("unmarked")}</th><td class="num">${linked(view, behind, { line: line.source }, line.cohort)}</td>${stages.map((stage) => html`<td class="num">${linked(view, behind, { line: line.source, stage }, line[stage])}</td>`)}<td class="num">${payers(behind, { line: line.source }, money(last ? line.net_last : line.net_first))}</td><td class="num">${money(line.cost)}</td><td class="num${romi?.startsWith("-") === true && " bad"}">${shareOf(view, romi)}</td><td class="num">${money(costPer(line.cost, line.registration))}</td><td class="num">${money(costPer(line.cost, line.sale))}</td></tr>`;
  };
  const columns: readonly Column[] = [
    [breakdownNames(view)[report.range.by]],
    ...[
      view.say(["Когорта", "Cohort"]),
      ...stages.map((stage) => view.word(stage)),
      view.word("netRevenue"),
      view.word("adCost"),
      "ROMI",
      "CPL",
      "CAC",
    ].map((head): Column => [head, "num"]),
  ];
  const table = html`<table class="wide">${heads(columns)}<tbody>${report.sources.map(row)}</tbody></table>`;
  return scrolling(view.say(["По источникам", "By source"]), table, "wrap");
}

/** Events of the range by when they happened, as the report counts them. */
export function datedIn(view: View, { from, to }: { readonly from: string; readonly to: string }): string {
  const [since, until] = [from, to].map((date) => startOfDay(date, view.ctx.config.workspace.time_zone) ?? 0);
  return `since=${since}&until=${until}&dated=1`;
}

/** Money by the date it was paid. What is bound to nobody is a line of its own and in none of the sums above it. */
function moneyBox(view: View, report: Report, behind: Behind): Html {
  const { money } = report;
  const { currency, from, to } = report.range;
  const sum = (text: string): string => moneyOf(view, text, currency);
  const dated = datedIn(view, report.range);
  const listed = (type: string, text: Content): Content =>
    behind === null ? text : html`<a href="/console/events?type=${type}&amp;${dated}">${text}</a>`;
  const why = (text: Content): Content =>
    behind === null ? text : html`<a href="/console/why?from=${from}&amp;to=${to}">${text}</a>`;
  const rows: [string, Content][] = [
    [view.say(["Выручка", "Gross"]), listed("payment", sum(money.gross))],
    [view.say(["Возвраты", "Refunds"]), listed("refund", sum(money.refunds))],
    [view.word("netRevenue"), payers(behind, {}, html`<b>${sum(money.net)}</b>`)],
    [view.word("unbound"), why(sum(money.unbound))],
    [view.say(["Оплаченных сделок", "Paid deals"]), listed("payment", numberOf(view, money.paid_deals))],
    [view.say(["Средняя сделка", "Average deal"]), money.average_deal === null ? "—" : sum(money.average_deal)],
    [
      view.say(["Связность", "Bound"]),
      why(`${shareOf(view, money.bound_share)} · ${view.word("sourceKnown")} ${shareOf(view, money.known_source_share)}`),
    ],
  ];
  return box(
    view.word("money"),
    html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>${withoutRate(view, report)}`,
  );
}

/** Beside every sum: money that is in none, because nobody has said what its currency is worth. */
export const withoutRate = (view: View, { money: { no_rate } }: Report): Content =>
  no_rate.length > 0 &&
  html`<p class="note warn">${view.say(["Нет курса, в суммы не вошло:", "No rate, outside the sums:"])} ${no_rate.map(({ gross, refunds, currency }) => `${numberOf(view, gross)}${refunds === "0.00" ? "" : ` − ${numberOf(view, refunds)}`} ${currency}`).join(", ")}</p>`;

/** Median and p90 per stage; a stage that the report ranked no times for has no line. */
function timesBox(view: View, report: Report, behind: Behind): Html {
  const rows = report.stages.flatMap(({ id }) => {
    const time = report.times[id];
    return time === undefined || time.median_minutes === null
      ? []
      : [
          html`<tr><th scope="row">${view.word(id)}</th><td class="num">${behind === null ? duration(view, time.median_minutes) : html`<a href="${behind({ stage: id })}">${duration(view, time.median_minutes)}</a>`}</td><td class="num">${duration(view, time.p90_minutes)}</td></tr>`,
        ];
  });
  const columns: readonly Column[] = [[view.say(["Этап", "Stage"])], [view.say(["Медиана", "Median"]), "num"], ["p90", "num"]];
  return tableBox(view.say(["Время до этапа", "Time to the stage"]), columns, rows);
}

/** Cohorts by ISO week of entry with who bought within 7, 30 and 60 days. A week that the range cuts leads to the days inside it. */
function weeksBox(view: View, report: Report, behind: Behind): Html {
  const { from, to } = report.range;
  /** People of a week are those of the range who entered in it; who bought within d days is a window of d days. */
  const people = (week: string, question: Readonly<Record<string, string>>, text: Content, n: number): Content => {
    const monday = mondayOf(week);
    const [start, end] = [monday > from ? monday : from, addDays(monday, 7) < to ? addDays(monday, 7) : to];
    return behind === null || n === 0 ? text : html`<a href="${behind({ from: start, to: end, ...question })}">${text}</a>`;
  };
  const sold = (week: string, days: number, n: number, of: number): Content =>
    people(week, { stage: "sale", window: String(days), mode: "" }, share(n, of), n);
  const share = (n: number, of: number): string => `${numberOf(view, n)} · ${shareOf(view, percent(n, of))}`;
  const columns: readonly Column[] = [
    [view.say(["Неделя", "Week"])],
    [view.say(["Человек", "People"]), "num"],
    ...[7, 30, 60].map((days): Column => [view.say(["купили за {0} дн", "bought in {0} d"], days), "num"]),
  ];
  const rows = report.weeks.map(
    ({ week, people: all, sale_7d, sale_30d, sale_60d }) =>
      html`<tr><th scope="row">${week}</th>${[people(week, {}, numberOf(view, all), all), sold(week, 7, sale_7d, all), sold(week, 30, sale_30d, all), sold(week, 60, sale_60d, all)].map((content) => html`<td class="num">${content}</td>`)}</tr>`,
  );
  return tableBox(view.say(["Недельные когорты", "Weekly cohorts"]), columns, rows);
}

const tableBox = (title: string, columns: readonly Column[], rows: Content): Html =>
  box(title, html`${scrolling(title, html`<table>${heads(columns)}<tbody>${rows}</tbody></table>`)}`);

/** The Monday of an ISO week "2026-W09": the week of 4 January is the first (ISO 8601). */
function mondayOf(week: string): string {
  const [year = 1970, number = 1] = week.split("-W").map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4));
  return addDays(fourth.toISOString().slice(0, 10), (number - 1) * 7 - ((fourth.getUTCDay() + 6) % 7));
}

/** Whole minutes below an hour, hours below two days, then days; "—" for null. */
function duration(view: View, minutes: number | null): string {
  if (minutes === null) return "—";
  if (minutes < 60) return view.say(["{0} мин", "{0} min"], numberOf(view, Math.round(minutes)));
  if (minutes < 48 * 60) return view.say(["{0} ч", "{0} h"], numberOf(view, Math.round(minutes / 6) / 10));
  return view.say(["{0} дн", "{0} d"], numberOf(view, Math.round(minutes / 144) / 10));
}

/** What every report states about itself. */
export const basis = (view: View, report: Report): Html => {
  const { range } = report;
  return html`<p class="dim">${daysText(view, range.from, range.to)}, ${range.time_zone} · ${view.say(["деньги по дате события", "money by event date"])} · ${view.say(["окно {0} дн", "window {0} d"], range.window)} · ${range.attribution === "last" ? view.say(["последнее касание", "last touch"]) : view.say(["первое касание", "first touch"])}${range.mode === "strict" && view.say([" · строгий путь", " · strict path"])}${range.only_click && view.say([" · в воронке только люди с кликом", " · people with a click only in the funnel"])} · ${range.currency} · ${view.word("asOf", clockTime(view, Date.parse(range.as_of)))}</p>`;
};

/** «Как это посчитано»: the definitions with the numbers in them. */
function explained(view: View, report: Report): Html {
  const { money } = report;
  const { currency, attribution } = report.range;
  const sum = (text: string): string => moneyOf(view, text, currency);
  const last = attribution === "last";
  let before = 0;
  const steps = report.stages.map((stage) => {
    const line = `${view.word(stage.id)}: (${numberOf(view, stage.reached)} − ${numberOf(view, stage.bypass ?? 0)}) / ${numberOf(view, before)} = ${shareOf(view, stage.step)}`;
    if (stage.id !== "login") before = stage.reached;
    return stage.step === null ? [] : [line];
  });
  const lines = [
    view.say(
      [
        "Когорта — люди, чьё первое событие пути попало в период: {0}.",
        "The cohort is the people whose first event of the path fell into the range: {0}.",
      ],
      numberOf(view, report.cohort),
    ),
    view.say(
      [
        "Этап достигнут, если случился не позже {0} дней после входа.",
        "A stage is reached when it came within {0} days of entry.",
      ],
      report.range.window,
    ),
    view.say([
      "Шаг — дошедшие минус прошедшие мимо, от людей предыдущего обязательного этапа (вход по PIN не обязателен):",
      "A step is those who reached it less those who bypassed, of the previous required stage (the PIN login is optional):",
    ]),
    ...steps.flat(),
    view.say(
      ["Чистая выручка {0} = {1} − {2}, по дате самого платежа.", "Net {0} = {1} − {2}, by the payment's own date."],
      sum(money.net),
      sum(money.gross),
      sum(money.refunds),
    ),
    view.say(
      [
        "Связность {0} = {1} / {2}: сделки с человеком из всех оплаченных.",
        "Bound {0} = {1} / {2}: deals with a person of all paid ones.",
      ],
      shareOf(view, money.bound_share),
      numberOf(view, money.bound_deals),
      numberOf(view, money.paid_deals),
    ),
    view.say(["ROMI = (чистая выручка − расход) / расход:", "ROMI = (net − cost) / cost:"]),
    ...report.sources.flatMap((line) => {
      const [net, romi] = last ? [line.net_last, line.romi_last] : [line.net_first, line.romi_first];
      return romi === null
        ? []
        : [
            `${line.source || view.word("unmarked")}: (${sum(net)} − ${sum(line.cost)}) / ${sum(line.cost)} = ${shareOf(view, romi)}`,
          ];
    }),
  ];
  return html`<details><summary>${view.say(["Как это посчитано", "How this is counted"])}</summary><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></details>`;
}
