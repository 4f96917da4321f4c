/** События: what came, live. Filters live in the address; the list is paged by cursor and never jumps. A search in the text opens
 *  sealed contents one by one, since the database cannot read them; it is bounded, and its page may then be short. */
import { inboxOf } from "../../context.ts";
import { personNames } from "../../flows/show-person.ts";
import { type Html, html } from "../../lib/markup.ts";
import { type EventFilter, type EventListRow, listEvents } from "../../store/event-lists.ts";
import { ledgerVersion, sealedContentOf } from "../../store/operator/events.ts";
import { type Page } from "../page.ts";
import { EVENTS, connectionName, eventRow, eventTable, livePill, nothingYet, pager, typeName, waitingRow } from "../parts.ts";
import { dateIn, startOfDay } from "../../lib/zone.ts";
import { type View, fullTime, hrefWith, numberOf } from "../view.ts";
import type { Sealed } from "../../lib/seal.ts";
import { type Choice, datalist, select, empty } from "../layout.ts";

const PAGE = 50;
/** How many rows a free-text search opens at most: payloads are sealed, so the database cannot look into them. */
const SEARCHED = 1_000;
const MINUTES: Readonly<Record<string, number>> = { "10m": 10, "1h": 60, "24h": 1_440, "7d": 10_080, "30d": 43_200 };

/** Where a preset begins (epoch ms); null when none is chosen. */
function presetStart(view: View): number | null {
  const preset = view.url.searchParams.get("when") ?? "";
  const now = view.ctx.clock();
  const zone = view.ctx.config.workspace.time_zone;
  if (preset === "today") return startOfDay(dateIn(now, zone), zone);
  return Object.hasOwn(MINUTES, preset) ? now - (MINUTES[preset] ?? 0) * 60_000 : null;
}

/** `?when=` (a preset) or `?since=&until=` (epoch ms), `connection`, `type`, `status`, `person`, `link`, `code`, `q`, `to`, `cursor`: all in the address, so a
 *  filtered list can be sent to somebody. The version is read before the rows: an event between the two shows at the next poll, never not at all. */
export async function eventsPage(view: View): Promise<Page> {
  const version = await liveVersion(view);
  const { rows, cursor, stopped } = await eventRows(view);
  const filtered = [...view.url.searchParams.keys()].some((name) => name !== "cursor");
  const none = filtered
    ? empty(
        view.say(["По этим условиям ничего нет.", "Nothing fits these filters."]),
        html`<a class="btn" href="/console/events">${view.say(["Снять фильтры", "Clear filters"])}</a>`,
      )
    : nothingYet(view);
  return {
    title: view.word("events"),
    screen: "events",
    aside: html`<button type="button" data-key="." aria-pressed="false">${view.say(["Пауза", "Pause"])}</button>`,
    body: html`${filters(view)}
      <div class="split">
        <div>${livePill(view)}${eventTable(view, rows, version)}${rows.length === 0 && !stopped && none}${stopped && html`<p class="dim">${view.say(["Просмотрено событий: {0}. Более ранние — дальше.", "Events looked through: {0}. Go on for earlier ones."], numberOf(view, SEARCHED))}</p>`}${pager(view, cursor)}</div>
        <aside class="box" data-panel tabindex="-1" aria-label="${view.word("event")}" hidden></aside>
      </div>`,
  };
}

/** Also changes with what still waits at the door. */
export async function liveVersion(view: View): Promise<string> {
  const [ledger, waiting] = await Promise.all([ledgerVersion(view.ctx.env.DB), inboxOf(view.ctx.env).waiting(null, 1)]);
  return `${ledger}-${waiting[0]?.seq ?? 0}`;
}

/** One page of rows: on the first unfiltered one, what waits in the inbox comes first. `stopped`: a search by text looked no further than `cursor`. */
export async function eventRows(view: View, limit = PAGE): Promise<{ rows: Html[]; cursor: string | null; stopped: boolean }> {
  const query = view.url.searchParams;
  const filter = readFilter(view, limit);
  const plain = filter.before === null && [...query.keys()].every((name) => name === "live" || name === "status");
  const waiting =
    plain && ["", "accepted"].includes(query.get("status") ?? "") ? await inboxOf(view.ctx.env).waiting(null, limit) : [];
  const { lines, stoppedAt } =
    query.get("status") === "accepted"
      ? { lines: [], stoppedAt: null }
      : await pageOf(view, filter, query.get("q")?.trim() ?? "");
  const shown = lines.slice(0, limit);
  const known = new Set(shown.map(({ id }) => id));
  const names = await personNames(
    view.ctx,
    shown.flatMap(({ person_id }) => person_id ?? []),
  );
  const rows = [
    ...waiting.filter(({ id }) => !known.has(id)).map((event) => waitingRow(view, event)),
    ...shown.map((line) => eventRow(view, line, names)),
  ];
  const next = lines.length > limit ? shown.at(-1)?.seq : stoppedAt;
  return { rows, cursor: next?.toString() ?? null, stopped: stoppedAt !== null };
}

function readFilter(view: View, limit: number) {
  const query = view.url.searchParams;
  const text = (name: string): string | null => query.get(name)?.trim() || null;
  const number = (name: string): number | null => (/^\d{1,15}$/.test(query.get(name) ?? "") ? Number(query.get(name)) : null);
  return {
    status: ["failed", "kept"].includes(text("status") ?? "") ? null : text("status"),
    kept: text("status") === "kept",
    dated: query.has("dated"),
    dead: text("status") === "failed",
    to: text("to"),
    connection: text("connection"),
    type: text("type"),
    person: text("person"),
    link: text("link"),
    code: number("code"),
    since: presetStart(view) ?? number("since"),
    until: number("until"),
    before: number("cursor"),
    limit: limit + 1,
  } satisfies EventFilter;
}

/** Whether the facts or the delivery as it came hold the text. */
async function says(view: View, sealed: readonly Sealed[], text: string): Promise<boolean> {
  const opened = await Promise.all(sealed.map((one) => view.ctx.seal.open(one)));
  return opened.some((content) => content.toLowerCase().includes(text));
}

type Stretch = { readonly lines: readonly EventListRow[]; readonly stoppedAt: number | null };

/** With a text: walks on through the list until the page is full or enough was opened; `stoppedAt` is where the latter happened, a seq. */
async function pageOf(view: View, filter: EventFilter, text: string): Promise<Stretch> {
  if (text === "") return { lines: await listEvents(view.ctx.env.DB, filter), stoppedAt: null };
  const found: EventListRow[] = [];
  let { before = null } = filter;
  for (let opened = 0; opened < SEARCHED && found.length < filter.limit; opened += 250) {
    const lines = await listEvents(view.ctx.env.DB, { ...filter, before, limit: 250 });
    const sealed = await sealedContentOf(
      view.ctx.env.DB,
      lines.map(({ id }) => id),
    );
    for (const line of lines) if (await says(view, sealed.get(line.id) ?? [], text.toLowerCase())) found.push(line);
    if (lines.length < 250) return { lines: found.slice(0, filter.limit), stoppedAt: null };
    before = lines.at(-1)?.seq ?? null;
  }
  return { lines: found.slice(0, filter.limit), stoppedAt: found.length < filter.limit ? before : null };
}

function filters(view: View): Html {
  const query = view.url.searchParams;
  const given = (name: string): string => query.get(name) ?? "";
  const all = ["", view.word("all")] as const;
  const connections = [...view.ctx.config.connections.keys(), "links", "login"].map(
    (id) => [id, connectionName(view, id)] as const,
  );
  const types = [...EVENTS].map((type) => [type, typeName(view, type)] as const);
  const statuses = [
    ...(["bound", "unbound", "quarantined", "echo", "preview", "accepted", "erased"] as const).map(
      (name) => [name, view.word(name)] as const,
    ),
    ["failed", view.say(["Ошибка доставки", "Delivery failed"])],
    ["kept", view.say(["В закладках", "Bookmarked"])],
  ] as const;
  // What is filtered by is said and stays chosen, though nobody could choose it here: a sender's own event, a removed connection.
  const chooser = (name: "connection" | "type" | "status", label: string, choices: readonly Choice[]): Html => {
    const value = given(name);
    const own = value === "" || choices.some(([known]) => known === value) ? [] : [[value, value] as const];
    return select(name, label, { choices: [all, ...choices, ...own], value, go: true });
  };
  const when = [
    all,
    ["10m", view.say(["10 минут", "10 minutes"])],
    ["1h", view.say(["час", "hour"])],
    ["today", view.say(["сегодня", "today"])],
    ["24h", view.say(["сутки", "24 hours"])],
    ["7d", view.say(["7 дней", "7 days"])],
    ["30d", view.say(["30 дней", "30 days"])],
  ] as const;
  const { since, until, to } = readFilter(view, 0);
  const at = (moment: number | null): string => (moment === null ? "—" : fullTime(view, moment));
  const kept = (
    [
      ["since", view.say(["с {0}", "from {0}"], at(since))],
      ["until", view.say(["до {0}", "until {0}"], at(until))],
      ["dated", view.say(["по дате события", "by the event's date"])],
      ["to", view.say(["куда: {0}", "to: {0}"], connectionName(view, to ?? ""))],
    ] as const
  ).filter(([name]) => given(name) !== "");
  const links = [...view.ctx.config.links.keys()];
  return html`<details class="filters">
    <summary>${view.word("filters")}</summary>
    <form class="row end">
      ${select("when", view.word("time"), { choices: when, value: given("when"), go: true })}${chooser("connection", view.word("connection"), connections)}${chooser("type", view.word("event"), types)}${chooser("status", view.word("status"), statuses)}<label
        >${view.say(["Текст внутри", "Text inside"])}<input name="q" value="${given("q")}" size="14" /></label
      ><label
        >${view.word("person")}<input
          name="person"
          value="${given("person")}"
          size="14"
          placeholder="${view.say(["ключ или номер", "key or id"])}" /></label
      ><label
        >${view.word("oneLink")}<input name="link" value="${given("link")}" size="8" list="links" />${datalist("links", links)}</label
      ><label
        >${view.say(["HTTP-код ответа", "HTTP code of the reply"])}<input name="code" inputmode="numeric" size="4" value="${given("code")}" /></label
      >${kept.map(([name, text]) => html`<span class="tag">${text} <a href="${hrefWith(view, { [name]: null })}" aria-label="${view.say(["Снять", "Clear"])}: ${text}">×</a><input type="hidden" name="${name}" value="${given(name)}" /></span>`)}<button>
        ${view.word("show")}
      </button>
    </form>
  </details>`;
}
