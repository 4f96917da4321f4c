/** Ссылки: build one, see what each brought, check any. The numbers are those of the funnel broken down by link, so the two
 *  screens cannot disagree. */
import { CLICK_LENGTH, START_PLACES, type Target } from "../../domain/link/deep-link.ts";
import type { TrackedLink } from "../../domain/config.ts";
import { parseReportQuery } from "../../domain/funnel/query.ts";
import type { SourceLine } from "../../domain/funnel/report.ts";
import type { Stage } from "../../domain/funnel/stages.ts";
import { UTM } from "../../domain/normalise/utm.ts";
import { runReport } from "../../flows/run-report.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { dateIn } from "../../lib/zone.ts";
import { actForm, type Page } from "../page.ts";
import type { Phrase } from "../copy.ts";
import { basis, datedIn, mistaken, withoutRate } from "../report-view.ts";
import { type View, daysText, hrefWith, moneyOf, numberOf, publicOrigin } from "../view.ts";
import { periodRange } from "./funnel.ts";
import { type Column, cells, cardTable, datalist, select, empty } from "../layout.ts";

/** Numbers of `?from=&to=`, else of the last 30 days, broken down by link and counted as the funnel counts them. */
export async function linksPage(view: View): Promise<Page> {
  const given = parseReportQuery(Object.fromEntries(view.url.searchParams), view.ctx.config.workspace, view.ctx.clock());
  const range: { from: string; to: string } =
    view.url.searchParams.has("from") && given.ok ? given.value : periodRange(view, "30d");
  const report = await runReport(view.ctx, { from: range.from, to: range.to, by: "link" });
  const { links } = view.ctx.config;
  const lines = new Map<string, SourceLine>(report.ok ? report.value.sources.map((line) => [line.source, line]) : []);
  const clicks: Readonly<Record<string, number>> = report.ok ? report.value.clicks.by_link : {};
  const currency = view.ctx.config.workspace.currency;
  const base = publicOrigin(view);
  const columns: readonly Column[] = [
    [view.word("oneLink")],
    [view.say(["Переходы", "Clicks"]), "num"],
    [view.word("people"), "num"],
    [view.say(["Старты", "Starts"]), "num"],
    [view.say(["Продажи", "Sales"]), "num"],
    [view.say(["Выручка", "Net"]), "num"],
    [view.word("adCost")],
  ];
  const behind = (asked: Readonly<Record<string, string>>, text: string): Html =>
    html`<a href="${hrefWith(view, { from: range.from, to: range.to, by: "link", ...asked }, "/console/funnel/people")}">${text}</a>`;
  const people = (line: string, stage: Stage, n = 0): Content => (n === 0 ? 0 : behind({ line, stage }, numberOf(view, n)));
  const row = ([slug, link]: readonly [string, TrackedLink]): Html => {
    const line = lines.get(slug);
    const marks = [link.utm_source, link.utm_medium, link.utm_campaign].filter(Boolean).join(" / ");
    const clicked = `/console/events?type=click&status=bound&link=${slug}&${datedIn(view, range)}`;
    return html`<tr data-row>${cells(columns, [
      html`<a href="/console/links/${slug}"><b>${slug}</b></a> <small>${marks}</small><br><code id="l-${slug}">${base}/r/${slug}</code> <button type="button" class="plain" data-copy="l-${slug}">${view.word("copyIt")}</button>`,
      html`<a href="${clicked}">${numberOf(view, clicks[slug] ?? 0)}</a>`,
      people(slug, "click", line?.click),
      people(slug, "bot_start", line?.bot_start),
      people(slug, "sale", line?.sale),
      behind({ line: slug, paid: "1" }, moneyOf(view, line?.net_first ?? "0", currency)),
      html`${moneyOf(view, line?.cost ?? "0", currency)}${costForm(view, slug)}`,
    ])}</tr>`;
  };
  return {
    title: view.word("links"),
    screen: "links",
    aside: html`<a href="/console/links/check">${view.say(["Проверить ссылку", "Check a link"])}</a><span class="dim">${daysText(view, range.from, range.to)}</span><a href="${hrefWith(view, periodRange(view, "7d"))}">${view.say(["7 дней", "7 days"])}</a><a href="${hrefWith(view, periodRange(view, "30d"))}">${view.say(["30 дней", "30 days"])}</a>`,
    body: html`${!given.ok && mistaken(view, given.error)}${links.size === 0 ? empty(view.say(["Ссылок пока нет. Соберите первую: она запомнит рекламу ещё до бота.", "No links yet. Build one: it remembers the ad before the bot does."])) : html`${cardTable(columns, [...links].map(row))}${report.ok && html`${basis(view, report.value)}${withoutRate(view, report.value)}`}`}${builder(view)}`,
  };
}

/** One cost a link and day: the same day again replaces it. */
export function costForm(view: View, slug: string): Html {
  const today = dateIn(view.ctx.clock(), view.ctx.config.workspace.time_zone);
  return html`<details><summary>${view.say(["изменить", "edit"])}</summary>${actForm(view, { act: "set-cost", fields: { slug } }, html`<input type="date" name="day" value="${today}" aria-label="${view.say(["День", "Day"])}" required> <input name="amount" inputmode="decimal" size="8" pattern="[0-9]+([.,][0-9]+)?" aria-label="${view.say(["Сумма", "Amount"])}" required> <button>${view.word("save")}</button>`)}</details>`;
}

/** The five marks, each with the values already in use. */
export function utmFields(view: View, given: Partial<TrackedLink>): Html {
  const known = (name: (typeof UTM)[number]): string[] => [
    ...new Set([...view.ctx.config.links.values()].flatMap((link) => link[name] ?? [])),
  ];
  return html`${UTM.map((name) => html`<label>${name}<input name="${name}" value="${given[name] ?? ""}" list="d-${name}" size="12" maxlength="500">${datalist(`d-${name}`, known(name))}</label>`)}`;
}

function builder(view: View): Html {
  const targets = TARGETS.map(([name, phrase]) => [name, view.say(phrase)] as const);
  return html`<h2 id="new">${view.say(["Новая ссылка", "New link"])}</h2><section class="box">${actForm(view, { act: "add-link" }, html`<div class="row end">${select("target", view.say(["Куда ведёт", "Where to"]), { choices: targets, value: "telegram" })}<label>${view.say(["Имя бота, телефон WhatsApp или адрес целиком", "Bot's name, WhatsApp phone or a whole address"])}<input name="to" required size="40" placeholder="my_bot" list="targets"></label>${datalist("targets", knownTargets(view))}<label>${view.say(["Короткое имя латиницей", "Short name"])}<input name="slug" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}" placeholder="vk1"></label></div><div class="row end">${utmFields(view, {})}</div><p><button class="main">${view.say(["Создать", "Create"])}</button></p><p class="dim">${view.say(["Место для перехода добавим сами: {0} символов из {1} у Telegram и {2} у MAX.", "The click's place is added for you: {0} of {1} characters at Telegram and {2} at MAX."], CLICK_LENGTH, START_PLACES.telegram.limit, START_PLACES.max.limit)}</p>`)}</section>`;
}

const TARGETS: readonly (readonly [Target, Phrase])[] = [
  ["telegram", ["Бот Telegram", "Telegram bot"]],
  ["max", ["Бот MAX", "MAX bot"]],
  ["vk", ["Сообщество ВКонтакте", "VK community"]],
  ["whatsapp", ["WhatsApp", "WhatsApp"]],
  ["site", ["Сайт", "Site"]],
  ["offer", ["Оффер", "Offer"]],
];

/** Where links already lead, and the bots and sites that are connected. */
const knownTargets = (view: View): string[] => [
  ...new Set([
    ...[...view.ctx.config.connections.values()].flatMap((one) =>
      one.kind === "site"
        ? [one.origin]
        : one.kind === "salebot"
          ? (one.group ?? [])
          : one.kind === "telegram"
            ? (one.username ?? [])
            : [],
    ),
    ...[...view.ctx.config.links.values()].map(({ to }) => to),
  ]),
];
