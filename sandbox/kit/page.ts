/** What a newcomer opens to see what arrived: the newest calls on top, each with what was understood and what was answered. Plain HTML, no script. */
import type { Call } from "./calls.ts";
import { escapeHtml } from "./wire.ts";

const SHOWN = 200;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:72rem;padding:0 1rem}
nav a{margin-right:.8rem}article{border-top:1px solid #8886;padding:.6rem 0}h2{font-size:1rem;margin:0;overflow-wrap:anywhere}
pre{margin:.3rem 0;padding:.5rem;background:#8882;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}small{opacity:.85}`;

function pretty(value: unknown): string {
  return escapeHtml(typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

function replyLine(call: Call): string {
  const fault = call.fault === null ? "" : ` · сбой: ${call.fault}`;
  if (call.reply === null) return `ответа пока нет${fault}`;
  if (call.reply.status === 0) return `соединение оборвано${fault}`;
  return `ответ ${call.reply.status}${fault}`;
}

function article(call: Call): string {
  const query = new URLSearchParams(call.query).toString();
  const address = `${call.path}${query === "" ? "" : `?${query}`}`;
  const time = new Date(call.at).toISOString();
  const got = call.parsed ?? (call.body === "" ? call.query : call.body);
  return (
    `<article><h2>#${call.seq} ${escapeHtml(call.vendor)} · ${escapeHtml(call.method)} ${escapeHtml(address)}</h2>` +
    `<small><time datetime="${time}">${time}</time></small>` +
    `<pre tabindex="0" aria-label="Принято, #${call.seq}">${pretty(got)}</pre>` +
    `<small>${replyLine(call)}</small><pre tabindex="0" aria-label="Отправлено, #${call.seq}">${pretty(call.reply?.body ?? "")}</pre></article>`
  );
}

export function callsPage(calls: Call[], vendors: string[]): string {
  const links = ["", ...vendors].map((vendor) => `<a href="/_sandbox/?vendor=${vendor}">${vendor === "" ? "все" : vendor}</a>`);
  const newest = calls.slice(-SHOWN).toReversed();
  const list = newest.length === 0 ? "<p>Пока никто ничего не прислал.</p>" : newest.map(article).join("");
  return (
    `<!doctype html><html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>Песочница: что пришло сервисам</title><style>${STYLE}</style></head><body><main>` +
    `<h1>Что пришло сервисам</h1><p>Вызовов: ${calls.length}. <a href="/_sandbox/calls">JSON</a> · <a href="/_sandbox/state">что они запомнили</a></p>` +
    `<nav aria-label="Сервис">${links.join("")}</nav>${list}</main></body></html>`
  );
}
