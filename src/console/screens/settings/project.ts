/** Проект: its name and money, privacy and retention, rates, where alarms go. */
import type { Alert } from "../../../domain/config.ts";
import { type Content, type Html, html, trusted } from "../../../lib/markup.ts";
import { actForm, type Page } from "../../page.ts";
import { connectionMark } from "../../parts.ts";
import type { View } from "../../view.ts";
import { settingsTabs } from "./tabs.ts";
import { box, datalist, select } from "../../layout.ts";

const ZONES = [
  "Europe/Kaliningrad",
  "Europe/Moscow",
  "Europe/Samara",
  "Asia/Yekaterinburg",
  "Asia/Omsk",
  "Asia/Krasnoyarsk",
  "Asia/Irkutsk",
  "Asia/Vladivostok",
  "Asia/Almaty",
  "Asia/Tashkent",
  "Europe/Minsk",
  "Europe/Kyiv",
  "UTC",
];

/** Name, zone, currency and language: the first step of the first visit asks the same. */
export function projectFields(view: View): Html {
  const { workspace } = view.ctx.config;
  return html`<label>${view.say(["Название", "Name"])}<input name="name" value="${workspace.name}" required maxlength="200"></label><label>${view.say(["Часовой пояс", "Time zone"])}<input name="time_zone" value="${workspace.time_zone}" list="zones" required></label>${datalist("zones", ZONES)}<label>${view.say(["Валюта отчётов", "Currency of reports"])}<input name="currency" value="${workspace.currency}" size="5" pattern="[A-Za-z]{3,5}" list="currencies" required></label>${datalist("currencies", ["RUB", "USD", "EUR", "KZT", "BYN", "UAH", "UZS"])}${select(
    "locale",
    view.say(["Язык", "Language"]),
    {
      choices: [
        ["ru", "Русский"],
        ["en", "English"],
      ],
      value: workspace.locale,
    },
  )}`;
}

/** The first visit asks it too, with `sealed` chosen: it decides what is stored from the first event on, and what was not kept cannot be had later. */
export function privacyFields(view: View): Html {
  const { workspace } = view.ctx.config;
  const choice = (value: string, name: string, meaning: string): Html =>
    html`<label class="in choice"><input type="radio" name="privacy" value="${value}"${workspace.privacy === value && trusted(" checked")}><span><b>${name}</b><br><small>${meaning}</small></span></label>`;
  return html`<fieldset class="plain-set"><legend>${view.say(["Почта, телефоны и номера людей", "E-mails, phones and ids of people"])}</legend>${choice("sealed", view.say(["Хранить зашифрованными", "Keep sealed"]), view.say(["Видны здесь и подставляются в сообщения. В базе — только шифр; ключ в секрете SEAL_KEY.", "Shown here and put into messages. The database holds ciphers only; the key is the secret SEAL_KEY."]))}${choice("pseudonymous", view.say(["Не хранить значений", "Keep no values"]), view.say(["Люди связываются по отпечаткам; значений не увидите ни вы, ни мы, ни получатели сообщений.", "People are joined by digests; neither you nor we nor any destination sees the values."]))}</fieldset>`;
}

/** Each box is a form of its own that sends its own fields: saving one does not write over what somebody else saved in another. */
export async function projectPage(view: View): Promise<Page> {
  const { workspace } = view.ctx.config;
  const { retention } = workspace;
  const days = (name: string, label: string, given: { value: number; min: number; max: number }): Html =>
    html`<label>${label}<input type="number" name="${name}" value="${given.value}" min="${given.min}" max="${given.max}" required></label>`;
  const save = html`<p><button class="main">${view.word("save")}</button></p>`;
  const rates = Object.entries(workspace.fx)
    .map(([code, rate]) => `${code}=${rate}`)
    .join(", ");
  return {
    title: view.word("settings"),
    screen: "settings",
    body: html`${settingsTabs(view, "")}${box(view.say(["Проект", "Project"]), html`${actForm(view, { act: "save-workspace" }, html`<div class="row end">${projectFields(view)}</div>${save}`)}`)}
${box(view.say(["Приватность и хранение", "Privacy and retention"]), html`${actForm(view, { act: "save-workspace" }, html`${privacyFields(view)}<div class="row end">${days("raw_days", view.say(["Что пришло, дней", "Raw deliveries, days"]), { value: retention.raw_days, min: 1, max: 400 })}${days("event_days", view.say(["Содержимое событий, дней", "Contents of events, days"]), { value: retention.event_days, min: 30, max: 3650 })}${days("waiting_days", view.say(["Ждать человека, дней", "Wait for a person, days"]), { value: retention.waiting_days, min: 7, max: 180 })}</div>${save}`)}`)}
${box(view.say(["Курсы валют", "Currency rates"]), html`${actForm(view, { act: "save-workspace", fields: { part: "rates" } }, html`<label>${view.say(["Сколько {0} за единицу", "How many {0} for one"], workspace.currency)}<input name="fx" value="${rates}" placeholder="USD=90, EUR=98.5" size="40"></label><p class="dim">${view.say(["Деньги без курса в суммы не входят, отчёт об этом предупредит.", "Money without a rate stays outside the sums, and the report says so."])}</p>${save}`)}`)}
<section class="box" id="alerts"><h2>${view.say(["Тревоги", "Alerts"])}</h2>${alertsBox(view, workspace.alerts)}</section>`,
  };
}

function alertsBox(view: View, alerts: readonly Alert[]): Content {
  const carriers = [...view.ctx.config.connections.values()].filter(({ kind }) => kind === "telegram" || kind === "http");
  const row = ({ to, chat }: Alert, index: number): Html =>
    html`<li class="row">${connectionMark(view, to)} <code>${chat ?? ""}</code>${actForm(view, { act: "try-alert", fields: { index } }, html`<button>${view.say(["Проверить", "Try it"])}</button>`)}${actForm(view, { act: "drop-alert", fields: { index } }, html`<button class="danger">${view.word("takeAway")}</button>`)}</li>`;
  const list =
    alerts.length === 0
      ? html`<p class="dim">${view.say(["О проблемах никто не узнает, пока не откроет консоль.", "Nobody learns of a problem before opening the console."])}</p>`
      : html`<ul class="t">${alerts.map(row)}</ul>`;
  if (carriers.length === 0)
    return html`${list}<p>${view.say(["Подключите бота Telegram, чтобы писать в чат. Для MAX и почты — «Любой сервис» с адресом их API.", "Connect a Telegram bot to write into a chat. For MAX and e-mail connect “Any service” with the address of their API."])} <a class="btn" href="/console/connections#new">${view.word("connectIt")}</a></p>`;
  return html`${list}<details><summary>${view.say(["Добавить", "Add"])}</summary>${actForm(view, { act: "add-alert" }, html`<div class="row end">${select("to", view.say(["Через что", "Through"]), { choices: carriers.map(({ id, name }) => [id, name ?? id] as const), value: "" })}<label>${view.say(["Чат Telegram (номер или @канал)", "Telegram chat (id or @channel)"])}<input name="chat" placeholder="-1001234567890"></label></div><label>${view.say(["Тело запроса для MAX или почты: {0} заменим текстом", "Request body for MAX or e-mail: {0} becomes the text"], "{{text}}")}<input name="body" size="60" placeholder='{"text":"{{text}}"}'></label><p><button class="main">${view.say(["Добавить", "Add"])}</button></p>`)}</details><p class="dim">${view.say(["Раз в минуту одним сообщением: что случилось и где. Имён, почты и номеров в нём нет.", "Once a minute, in one message: what happened and where. It holds no names, e-mails or ids."])}</p>`;
}
