/** Первый вход: the project, the privacy, what is connected. Three steps with their state in the address, so that going back, reloading and leaving
 *  half-way lose nothing. The empty screens are the rest of the tour. */
import type { Kind } from "../../domain/config.ts";
import { type Html, html, trusted } from "../../lib/markup.ts";
import { icon } from "../icons.ts";
import { actForm, type Page } from "../page.ts";
import { KIND_ICONS } from "../parts.ts";
import { KINDS, RECIPES, isKindName } from "../vendors.ts";
import type { View } from "../view.ts";
import { connectForm } from "./connect-form.ts";
import { privacyFields, projectFields } from "./settings/project.ts";

/** `?step=` and `?kind=` (several). Step 3 without a kind is step 2. */
export async function welcomePage(view: View): Promise<Page> {
  const step = view.url.searchParams.get("step");
  const chosen = view.url.searchParams.getAll("kind").filter(isKindName);
  const [number, body] =
    step === "3" && chosen.length > 0
      ? ([3, connect(view, chosen)] as const)
      : step === "2" || step === "3"
        ? ([2, choose(view, chosen)] as const)
        : ([1, project(view)] as const);
  const names = [
    view.say(["Проект", "Project"]),
    view.say(["Что подключаем?", "What to connect?"]),
    view.say(["Подключение", "Connecting"]),
  ];
  return {
    title: names[number - 1] ?? "",
    screen: null,
    aside: html`<span class="dim">${view.say(["шаг {0} из 3", "step {0} of 3"], number)}</span>`,
    body: html`<ol class="steps">${names.map((name, index) => html`<li${index + 1 === number && trusted(' aria-current="step"')}>${index + 1 < number ? html`<a href="${view.url.pathname}?step=${index + 1}">${icon("ok")}${name}</a>` : name}</li>`)}</ol>${body}`,
  };
}

const project = (view: View): Html =>
  actForm(
    view,
    { act: "save-workspace", next: "/console/welcome?step=2" },
    html`<p>${view.say(["По этому часовому поясу и валюте считаются все отчёты.", "Every report is counted in this time zone and currency."])}</p><div class="row end">${projectFields(view)}</div><h2>${view.say(["Приватность", "Privacy"])}</h2>${privacyFields(view)}<p><button class="main">${view.say(["Дальше", "Next"])}</button></p>`,
  );

function choose(view: View, chosen: readonly Kind[]): Html {
  const tile = (kind: Kind): Html =>
    html`<label class="box tile"><input type="checkbox" name="kind" value="${kind}"${chosen.includes(kind) && trusted(" checked")}>${icon(KIND_ICONS[kind])}<b>${view.say(RECIPES[kind].name)}</b><small>${view.say(RECIPES[kind].brings)}</small></label>`;
  return html`<form action="/console/welcome"><input type="hidden" name="step" value="3"><p>${view.say(["Отметьте всё, что есть: шлюз проведёт человека через них одним ключом.", "Mark everything you have: the gateway leads a person through them by one key."])}</p><div class="grid">${KINDS.map(tile)}</div><p class="row"><button class="main">${view.say(["Дальше", "Next"])}</button><a class="btn plain" href="/console">${view.say(["Позже", "Later"])}</a></p></form>`;
}

function connect(view: View, chosen: readonly Kind[]): Html {
  const next = `${view.url.pathname}?step=3${chosen.map((kind) => `&kind=${kind}`).join("")}`;
  const connections = [...view.ctx.config.connections.values()];
  const boxes = chosen.map((kind) => {
    const done = connections.filter((one) => one.kind === kind);
    const name = html`<h2>${icon(KIND_ICONS[kind])} ${view.say(RECIPES[kind].name)}</h2>`;
    if (done.length === 0) return html`<section class="box">${name}${connectForm(view, kind, next)}</section>`;
    return html`<section class="box">${name}${done.map(({ id }) => html`<p class="row"><span class="s ok">${icon("ok")}${view.say(["подключено", "connected"])}: ${id}</span><a class="btn main" href="/console/connections/${id}">${view.say(["Что вставить и проверка", "What to paste, and a test"])}</a></p>`)}</section>`;
  });
  const all = chosen.every((kind) => connections.some((one) => one.kind === kind));
  return html`${boxes}<p><a class="btn ${all && "main"}" href="/console">${all ? view.say(["Готово: к обзору", "Done: to the overview"]) : view.say(["Закончу позже", "I will finish later"])}</a></p>`;
}
