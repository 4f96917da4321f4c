/** Подключения: three lights per connection, and everything to paste for it. */
import type { Connection, Kind } from "../../domain/config.ts";
import { type Content, type Html, html, trusted } from "../../lib/markup.ts";
import { listEventLines, readEventSheet } from "../../store/operator/events.ts";
import { type ConnectionPulse, connectionPulses, openProblems } from "../../store/operator/pulse.ts";
import { personNames } from "../../flows/show-person.ts";
import { openFacts } from "../../flows/bind/arrived.ts";
import { icon } from "../icons.ts";
import { actForm, type Page } from "../page.ts";
import { eventRow, eventTable, moment } from "../parts.ts";
import { RECIPES, fillBlock } from "../vendors.ts";
import { type View, ago, numberOf } from "../view.ts";
import { openRaw } from "../raw.ts";
import { landingTable } from "./landing.ts";
import { problemSentence } from "./problems.ts";

const DAY_MS = 86_400_000;

const lastOf = (pulse: ConnectionPulse | undefined): number | null => pulse?.last_at ?? null;
const KINDS: readonly Kind[] = ["salebot", "getcourse", "chatterfy", "metabot", "telegram", "keitaro", "network", "site", "http"];

export async function connectionsPage(view: View): Promise<Page> {
  const connections = [...view.ctx.config.connections.values()];
  const pulses = await connectionPulses(
    view.ctx.env.DB,
    connections.map(({ id }) => id),
    view.ctx.clock() - DAY_MS,
  );
  const problems = await openProblems(view.ctx.env.DB);
  const card = (connection: Connection): Html => {
    const pulse = pulses.get(connection.id);
    const last = lastOf(pulse);
    const own = problems.filter((problem) => problem.connection === connection.id).length;
    return html`<section class="box" data-row><h2><a href="/console/connections/${connection.id}">${connection.name ?? connection.id}</a> <span class="dim">${view.say(RECIPES[connection.kind].name)}</span></h2><p>${lights(view, pulse)}</p><p class="dim">${last === null ? view.say(["событий ещё не было", "no events yet"]) : view.say(["последнее {0}, за сутки {1}", "last {0}, {1} in 24 h"], ago(view, last), numberOf(view, pulse?.received ?? 0))}${connection.disabled === true && ` · ${view.say(["выключено", "off"])}`}</p>${own > 0 && html`<p class="bad">${icon("warn")} ${view.say(["проблем: {0}", "problems: {0}"], own)}</p>`}</section>`;
  };
  return {
    title: view.word("connections"),
    screen: "connections",
    body: html`${connections.length > 0 && html`<div class="grid">${connections.map(card)}</div>`}<h2>${view.say(["Что подключаем?", "What shall we connect?"])}</h2><div class="grid">${KINDS.map((kind) => tile(view, kind))}</div>`,
  };
}

/** A new connection: only what nobody can guess is asked. */
function tile(view: View, kind: Kind): Html {
  const recipe = RECIPES[kind];
  const needed = REQUIRED[kind];
  return html`<details class="box"><summary>${view.say(recipe.name)}</summary><p class="dim">${view.say(recipe.hint)}</p>${actForm(view, { act: "add-connection", fields: { kind } }, html`<label>${view.say(["Короткое имя латиницей", "Short id"])}<input name="id" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}" value="${kind}"></label> ${needed.map(([name, example]) => html`<label>${name}<input name="field.${name}" required placeholder="${example}"></label> `)}<label>${view.say(["Секрет Worker с токеном", "Worker secret with the token"])}<input name="secret" required value="$${kind.toUpperCase()}_TOKEN" pattern="${view.ctx.settings.local ? ".{8,}" : "\\$[A-Z][A-Z0-9_]*"}"></label> <button class="main">${view.say(["Подключить", "Connect"])}</button>`)}</details>`;
}

export const REQUIRED: Readonly<Record<Kind, readonly (readonly [name: string, example: string])[]>> = {
  salebot: [["project", "294495"]],
  getcourse: [["account", "school.getcourse.ru"]],
  chatterfy: [],
  metabot: [["bot_id", "123"]],
  telegram: [],
  keitaro: [["url", "https://tr.example"]],
  network: [["network", "1win"]],
  site: [["origin", "https://school.example"]],
  http: [],
};

/** пришло → распознано → привязано */
function lights(view: View, pulse: ConnectionPulse | undefined): Html {
  const light = (on: boolean, text: string): Html =>
    html`<span class="s ${on ? "ok" : "dim"}">${icon(on ? "ok" : "wait")}${text}</span>`;
  return html`<span class="lights">${light(lastOf(pulse) !== null, view.say(["пришло", "arrived"]))}${light((pulse?.read ?? 0) > 0, view.say(["распознано", "understood"]))}${light((pulse?.bound ?? 0) > 0, view.say(["привязано", "bound"]))}</span>`;
}

export async function connectionPage(view: View, id: string): Promise<Page | null> {
  const connection = view.ctx.config.connections.get(id);
  if (!connection) return null;
  const { DB } = view.ctx.env;
  const lines = await listEventLines(DB, {
    status: null,
    connection: id,
    type: null,
    person: null,
    link: null,
    code: null,
    dead: false,
    since: null,
    until: null,
    before: null,
    limit: 5,
  });
  const [pulse, names, problems] = [
    (await connectionPulses(DB, [id], view.ctx.clock() - DAY_MS)).get(id),
    await personNames(
      view.ctx,
      lines.flatMap(({ person_id }) => person_id ?? []),
    ),
    (await openProblems(DB)).filter((problem) => problem.connection === id),
  ];
  const last = lastOf(pulse);
  const recipe = RECIPES[connection.kind];
  const base = view.ctx.settings.publicUrl ?? view.url.origin;
  const outbound = view.ctx.config.rules.filter((rule) => rule.do.some(({ to }) => to === id)).length;
  const facts: [string, string][] = [
    ["kind", connection.kind],
    [view.say(["скорость отправки", "sending rate"]), connection.rate === undefined ? "—" : `${connection.rate.per_second}/s`],
    [view.say(["одновременно", "in flight"]), String(connection.in_flight)],
    [view.say(["повторы", "retries"]), connection.retry_seconds.map((seconds) => `${seconds} s`).join(", ")],
    [view.say(["повторные конверсии", "repeated conversions"]), connection.duplicates],
    [view.say(["правил сюда", "rules to here"]), String(outbound)],
  ];
  return {
    title: connection.name ?? id,
    screen: "connections",
    aside: html`<a class="btn" data-key="Escape" href="/console/connections">${view.say(["К списку", "Back to the list"])}</a>${actForm(view, { act: "test-event", fields: { id } }, html`<button class="main" data-key="t">${view.say(["Отправить тестовое событие", "Send a test event"])}</button>`)}`,
    body: html`<div data-await><p>${lights(view, pulse)}</p>${last === null ? html`<p class="note">${icon("wait")} ${view.say(["Ждём настоящее событие… Страница обновится сама.", "Waiting for a real event… The page updates itself."])}</p>` : html`<p class="note ok">${icon("ok")} ${view.say(["Последнее событие", "Last event"])} ${moment(view, last)}</p>`}${problems.map((problem) => html`<p class="note bad">${icon("warn")} <a href="/console/problems/${problem.id}">${problemSentence(view, problem)}</a></p>`)}${
      lines.length > 0 &&
      eventTable(
        view,
        lines.map((line) => eventRow(view, line, names)),
        "",
      )
    }</div><h2>${view.say(["Что вставить", "What to paste"])}</h2><p>${view.say(recipe.hint)}</p>${recipe.blocks.map(({ title, text }, index) => html`<h3>${view.say(title)}</h3><div class="copy"><pre id="b${index}" tabindex="0">${fillBlock(text, connection, base)}</pre><button type="button" data-copy="b${index}">${view.word("copyIt")}</button></div>`)}<p class="dim">${view.say(["TOKEN — значение секрета этого подключения; здесь оно не показывается.", "TOKEN is the value of this connection's secret; it is never shown here."])}</p>${await lastLanding(view, lines[0]?.id)}${mappingTable(view, connection)}<h2>${view.word("settings")}</h2><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl><p>${view.say(["Смена секрета без простоя: добавьте второе значение в token, замените его у отправителя, затем уберите первое.", "Rotating a secret: add a second value to token, change it at the sender, then remove the first."])} <a href="/console/settings/rules#document">${view.say(["Открыть документ", "Open the document"])}</a></p>`,
  };
}

/** What the newest delivery's fields became. */
async function lastLanding(view: View, id: string | undefined): Promise<Content> {
  const sheet = id === undefined ? null : await readEventSheet(view.ctx.env.DB, id);
  if (!sheet?.raw || !sheet.facts) return null;
  const [raw, facts] = [await view.ctx.seal.open(sheet.raw), await openFacts(view.ctx, sheet.facts)];
  return html`<h2>${view.say(["Поле → смысл, по последнему событию", "Field → meaning, by the last event"])}</h2>${landingTable(view, openRaw(raw), facts)}`;
}

function mappingTable(view: View, connection: Connection): Html {
  const entries = Object.entries(connection.mapping);
  return html`${entries.length > 0 ? html`<h2>${view.say(["Переименованные поля", "Renamed fields"])}</h2><div class="wrap"><table><tbody>${entries.map(([from, to]) => html`<tr><td><code>${from}</code></td><td>${trusted("→")}</td><td><code>${to}</code></td></tr>`)}</tbody></table></div>` : ""}`;
}
