/** The shell around every screen: navigation, search, keys, the phone's bottom bar. Works without its script: every link is a
 *  link and every act a form. Who may only read sees the same pages with their forms disabled. */
import { type Content, type Html, html, trusted } from "../lib/markup.ts";
import { ASSETS } from "./assets.ts";
import { KEYS, type Word } from "./copy.ts";
import { icon } from "./icons.ts";
import type { View } from "./view.ts";

/** The eight items of the navigation. A page that belongs to none of them has `null` as its screen, one inside another (a
 *  person's card) has the outer. */
type Screen = "overview" | "events" | "people" | "funnel" | "links" | "connections" | "problems" | "settings";

const NAVIGATION: readonly (readonly [Screen, string])[] = [
  ["overview", "o"],
  ["events", "e"],
  ["people", "p"],
  ["funnel", "f"],
  ["links", "l"],
  ["connections", "c"],
  ["problems", "i"],
  ["settings", "s"],
];

/** Its address; the console's own root is the overview. */
const screenPath = (screen: Screen): string => (screen === "overview" ? "/console" : `/console/${screen}`);

/** What a screen returns. `aside` stands beside the heading: the way back, totals. `title` is plain text and is escaped where it
 *  is drawn. */
export type Page = { readonly title: string; readonly screen: Screen | null; readonly aside?: Content; readonly body: Content };

/** A whole page; `null` as a view's session is never drawn here: the sign-in page has its own frame. */
export function renderPage(view: View, page: Page): Html {
  const item = ([screen, key]: readonly [Screen, string]): Html =>
    html`<a href="${screenPath(screen)}" data-go-key="${key}" ${page.screen === screen ? trusted(' aria-current="page"') : ""}
      >${icon(screen)}<span>${view.word(screen)}</span>${
        screen === "problems" && view.problems > 0 && html`<span class="n">${view.problems}</span>`
      }</a
    >`;
  return frame(
    view,
    page.title,
    html`<a class="skip" href="#main">${view.word("skip")}</a>
      <div class="app">
        <nav class="side" aria-label="Throughline">
          <b>${view.ctx.config.workspace.name}</b>${NAVIGATION.map(item)}${preferences(view)}
        </nav>
        <main id="main" tabindex="-1" data-at="${view.url.pathname + view.url.search}">
          <header class="top">
            <h1>${page.title}</h1>
            ${page.aside ?? ""}
            <form class="r" role="search" action="/console/search">
              <input
                id="search"
                type="search"
                name="q"
                placeholder="${view.word("search")}"
                aria-label="${view.word("search")}"
                size="30"
              />
            </form>
          </header>
          ${flash(view)}${page.body}
        </main>
      </div>
      <nav class="bottom" aria-label="${view.word("more")}">
        ${NAVIGATION.slice(0, 4).map(item)}<a
          href="/console/menu"
          ${["links", "connections", "problems", "settings"].includes(page.screen ?? "") ? trusted(' aria-current="page"') : ""}
          >${icon("settings")}<span>${view.word("more")}</span></a
        >
      </nav>
      <dialog id="help" aria-label="${view.word("help")}">
        <h2>${view.word("help")}</h2>
        <dl>
          ${KEYS.map(
            ([keys, phrase]) =>
              html`<dt><code>${keys}</code></dt>
                <dd>${view.say(phrase)}</dd>`,
          )}
        </dl>
        <button type="button" data-close>${view.word("close")}</button>
      </dialog>`,
  );
}

/** All sections, for the phone's fifth place. */
export const menuBody = (view: View): Html =>
  html`<div class="grid">
      ${NAVIGATION.slice(4).map(([screen]) => html`<a class="btn" href="${screenPath(screen)}">${icon(screen)}${view.word(screen)}</a>`)}
    </div>
    ${preferences(view)}`;

function preferences(view: View): Html {
  const theme = (value: View["theme"], word: Word): Html =>
    html`<option value="${value}" ${view.theme === value ? trusted(" selected") : ""}>${view.word(word)}</option>`;
  return html`<form method="post" action="/console/preferences">
    ${view.operator?.role === "viewer" && html`<span class="tag">${view.say(["только чтение", "read only"])}</span>`}${hidden(view)}<select name="theme" data-go aria-label="${view.word("theme")}">
      ${theme("auto", "themeAuto")}${theme("light", "themeLight")}${theme("dark", "themeDark")}</select
    ><noscript><button>${view.word("save")}</button></noscript><button class="plain" name="lang" value="${view.lang === "ru" ? "en" : "ru"}">${view.word("language")}</button
    ><button class="plain" name="keys" value="${view.keys ? "off" : "on"}">${view.word(view.keys ? "keysOff" : "keysOn")}</button
    ><button class="plain" formaction="/console/sign-out">${view.word("signOut")}</button>
  </form>`;
}

/** What every form that changes something carries. */
const hidden = (view: View): Html =>
  html`<input type="hidden" name="csrf" value="${view.csrf}" /><input type="hidden" name="back" value="${view.url.pathname + view.url.search}" />`;

/** A form that has something done: nothing changes by GET. `fields` travel unseen, `confirm` is asked first, `next` is where to go on (this page), `file` for
 *  one that sends a file; `seen` is the configuration its page was drawn from. Who may only read is not offered what would be refused. */
export const actForm = (
  view: View,
  given: { act: string; fields?: Readonly<Record<string, string | number>>; confirm?: string; next?: string; file?: boolean },
  content: Content,
): Html =>
  html`<form method="post" action="/console/act/${given.act}" ${given.confirm !== undefined && html`data-confirm="${given.confirm}"`}${given.file === true && trusted(' enctype="multipart/form-data"')}>
    ${hidden(view)}${given.next !== undefined && html`<input type="hidden" name="next" value="${given.next}" />`}${Object.entries(given.fields ?? {}).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}${view.operator?.role === "viewer" ? html`<fieldset disabled>${content}</fieldset>` : content}<input type="hidden" name="seen" value="${view.ctx.config.version}" />
  </form>`;

/** From a refusal to the page as it stands now. */
export const openAnew = (view: View): Html =>
  html`<a href="${view.url.pathname + view.url.search}">${view.say(["Открыть заново", "Open anew"])}</a>`;

function flash(view: View): Content {
  const done = view.url.searchParams.get("done");
  if (view.refusal !== null)
    return html`<p class="note bad" role="alert">${icon("bad")} ${view.word("refused")}: ${view.refusal} ${openAnew(view)}</p>`;
  return done === null ? null : html`<p class="note ok" role="status">${icon("ok")} ${view.word("done")}</p>`;
}

/** The bare document around a body: sign-in, a shared report, the page that says the database is away. It reads nothing but the
 *  view, so it can be drawn when nothing else can. The empty icon keeps browsers from asking for /favicon.ico. */
export const frame = (view: View, title: string, body: Content): Html =>
  html`<!doctype html>
    <html lang="${view.lang}" data-theme="${view.theme}" ${!view.keys && trusted(" data-quiet")}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · Throughline</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${ASSETS.style.path}" />
        <script src="${ASSETS.script.path}" defer></script>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
