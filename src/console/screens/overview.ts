/** Обзор: does everything arrive? One line on top, six numbers, how much of the money is bound, the path with its gaps, the last events. */
import type { Connection } from "../../domain/config.ts";
import { parseReportQuery } from "../../domain/funnel/query.ts";
import type { Report } from "../../domain/funnel/report.ts";
import { RESERVED } from "../../domain/reserved.ts";
import { runReport } from "../../flows/run-report.ts";
import { addDays } from "../../lib/zone.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { type ConnectionPulse, connectionPulses, lastReceivedAt } from "../../store/operator/pulse.ts";
import { type ProblemLine, lastTold, longUnbound } from "../../store/problem-reads.ts";
import { icon } from "../icons.ts";
import { type Page } from "../page.ts";
import { connectionName, eventTable, livePill, nothingYet } from "../parts.ts";
import { basis, behindOf, funnelBars, mistaken, withoutRate } from "../report-view.ts";
import { type View, ago, daysText, hrefWith, moneyOf, numberOf, shareOf } from "../view.ts";
import { eventRows, liveVersion } from "./events.ts";
import { daysIn, shifted } from "./funnel.ts";
import { pathStrip } from "./path-strip.ts";
import { hrefOf, problemSentence } from "./problems.ts";

/** `?from=&to=` as in the funnel, a week without them. While nothing at all has come the page is the empty state, with one button. */
export async function overviewPage(view: View): Promise<Page> {
  const { ctx } = view;
  const given = Object.fromEntries(view.url.searchParams);
  const query = parseReportQuery(given, ctx.config.workspace, ctx.clock());
  const range = query.ok ? query.value : null;
  const ids = [...ctx.config.connections.keys(), ...RESERVED];
  // Everything the screen asks goes out at once; only the numbers wait, for the version of the ledger they are kept under.
  const [lastAt, raised, { rows }, version, pulses] = await Promise.all([
    lastReceivedAt(ctx.env.DB),
    Promise.all([lastTold(ctx.env.DB), longUnbound(ctx.env.DB, ctx.clock())]),
    eventRows({ ...view, url: new URL("/console/events", view.url) }, 10),
    liveVersion(view),
    range === null ? new Map<string, ConnectionPulse>() : connectionPulses(ctx.env.DB, ids, range.start, range.end),
  ]);
  if (lastAt === null && rows.length === 0) return { title: view.word("overview"), screen: "overview", body: nothingYet(view) };
  const { report, before } = range === null ? NO_NUMBERS : await numbersOf(view, given, { range, version });
  const behind = behindOf(view);
  return {
    title: view.word("overview"),
    screen: "overview",
    aside:
      range !== null &&
      html`<span class="dim">${daysText(view, range.from, range.to)}</span>${shifted(view, range)}<a href="${hrefWith(view, { from: addDays(range.to, -1), to: range.to })}">${view.say(["день", "day"])}</a><a href="${hrefWith(view, { from: addDays(range.to, -7), to: range.to })}">${view.say(["неделя", "week"])}</a><a href="${hrefWith(view, { from: addDays(range.to, -30), to: range.to })}">${view.say(["30 дней", "30 days"])}</a>`,
    body: html`${statusLine(view, raised.flat(), lastAt)}${!query.ok && html`${mistaken(view, query.error)}<p><a href="/console">${view.say(["Показать 7 дней", "Show 7 days"])}</a></p>`}${report && html`${six(view, report, before)}${basis(view, report)}${withoutRate(view, report)}${boundMeter(view, report)}${pathStrip(view, { report, pulses, behind })}`}${report && report.cohort > 0 && html`<h2><a href="${hrefWith(view, {}, "/console/funnel")}${view.url.search}">${view.word("funnel")}</a></h2><div class="mini">${funnelBars(view, report, behind)}</div>`}<h2><a href="/console/events">${view.say(["Последние события", "Last events"])}</a></h2>${livePill(view)}${eventTable(view, rows, version)}`,
  };
}

type Numbers = { readonly report: Report | null; readonly before: Report | null };
const NO_NUMBERS: Numbers = { report: null, before: null };
/** A live overview is drawn anew with every event that comes, in every open tab, and counting is dear. */
const KEPT_MS = 5_000;
const KEPT = 20;
const kept = new Map<string, Numbers & { readonly at: number }>();

/** Both ranges, counted anew when the ledger changed. What changes a number without adding an event (a merge) shows at once where it was decided
 *  and after `KEPT_MS` elsewhere. */
async function numbersOf(
  view: View,
  given: Readonly<Record<string, string>>,
  { range, version }: { range: { from: string; to: string }; version: string },
): Promise<Numbers> {
  const { ctx } = view;
  const now = ctx.clock();
  const key = [ctx.config.version, version, range.from, range.to, JSON.stringify(given)].join();
  const known = kept.get(key);
  if (known && now - known.at < KEPT_MS) return known;
  const [report, before] = await Promise.all([
    runReport(ctx, given, "overview"),
    runReport(ctx, { ...given, from: addDays(range.from, -daysIn(range)), to: range.from }, "sums"),
  ]);
  if (kept.size >= KEPT) kept.clear();
  const numbers = { report: report.ok ? report.value : null, before: before.ok ? before.value : null, at: now };
  kept.set(key, numbers);
  return numbers;
}

/** After an operator's decision. */
export const forgetNumbers = (): void => kept.clear();

/** What stops other things from arriving is told before what only waits for a decision. */
const URGENCY = ["delivery", "loop", "unresolved_macro", "silence", "unbound", "conflict", "contact_quarantined"];

/** One line: the most urgent problem, or that everything arrives. */
function statusLine(view: View, problems: readonly ProblemLine[], lastAt: number | null): Html {
  const [top] = problems.toSorted((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind));
  const last =
    lastAt !== null && html` · <span>${view.say(["последнее событие {0}", "last event {0}"], ago(view, lastAt))}</span>`;
  const held = heldBack(view);
  if (held.length > 0)
    return html`<p class="note warn">${icon("warn")} ${view.say(["Отправка остановлена, доставки ждут:", "Sending is stopped, deliveries wait:"])} ${held.map(({ id }) => html`<a href="/console/connections/${id}#settings">${connectionName(view, id)}</a> `)}${problems.length > 0 && html`· <a href="/console/problems">${view.say(["Что починить ({0})", "What to mend ({0})"], problems.length)}</a>`}${last}</p>`;
  if (top)
    return html`<p class="note bad">${icon("warn")} <a href="${hrefOf(top)}">${problemSentence(view, top)}</a> · <a href="/console/problems">${view.say(["Что починить ({0})", "What to mend ({0})"], problems.length)}</a>${last}</p>`;
  return html`<p class="note ok">${icon("ok")} ${view.say(["Всё доходит", "Everything arrives"])}${last}</p>`;
}

/** Connections that rules write to and that somebody has switched off. */
function heldBack(view: View): readonly Connection[] {
  const { connections, rules } = view.ctx.config;
  const written = new Set(rules.flatMap((rule) => (rule.disabled === true ? [] : rule.do.map(({ to }) => to))));
  return [...connections.values()].filter(({ id, disabled }) => disabled === true && written.has(id));
}

function six(view: View, report: Report, before: Report | null): Html {
  const reached = (of: Report | null, id: string): number | null => of?.stages.find((stage) => stage.id === id)?.reached ?? null;
  const behind = behindOf(view);
  const box = (label: string, now: string, delta: Content, question: Readonly<Record<string, string>>): Html =>
    html`<a href="${behind(question)}"><div class="box"><small>${label}</small><span class="big">${now}</span>${delta}</div></a>`;
  const labels = {
    click: view.say(["Переходы", "Clicks"]),
    bot_start: view.say(["Старты", "Starts"]),
    registration: view.say(["Регистрации", "Registrations"]),
    order: view.say(["Заказы", "Orders"]),
    sale: view.say(["Продажи", "Sales"]),
  };
  const numbers = (["click", "bot_start", "registration", "order", "sale"] as const).map((id) => {
    const [now, was] = [reached(report, id) ?? 0, reached(before, id)];
    return box(labels[id], numberOf(view, now), deltaOf(view, now, was), { stage: id });
  });
  const [net, was] = [Number(report.money.net), before === null ? null : Number(before.money.net)];
  return html`<div class="six">${numbers}${box(view.word("netRevenue"), moneyOf(view, report.money.net, report.range.currency), deltaOf(view, net, was), { paid: "1" })}</div>`;
}

function deltaOf(view: View, now: number, was: number | null): Content {
  if (was === null) return null;
  if (was === 0) return html`<small>${view.say(["прошлый период: 0", "previous: 0"])}</small>`;
  const change = Math.round(((now - was) / Math.abs(was)) * 100);
  return html`<small class="${change < 0 ? "bad" : change > 0 ? "ok" : "dim"}">${change > 0 ? "▲" : change < 0 ? "▼" : "="} ${numberOf(view, Math.abs(change))} % ${view.say(["к прошлому", "vs before"])}</small>`;
}

const share = (text: string | null): number => Number(text ?? 0);

/** Nothing where nothing was paid: a share of no deals is no share. */
function boundMeter(view: View, { money }: Report): Content {
  if (money.paid_deals === 0) return null;
  const [known, bound] = [share(money.known_source_share), share(money.bound_share)];
  const text = `${view.say(["привязано", "bound"])} ${shareOf(view, money.bound_share)}, ${view.word("sourceKnown")} ${shareOf(view, money.known_source_share)}`;
  return html`<h2>${view.say(["Связность", "Connectedness"])}</h2><div class="meter"><svg class="bar" viewBox="0 0 100 22" preserveAspectRatio="none" role="img" aria-label="${text}"><rect class="g" width="100" height="22"/><rect class="b" width="${bound}" height="22"/><rect class="a" width="${known}" height="22"/></svg><p>${view.say(["привязано", "bound"])} <b>${shareOf(view, money.bound_share)}</b> · ${view.word("sourceKnown")} <b>${shareOf(view, money.known_source_share)}</b> <small>${view.say(["оплаченных сделок: {0}", "paid deals: {0}"], numberOf(view, money.paid_deals))}</small>${Math.min(known, bound) < 100 && html` · <a href="${hrefWith(view, {}, "/console/why")}${view.url.search}">${view.say(["почему не 100 %", "why not 100 %"])}</a>`}</p></div>`;
}
