/** Подключения: three lights per connection, and what else can be connected. */
import type { Connection, Kind } from "../../domain/config.ts";
import { type Html, html } from "../../lib/markup.ts";
import { type ConnectionPulse, connectionPulses } from "../../store/operator/pulse.ts";
import { lastTold } from "../../store/problem-reads.ts";
import { icon } from "../icons.ts";
import type { Page } from "../page.ts";
import { KIND_ICONS } from "../parts.ts";
import { KINDS, RECIPES } from "../vendors.ts";
import { type View, ago, numberOf } from "../view.ts";
import { connectForm } from "./connect-form.ts";

export const DAY_MS = 86_400_000;

/** When the connection spoke last, epoch ms; null = never. */
export const lastOf = (pulse: ConnectionPulse | undefined): number | null => pulse?.last_at ?? null;

/** «За сутки» is the last 24 hours, so that a card means the same at any time of day. */
export async function connectionsPage(view: View): Promise<Page> {
  const connections = [...view.ctx.config.connections.values()];
  const pulses = await connectionPulses(
    view.ctx.env.DB,
    connections.map(({ id }) => id),
    view.ctx.clock() - DAY_MS,
  );
  const problems = await lastTold(view.ctx.env.DB);
  const card = (connection: Connection): Html => {
    const pulse = pulses.get(connection.id);
    const last = lastOf(pulse);
    const own = problems.filter((problem) => problem.connection === connection.id).length;
    return html`<section class="box" data-row><h2><a href="/console/connections/${connection.id}">${connection.name ?? connection.id}</a> <span class="dim">${view.say(RECIPES[connection.kind].name)}</span></h2><p>${lights(view, pulse)}</p><p class="dim">${last === null ? view.say(["событий ещё не было", "no events yet"]) : view.say(["последнее {0}, за сутки {1}", "last {0}, {1} in 24 h"], ago(view, last), numberOf(view, pulse?.received ?? 0))}${connection.disabled === true && ` · ${view.word("switchedOff")}`}</p>${own > 0 && html`<p class="bad">${icon("warn")} ${view.say(["проблем: {0}", "problems: {0}"], own)}</p>`}</section>`;
  };
  return {
    title: view.word("connections"),
    screen: "connections",
    body: html`${connections.length > 0 && html`<div class="grid">${connections.map(card)}</div>`}<h2 id="new">${view.say(["Что подключаем?", "What shall we connect?"])}</h2><div class="grid">${KINDS.map((kind) => tile(view, kind))}</div>`,
  };
}

const tile = (view: View, kind: Kind): Html =>
  html`<details class="box">
    <summary>${icon(KIND_ICONS[kind])} <b>${view.say(RECIPES[kind].name)}</b><br /><small>${view.say(RECIPES[kind].brings)}</small></summary>
    ${connectForm(view, kind)}
  </details>`;

/** пришло → распознано → привязано */
export function lights(view: View, pulse: ConnectionPulse | undefined): Html {
  const light = (on: boolean, text: string): Html =>
    html`<span class="s ${on ? "ok" : "dim"}">${icon(on ? "ok" : "wait")}${text}</span>`;
  return html`<span class="lights">${light(lastOf(pulse) !== null, view.say(["пришло", "arrived"]))}${light((pulse?.read ?? 0) > 0, view.say(["распознано", "understood"]))}${light((pulse?.bound ?? 0) > 0, view.say(["привязано", "bound"]))}</span>`;
}
