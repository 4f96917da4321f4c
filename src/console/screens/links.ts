/** Ссылки: build one, see what each brought, check any. */
import { type Finding, type FindingCode } from "../../domain/link/check.ts";
import { START_PLACES } from "../../domain/link/deep-link.ts";
import type { SourceLine } from "../../domain/funnel/report.ts";
import { walkLink, type Hop } from "../../flows/check-link.ts";
import { runReport } from "../../flows/run-report.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { dateIn } from "../../lib/zone.ts";
import type { Phrase } from "../copy.ts";
import { icon } from "../icons.ts";
import { actForm, hidden, type Page } from "../page.ts";
import { empty } from "../parts.ts";
import { type View, hrefWith, moneyOf } from "../view.ts";
import { periodRange } from "./funnel.ts";

const UTM = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"] as const;

export async function linksPage(view: View): Promise<Page> {
  const range = view.url.searchParams.has("from") ? Object.fromEntries(view.url.searchParams) : periodRange(view, "30d");
  const report = await runReport(view.ctx, { from: range["from"], to: range["to"], by: "link" });
  const { links } = view.ctx.config;
  const lines = new Map<string, SourceLine>(report.ok ? report.value.sources.map((line) => [line.source, line]) : []);
  const clicks: Readonly<Record<string, number>> = report.ok ? report.value.clicks.by_link : {};
  const currency = view.ctx.config.workspace.currency;
  const base = view.ctx.settings.publicUrl ?? view.url.origin;
  const heads = [
    view.say(["Переходы", "Clicks"]),
    view.say(["Люди", "People"]),
    view.say(["Старты", "Starts"]),
    view.say(["Продажи", "Sales"]),
    view.say(["Выручка", "Net"]),
  ];
  const row = ([slug, link]: readonly [string, { readonly to: string }]): Html => {
    const line = lines.get(slug);
    return html`<tr data-row><td data-l="${view.say(["Ссылка", "Link"])}"><code id="l-${slug}">${base}/r/${slug}</code> <button type="button" class="plain" data-copy="l-${slug}">${view.word("copyIt")}</button><br><small>${link.to}</small></td><td class="num" data-l="${heads[0]}"><a href="/console/events?type=click&amp;link=${slug}">${clicks[slug] ?? 0}</a></td><td class="num" data-l="${heads[1]}">${line?.click ?? 0}</td><td class="num" data-l="${heads[2]}">${line?.bot_start ?? 0}</td><td class="num" data-l="${heads[3]}">${line?.sale ?? 0}</td><td class="num" data-l="${heads[4]}">${moneyOf(view, line?.net_first ?? "0", currency)}</td><td data-l="${view.say(["Расход", "Cost"])}">${moneyOf(view, line?.cost ?? "0", currency)}${costForm(view, slug)}</td></tr>`;
  };
  return {
    title: view.word("links"),
    screen: "links",
    aside: html`<a href="/console/links/check">${view.say(["Проверить ссылку", "Check a link"])}</a><span class="dim">${range["from"]} — ${range["to"]}</span><a href="${hrefWith(view, periodRange(view, "7d"))}">${view.say(["7 дней", "7 days"])}</a><a href="${hrefWith(view, periodRange(view, "30d"))}">${view.say(["30 дней", "30 days"])}</a>`,
    body: html`${links.size === 0 ? empty(view.say(["Ссылок пока нет. Соберите первую: она запомнит рекламу ещё до бота.", "No links yet. Build one: it remembers the ad before the bot does."])) : html`<div class="wrap"><table class="cards"><thead><tr><th scope="col">${view.say(["Ссылка", "Link"])}</th>${heads.map((text) => html`<th scope="col" class="num">${text}</th>`)}<th scope="col">${view.say(["Расход", "Cost"])}</th></tr></thead><tbody>${[...links].map(row)}</tbody></table></div>`}${builder(view)}`,
  };
}

function costForm(view: View, slug: string): Html {
  const today = dateIn(view.ctx.clock(), view.ctx.config.workspace.time_zone);
  return html`<details><summary>${view.say(["изменить", "edit"])}</summary>${actForm(view, { act: "set-cost", fields: { slug } }, html`<input type="date" name="day" value="${today}" aria-label="${view.say(["День", "Day"])}" required> <input name="amount" inputmode="decimal" size="8" pattern="[0-9]+([.,][0-9]+)?" aria-label="${view.say(["Сумма", "Amount"])}" required> <button>${view.word("save")}</button>`)}</details>`;
}

function builder(view: View): Html {
  const known = (name: (typeof UTM)[number]): string[] => [
    ...new Set([...view.ctx.config.links.values()].flatMap((link) => link[name] ?? [])),
  ];
  return html`<h2>${view.say(["Новая ссылка", "New link"])}</h2><form class="box" method="post" action="/console/act/add-link">${hidden(view)}<div class="row end"><label>${view.say(["Короткое имя латиницей", "Short name"])}<input name="slug" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}" placeholder="vk1"></label><label>${view.say(["Куда ведёт: бот, сайт или оффер", "Where to: a bot, a site or an offer"])}<input name="to" type="url" required size="40" placeholder="https://t.me/my_bot"></label></div><div class="row end">${UTM.map((name) => html`<label>${name}<input name="${name}" list="d-${name}" size="12"><datalist id="d-${name}">${known(name).map((value) => html`<option>${value}</option>`)}</datalist></label>`)}</div><p><button class="main">${view.say(["Создать", "Create"])}</button></p><p class="dim">${view.say(["Место для перехода добавим сами: {0} символов из {1} у Telegram и {2} у MAX. Имя параметра на сайте — tl: его не вырезают браузеры.", "The click's place is added for you: {0} of {1} characters at Telegram and {2} at MAX. On a site the parameter is tl: browsers do not strip it."], 18, START_PLACES.telegram.limit, START_PLACES.max.limit)}</p></form>`;
}

const FINDINGS: Readonly<Record<FindingCode, readonly [what: Phrase, fix: Phrase]>> = {
  not_a_url: [
    ["Это не адрес", "This is no address"],
    ["Вставьте ссылку целиком, начиная с https://", "Paste the whole link, from https://"],
  ],
  plain_http: [
    ["Ссылка без шифрования", "The link is not encrypted"],
    ["Замените http:// на https://", "Use https://"],
  ],
  email_in_link: [
    ["В ссылке почта: {0}", "An e-mail is in the link: {0}"],
    ["Уберите её: передайте переход {click}, почту узнаем в боте", "Remove it: pass {click}, the e-mail is learnt in the bot"],
  ],
  phone_in_link: [
    ["В ссылке телефон: {0}", "A phone is in the link: {0}"],
    ["Уберите его: адреса остаются в чужих журналах", "Remove it: addresses stay in other people's logs"],
  ],
  token_in_link: [
    ["В ссылке секрет: {0}", "A secret is in the link: {0}"],
    ["Уберите и выпустите новый: этот уже мог утечь", "Remove it and issue a new one: this one may have leaked"],
  ],
  payload_too_long: [
    ["Метка {0} длиннее, чем пропускает мессенджер", "{0} is longer than the messenger allows"],
    ["Сделайте ссылку шлюза: метка станет 18 символов", "Make a gateway link: the payload becomes 18 characters"],
  ],
  payload_charset: [
    ["В метке {0} недопустимые символы", "{0} has characters that are not allowed"],
    ["Только A–Z, a–z, 0–9, _ и -", "Only A–Z, a–z, 0–9, _ and -"],
  ],
  extra_parameters: [
    ["Параметр {0} до бота не дойдёт", "The parameter {0} never reaches the bot"],
    [
      "После start= мессенджер отбрасывает всё за &: перенесите UTM в ссылку шлюза",
      "The messenger drops everything after &: move UTM into a gateway link",
    ],
  ],
  unresolved_macro: [
    ["Макрос {0} может прийти как есть", "The macro {0} may arrive literally"],
    ["Проверьте его имя у того, кто подставляет", "Check its name with whoever fills it in"],
  ],
  stripped_parameters: [
    ["Параметр {0} вырезают браузеры", "Browsers strip {0}"],
    ["Назовите его tl", "Name it tl"],
  ],
  no_click_place: [
    ["Нет метки {0}: старт будет без источника", "No {0}: the start will have no source"],
    ["Добавьте {click}", "Add {click}"],
  ],
  no_marks: [
    ["В ссылке нет ни одной метки", "The link carries no mark"],
    ["Сделайте ссылку шлюза или добавьте tl={click}", "Make a gateway link or add tl={click}"],
  ],
  too_long: [
    ["Ссылка длиннее 2 000 символов", "The link is longer than 2,000 characters"],
    ["Часть сервисов её обрежет", "Some services will cut it"],
  ],
};

export async function linkCheckPage(view: View): Promise<Page> {
  const address = view.url.searchParams.get("url")?.trim() ?? "";
  const hops = address === "" ? [] : await walkLink(view.ctx, address);
  const findings = hops.flatMap(({ check }) => check.findings);
  const errors = findings.filter(({ level }) => level === "error").length;
  const verdict =
    errors > 0
      ? html`<p class="note bad">${icon("bad")} ${view.say(["Так публиковать нельзя: ошибок {0}", "Do not publish it like this: {0} errors"], errors)}</p>`
      : findings.length > 0
        ? html`<p class="note warn">${icon("warn")} ${view.say(["Работает, но есть замечания: {0}", "It works, with {0} remarks"], findings.length)}</p>`
        : html`<p class="note ok">${icon("ok")} ${view.say(["Ссылка в порядке", "The link is fine"])}</p>`;
  return {
    title: view.say(["Проверка ссылки", "Link check"]),
    screen: "links",
    aside: html`<a class="btn" data-key="Escape" href="/console/links">${view.say(["К ссылкам", "Back to the links"])}</a>`,
    body: html`<form class="row"><input name="url" value="${address}" size="70" aria-label="${view.say(["Ссылка", "Link"])}" placeholder="https://t.me/my_bot?start=…" required><button class="main">${view.say(["Проверить", "Check"])}</button></form>${hops.length > 0 && html`${verdict}<ol class="flow">${hops.map((hop) => hopBox(view, hop))}</ol>`}`,
  };
}

function hopBox(view: View, { address, check, status, lost }: Hop): Html {
  const answer: Content = status === null ? null : status === 0 ? view.say(["не отвечает", "no answer"]) : `HTTP ${status}`;
  const finding = ({ code, level, parameter }: Finding): Html =>
    html`<li class="${level === "error" ? "bad" : "warn"}">${icon(level === "error" ? "bad" : "warn")} ${view.say(FINDINGS[code][0], parameter)}. <span class="dim">${view.say(FINDINGS[code][1])}</span></li>`;
  return html`<li class="box"><code>${address}</code><p class="dim">${check.messenger ?? ""} ${answer ?? ""} · ${view.say(["длина {0}", "length {0}"], check.length)}${check.payload !== null && ` · ${view.say(["метка {0} из {1}", "payload {0} of {1}"], check.payload.length, check.payload.limit)}`}${lost.length > 0 && ` · ${view.say(["потеряно:", "lost:"])} ${lost.join(", ")}`}</p>${check.findings.length > 0 && html`<ul class="t">${check.findings.map(finding)}</ul>`}</li>`;
}
