/** A connection's card: what to paste, does it arrive, what each field became, what is sent there, its pace, its secret. Secrets
 *  are not on the page: asking for one is an act that the log keeps. */
import type { Connection } from "../../domain/config.ts";
import { openFacts } from "../../flows/bind/arrived.ts";
import { recordOf } from "../../lib/record.ts";
import { personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html, trusted } from "../../lib/markup.ts";
import { readVersion } from "../../store/config.ts";
import { findEvent, listEvents } from "../../store/event-lists.ts";
import { countMoved } from "../../store/merge-links.ts";
import { connectionPulses, intakeOutcomes } from "../../store/operator/pulse.ts";
import { lastTold } from "../../store/problem-reads.ts";
import { icon } from "../icons.ts";
import { actForm, type Page } from "../page.ts";
import { eventRow, eventTable, lostNote, moment } from "../parts.ts";
import { openRaw } from "../raw.ts";
import { fillBlock, proofField, recipeOf } from "../vendors.ts";
import { type View, numberOf, publicOrigin } from "../view.ts";
import { fieldsForm, secretField } from "./connect-form.ts";
import { DAY_MS, lastOf, lights } from "./connections.ts";
import { landingTable } from "./landing.ts";
import { problemSentence } from "./problems.ts";
import { sentence } from "./settings/rules.ts";
import { copyBox, backLink, datalist, select } from "../layout.ts";

/** null = no such connection. The document is read from D1 too: only there do secrets stand as `$NAME`, the parsed configuration holds their values. */
export async function connectionPage(view: View, id: string): Promise<Page | null> {
  const connection = view.ctx.config.connections.get(id);
  if (!connection) return null;
  const { DB } = view.ctx.env;
  const [moved, outcomes, lines, pulses, problems, saved] = await Promise.all([
    countMoved(DB, id),
    intakeOutcomes(DB, id, view.ctx.clock() - DAY_MS),
    listEvents(DB, { connection: id, limit: 5 }),
    connectionPulses(DB, [id], view.ctx.clock() - DAY_MS),
    lastTold(DB),
    readVersion(view.ctx.env, null),
  ]);
  const names = await personNames(
    view.ctx,
    lines.flatMap(({ person_id }) => person_id ?? []),
  );
  const pulse = pulses.get(id);
  const last = lastOf(pulse);
  const rows = lines.map((line) => eventRow(view, line, names));
  const own = problems.filter((problem) => problem.connection === id);
  const body = recordOf(recordOf(recordOf(saved?.document)["connections"])[id]);
  return {
    title: connection.name ?? id,
    screen: "connections",
    aside: html`${backLink("/console/connections", view.word("toList"))}${actForm(view, { act: "test-event", fields: { id } }, html`<button class="main" data-key="t">${view.say(["Отправить тестовое событие", "Send a test event"])}</button>`)}`,
    body: html`${lostNote(view)}<div data-await><p>${lights(view, pulse)}${connection.disabled === true && html` <span class="tag">${view.say(["отправка остановлена", "sending is stopped"])}</span>`}</p>${outcomes.length > 0 && html`<p class="dim">${view.say(["За сутки:", "In 24 hours:"])} ${outcomes.map(({ outcome, n }) => `${outcomeName(view, outcome)} ${numberOf(view, n)}`).join(" · ")}</p>`}${moved > 0 && html`<p class="dim">${view.say(["Подтвердили второй мессенджер: {0}", "Proved a second messenger: {0}"], moved)}</p>`}${last === null ? html`<p class="note">${icon("wait")} ${view.say(["Ждём настоящее событие… Страница обновится сама.", "Waiting for a real event… The page updates itself."])}</p>` : html`<p class="note ok">${icon("ok")} ${view.say(["Последнее событие", "Last event"])} ${moment(view, last)}</p>`}${own.map((problem) => html`<p class="note bad">${icon("warn")} <a href="/console/problems/${problem.id}">${problemSentence(view, problem)}</a></p>`)}${rows.length > 0 && eventTable(view, rows, "")}</div>
<h2>${view.say(["Что вставить", "What to paste"])}</h2>${pasted(view, connection)}
${await mapping(view, connection, lines[0]?.id)}
<h2>${view.say(["Что отправляем", "What is sent there"])}</h2>${outbound(view, id)}
<h2 id="settings">${view.word("settings")}</h2><div class="two"><section class="box"><h3>${view.say(["Доступ и связи", "Access and ties"])}</h3>${fieldsForm(view, connection, body)}</section><section class="box">${paceForm(view, connection)}</section><section class="box"><h3>${view.say(["Смена секрета без простоя", "Rotating the secret without a gap"])}</h3>${rotation(view, connection, body[proofField(connection.kind)])}</section><section class="box"><h3>${view.say(["Удаление", "Removal"])}</h3><p class="dim">${view.say(["Адрес перестанет принимать, отправка прекратится. Принятые события и люди останутся.", "The address stops accepting and nothing is sent there any more. Accepted events and people stay."])}</p>${actForm(view, { act: "delete-connection", fields: { id }, confirm: view.say(["Удалить подключение {0}?", "Delete connection {0}?"], connection.name ?? id) }, html`<button class="danger">${view.say(["Удалить подключение", "Delete the connection"])}</button>`)}</section></div>`,
  };
}

const outcomeName = (view: View, outcome: string): string =>
  view.say(
    (
      {
        accepted: ["принято", "accepted"],
        duplicate: ["дублей", "duplicates"],
        quarantined: ["в карантине", "quarantined"],
        preview: ["предпросмотров", "previews"],
      } as const
    )[outcome] ?? [outcome, outcome],
  );

function pasted(view: View, connection: Connection): Html {
  const recipe = recipeOf(connection);
  const base = publicOrigin(view);
  const blocks = recipe.blocks.map(
    ({ title, text }, index) => html`<h3>${view.say(title)}</h3>${copyBox(view, `b${index}`, fillBlock(text, connection, base))}`,
  );
  const withToken = recipe.blocks.some(({ text }) => /\{(?:token|secret)\}/.test(text));
  return html`<p>${view.say(recipe.hint)}</p>${blocks}${withToken && actForm(view, { act: "reveal-token", fields: { id: connection.id } }, html`<p><button>${icon("key")}${view.say(["Показать готовые строки с секретом", "Show ready lines with the secret"])}</button> <small>${view.say(["показ попадёт в журнал", "showing it is logged"])}</small></p>`)}`;
}

/** What the newest delivery's fields became, and the operator's own names for fields. */
async function mapping(view: View, connection: Connection, last: string | undefined): Promise<Content> {
  const sheet = last === undefined ? null : await findEvent(view.ctx.env.DB, last);
  const landing =
    sheet?.raw && sheet.facts
      ? landingTable(view, openRaw(await view.ctx.seal.open(sheet.raw)), await openFacts(view.ctx, sheet.facts))
      : html`<p class="dim">${view.say(["Появится с первым событием.", "It appears with the first event."])}</p>`;
  const entries = Object.entries(connection.mapping);
  const renamed =
    entries.length > 0 &&
    html`<div class="wrap"><table><tbody>${entries.map(([from, to]) => html`<tr><td><code>${from}</code></td><td>${trusted("→")} <code>${to}</code></td><td class="num">${actForm(view, { act: "set-mapping", fields: { id: connection.id, from } }, html`<button>${view.word("takeAway")}</button>`)}</td></tr>`)}</tbody></table></div>`;
  return html`<h2>${view.say(["Поле → смысл, по последнему событию", "Field → meaning, by the last event"])}</h2>${landing}<details><summary>${view.say(["Переименовать поле", "Rename a field"])}${entries.length > 0 && ` · ${entries.length}`}</summary>${renamed}${actForm(view, { act: "set-mapping", fields: { id: connection.id } }, html`<p class="row end"><label>${view.say(["Так его шлют", "As it is sent"])}<input name="from" required maxlength="200"></label><label>${view.say(["Так мы его понимаем", "As we understand it"])}<input name="to" required list="meanings" maxlength="200"></label>${datalist("meanings", MEANINGS)}<button>${view.word("save")}</button></p>`)}</details>`;
}

const MEANINGS = [
  "event",
  "email",
  "phone",
  "telegram_id",
  "client_id",
  "gc_user_id",
  "clickid",
  "player_id",
  "user_id",
  "amount",
  "currency",
  "order",
  "tid",
  "status",
  "start",
  "first_name",
  "username",
];

function outbound(view: View, id: string): Html {
  const rules = view.ctx.config.rules.filter((rule) => rule.do.some(({ to }) => to === id));
  if (rules.length === 0)
    return html`<p class="dim">${view.say(["Сюда ничего не отправляется: нет ни одного правила.", "Nothing is sent there: no rule does."])} <a href="/console/settings/rules">${view.say(["Добавить правило", "Add a rule"])}</a></p>`;
  return html`<ul class="t">${rules.map((rule) => html`<li>${rule.disabled === true && html`<span class="tag">${view.word("switchedOff")}</span> `}<a href="/console/settings/rules">${rule.name ?? sentence(view, rule)}</a>${rule.name !== undefined && html` <small>${sentence(view, rule)}</small>`}</li>`)}</ul><p><a href="/console/events?to=${id}&amp;status=failed">${view.say(["Что не доставлено", "What was not delivered"])}</a></p>`;
}

function paceForm(view: View, connection: Connection): Html {
  const { id, rate, in_flight: inFlight, duplicates, disabled, name } = connection;
  const modes = [
    ["update", view.say(["обновить событие (по умолчанию)", "update the event (default)"])],
    ["ignore", view.say(["не учитывать повтор", "ignore the repeat"])],
    ["new", view.say(["считать новым", "count as new"])],
  ] as const;
  const sending = [
    ["", view.say(["отправлять", "send"])],
    ["1", view.say(["остановить, копить", "stop, keep for later"])],
  ] as const;
  const retries = connection.retry_seconds.map((seconds) => duration(view, seconds)).join(", ");
  return actForm(
    view,
    { act: "save-connection", fields: { id } },
    html`<div class="row end"><label>${view.say(["Название", "Name"])}<input name="name" value="${name ?? ""}" maxlength="200"></label>${select("disabled", view.say(["Отправка", "Sending"]), { choices: sending, value: disabled === true ? "1" : "" })}<label>${view.say(["Запросов в секунду", "Requests per second"])}<input name="rate" inputmode="decimal" size="6" value="${rate?.per_second ?? ""}" placeholder="—"></label><label>${view.say(["Одновременно, до 6", "At once, up to 6"])}<input type="number" name="in_flight" min="1" max="6" value="${inFlight}"></label>${select("duplicates", view.say(["Та же конверсия с другим статусом или суммой", "The same conversion with another status or amount"]), { choices: modes, value: duplicates })}</div><p class="dim">${view.say(["Повторы при сбое: {0}", "Retries after a failure: {0}"], retries)}</p><p><button class="main">${view.word("save")}</button></p>`,
  );
}

function duration(view: View, seconds: number): string {
  if (seconds < 60) return view.say(["{0} с", "{0} s"], seconds);
  return seconds < 3_600 ? view.say(["{0} мин", "{0} min"], seconds / 60) : view.say(["{0} ч", "{0} h"], seconds / 3_600);
}

/** Three steps: add the new one, change it at the sender, take the old one away; both are accepted meanwhile. */
function rotation(view: View, connection: Connection, given: unknown): Html {
  const secrets = (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string");
  const named = secrets.map((text) => (text.startsWith("$") ? text : "••••"));
  const { local } = view.ctx.settings;
  const now = html`<p>${view.say(["Сейчас принимается:", "Accepted now:"])} ${named.map((name) => html`<code>${name}</code> `)}${named.length === 0 && "—"}</p>`;
  if (secrets.length > 1)
    return html`${now}<p class="note">${view.say(["Замените секрет у отправителя. Когда события пойдут с новым, уберите старый.", "Change the secret at the sender. Once events come with the new one, remove the old."])}</p>${actForm(view, { act: "finish-rotation", fields: { id: connection.id }, confirm: view.say(["Старый секрет перестанет приниматься. Убрать?", "The old secret will no longer be accepted. Remove it?"]) }, html`<button class="main">${view.say(["Убрать старый", "Remove the old one"])}</button>`)}`;
  return html`${now}${actForm(view, { act: "start-rotation", fields: { id: connection.id } }, html`${secretField(view, connection.kind, local ? ["Новый секрет (или $ИМЯ)", "New secret (or $NAME)"] : ["Имя нового секрета Worker", "Name of the new Worker secret"])}<p><button>${view.say(["Добавить новый рядом со старым", "Add the new beside the old"])}</button></p>`)}`;
}
