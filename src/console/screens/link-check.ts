/** Проверка ссылки: any address, hop by hop, with what survives and what an operator should mend. */
import type { Finding, FindingCode } from "../../domain/link/check.ts";
import { type Hop, walkLink } from "../../flows/check-link.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import type { Phrase } from "../copy.ts";
import { icon } from "../icons.ts";
import type { Page } from "../page.ts";
import type { View } from "../view.ts";
import { backLink } from "../layout.ts";

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
  broken_query: [
    ["Параметры слиплись: {0} не на месте", "The parameters run together: {0} is out of place"],
    [
      "Перед первым параметром ?, между остальными & (не &amp;)",
      "? before the first parameter, & between the others (not &amp;)",
    ],
  ],
  dead_link: [
    ["Ссылка не открывается", "The link does not open"],
    ["Проверьте адрес: за рекламу по нему платят зря", "Check the address: an advertisement to it is wasted"],
  ],
  refused_by_site: [
    ["Сайт ответил проверке: {0}", "The site answered the check with {0}"],
    ["Откройте ссылку в браузере: людей он может и пускать", "Open it in a browser: it may let people in"],
  ],
  closed_address: [
    ["Адрес не из интернета: посетитель его не откроет", "The address is not public: a visitor cannot open it"],
    ["Замените адрес на тот, что видят посетители", "Use the address that visitors see"],
  ],
  redirect_loop: [
    ["Ссылка ходит по кругу", "The link goes round in circles"],
    ["Поправьте перенаправления на сайте", "Mend the site's redirects"],
  ],
  too_many_redirects: [
    ["Больше {0} перенаправлений подряд", "More than {0} redirects in a row"],
    ["Ведите сразу на последний адрес", "Lead straight to the last address"],
  ],
  lost_click: [
    ["Переход {click} потерян на этом шаге", "{click} is lost at this step"],
    [
      "Перенаправление отбрасывает параметры: сохраните их или ведите сразу сюда",
      "The redirect drops parameters: keep them, or lead straight here",
    ],
  ],
  lost_parameters: [
    ["По дороге потеряны: {0}", "Lost on the way: {0}"],
    ["Сохраните параметры при перенаправлении", "Keep the parameters when redirecting"],
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

/** `?url=` is walked when the page is asked for: a GET, since checking changes nothing and counts no click of ours. */
export async function linkCheckPage(view: View): Promise<Page> {
  const address = view.url.searchParams.get("url")?.trim() ?? "";
  const hops = address === "" ? [] : await walkLink(view.ctx, address);
  const findings = hops.flatMap(({ check }) => check.findings);
  const errors = findings.filter(({ level }) => level === "error").length;
  const verdict =
    errors > 0
      ? html`<p class="note bad">${icon("bad")} ${view.say(["Так публиковать нельзя: ошибок {0}", "Do not publish it like this, errors: {0}"], errors)}</p>`
      : findings.length > 0
        ? html`<p class="note warn">${icon("warn")} ${view.say(["Работает, но есть замечания: {0}", "It works, remarks: {0}"], findings.length)}</p>`
        : html`<p class="note ok">${icon("ok")} ${view.say(["Ссылка в порядке", "The link is fine"])}</p>`;
  return {
    title: view.say(["Проверка ссылки", "Link check"]),
    screen: "links",
    aside: backLink("/console/links", view.say(["К ссылкам", "Back to the links"])),
    body: html`<form class="row"><input name="url" value="${address}" size="70" aria-label="${view.word("oneLink")}" placeholder="https://t.me/my_bot?start=…" required><button class="main">${view.say(["Проверить", "Check"])}</button></form>${hops.length > 0 && html`${verdict}<ol class="flow">${hops.map((hop) => hopBox(view, hop))}</ol>`}`,
  };
}

function hopBox(view: View, { address, check, status, lost }: Hop): Html {
  const answer: Content = status === null ? null : status === 0 ? view.say(["не отвечает", "no answer"]) : `HTTP ${status}`;
  return html`<li class="box"><code>${address}</code><p class="dim">${check.messenger ?? ""} ${answer ?? ""} · ${view.say(["длина {0}", "length {0}"], check.length)}${check.payload !== null && ` · ${view.say(["метка {0} из {1}", "payload {0} of {1}"], check.payload.length, check.payload.limit)}`}${lost.length > 0 && ` · ${view.say(["потеряно:", "lost:"])} ${lost.join(", ")}`}</p>${check.findings.length > 0 && html`<ul class="t">${check.findings.map((one) => findingLine(view, one))}</ul>`}</li>`;
}

/** A finding in words, with how to mend it. */
export const findingLine = (view: View, { code, level, parameter }: Finding): Html =>
  html`<li class="${level === "error" ? "bad" : "warn"}">${icon(level === "error" ? "bad" : "warn")} ${view.say(FINDINGS[code][0], parameter)}. <span class="dim">${view.say(FINDINGS[code][1])}</span></li>`;
