/** Данные и обновление: take everything away, bring the gateway up to date, stop it, delete it. */
import { VERSION } from "../../../lib/version.ts";
import { MAX_LINES } from "../../../flows/import-events.ts";
import { type Content, type Html, html } from "../../../lib/markup.ts";
import { actForm, type Page } from "../../page.ts";
import { type View, numberOf } from "../../view.ts";
import { settingsTabs } from "./tabs.ts";
import { box, copyBox } from "../../layout.ts";

const EXAMPLE = JSON.stringify({
  connection: "bot",
  received_at: "2026-03-01T10:00:00Z",
  event: { event: "registration", telegram_id: "1001", email: "anna@school.example" },
});

export const dataPage = async (view: View): Promise<Page> => ({
  title: view.say(["Данные и обновление", "Data and updates"]),
  screen: "settings",
  body: [settingsTabs(view, "data"), exportBox(view), importBox(view), updateBox(view), dangerBox(view)],
});

function exportBox(view: View): Html {
  const hint = view.say([
    "Строки JSON. В файле до 4 000 записей; последняя строка называет адрес следующего.",
    "JSON lines. A file holds up to 4,000 records; its last line names the next address.",
  ]);
  return box(
    view.say(["Экспорт всего", "Export everything"]),
    html`<p class="dim">${hint}</p><p class="row"><a class="btn" href="/console/export/people.jsonl" download>${view.word("people")}</a><a class="btn" href="/console/export/events.jsonl" download>${view.word("events")}</a><a class="btn" href="/v1/config" download="config.json">${view.say(["Настройки", "Configuration"])}</a><a class="btn" href="/console/funnel.csv" download>${view.say(["Воронка, CSV", "Funnel, CSV"])}</a></p>`,
  );
}

function importBox(view: View): Html {
  const hint = view.say(
    [
      "Файл строк JSON, до {0} за раз. Повторная загрузка ничего не удвоит.",
      "A file of JSON lines, up to {0} at once. Sending it again doubles nothing.",
    ],
    numberOf(view, MAX_LINES),
  );
  const form = html`<p class="row end"><input type="file" name="file" required aria-label="${view.say(["Файл", "File"])}"><label class="in"><input type="checkbox" name="rules" value="1">${view.say(["выполнить правила", "run the rules"])}</label><button>${view.say(["Загрузить", "Import"])}</button></p>`;
  return box(
    view.say(["Загрузить историю", "Import history"]),
    html`<p class="dim">${hint}</p><pre tabindex="0">${EXAMPLE}</pre>${actForm(view, { act: "import", file: true }, form)}`,
  );
}

const updateBox = (view: View): Html =>
  box(
    view.say(["Обновление", "Updates"]),
    html`<p>${view.say(["Установлена версия", "Installed version"])} <b>${VERSION}</b></p>${copyBox(view, "update", "git pull && npm ci && npm run deploy")}<p class="dim">${view.say(["Команда применит миграции базы и заменит Worker.", "It applies the database migrations and replaces the Worker."])}</p>`,
  );

function dangerBox(view: View): Html {
  const stop = view.say([
    "Остановка: события принимаются и привязываются, отправки ждут и уйдут, когда возобновите.",
    "A stop: events are accepted and bound, deliveries wait and go out when you resume.",
  ]);
  const end = view.say([
    "Необратимо. Сначала выгрузите данные. Команды удаляют Worker с очередями и базу:",
    "It cannot be undone. Export the data first. The commands delete the Worker with its queues, and the database:",
  ]);
  return html`<section class="box"><h2 class="danger">${view.say(["Опасная зона", "Danger zone"])}</h2><p>${stop}</p>${sending(view)}<details><summary class="danger">${view.say(["Удалить проект целиком", "Delete the whole workspace"])}</summary><p>${end}</p><pre tabindex="0">npx wrangler delete
npx wrangler d1 delete throughline</pre></details></section>`;
}

/** «Остановлено» only when every connection is: a single one is stopped on its card. */
function sending(view: View): Content {
  const connections = [...view.ctx.config.connections.values()];
  if (connections.length === 0) return null;
  if (connections.every(({ disabled }) => disabled === true))
    return actForm(
      view,
      { act: "resume-sending" },
      html`<button class="main">${view.say(["Возобновить отправку", "Resume sending"])}</button>`,
    );
  const confirm = view.say(["Остановить отправку во все подключения?", "Stop sending to every connection?"]);
  const stop = html`<button class="danger">${view.say(["Остановить все отправки", "Stop all sending"])}</button>`;
  return actForm(view, { act: "stop-sending", confirm }, stop);
}
