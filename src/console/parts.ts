/** What several screens draw alike: status marks, event rows, people, sources, empty states, paging. */
import { NO_ORIGIN, originLabel } from "../domain/funnel/origin.ts";
import { isIdentifierType } from "../domain/identifier.ts";
import { knownEvent } from "../domain/normalise/event-type.ts";
import { IDENTIFIER_NAMES } from "../domain/trace.ts";
import { type Content, type Html, html } from "../lib/markup.ts";
import { type EventHead, type EventListRow, sentOf } from "../store/event-lists.ts";
import type { WaitingEvent } from "../rpc.ts";
import { reasonOf } from "../ui/reasons.ts";
import { WORDS, type Word } from "./copy.ts";
import type { Kind } from "../domain/config.ts";
import { type IconName, icon } from "./icons.ts";
import { type View, amountE4, clockTime, fullTime, hrefWith, shortDay } from "./view.ts";
import { iso } from "../lib/iso.ts";
import { type Column, heads, cells, empty } from "./layout.ts";

type Mark = readonly [tone: "ok" | "warn" | "bad" | "dim", icon: IconName];

const MARKS: Readonly<Record<string, Mark>> = {
  bound: ["ok", "ok"],
  accepted: ["dim", "wait"],
  unbound: ["warn", "wait"],
  quarantined: ["bad", "warn"],
  echo: ["dim", "echo"],
  preview: ["dim", "eye"],
  erased: ["dim", "bad"],
  queued: ["dim", "wait"],
  retrying: ["warn", "wait"],
  delivered: ["ok", "ok"],
  dead: ["bad", "bad"],
  cancelled: ["dim", "bad"],
};

/** Why something was not used, in words. */
export const causeName = (view: View, cause: string): string => (isWord(cause) ? view.word(cause) : cause);

/** Why a delivery was not made, in words; a vendor's own word as it is. */
export function reasonName(view: View, code: string): string {
  const reason = reasonOf(code);
  return reason ? view.say(reason) : code;
}

const isWord = (text: string): text is Word => Object.hasOwn(WORDS, text);

/** Events that have words of ours, in the order of the path. */
export const EVENTS: ReadonlySet<string> = new Set<Word>([
  "click",
  "bot_start",
  "identify",
  "registration",
  "login",
  "order",
  "payment",
  "refund",
  "rejected",
  "withdrawal",
  "message",
  "order_status",
  "email_confirmed",
  "user_updated",
  "hold",
  "consent_withdrawn",
  "consent_given",
  "mapping.created",
  "mapping.moved",
  "mapping.deleted",
  "sale",
  "resale",
  "unreadable",
]);

/** Whether the gateway knows events of this name without having seen one. */
export const isEventName = (name: string): boolean =>
  EVENTS.has(name) || knownEvent(name) !== null || /^(?:\*|resale#\d+)$/.test(name);

/** An event's type in words. A sender's own name stays as it is, even where the console has a word of that spelling for something else. */
export const typeName = (view: View, type: string): string => (EVENTS.has(type) && isWord(type) ? view.word(type) : type);

/** A status as icon, word and colour. */
export function status(view: View, name: string): Html {
  const [tone, shape] = MARKS[name] ?? (["dim", "warn"] as const);
  return html`<span class="s ${tone}">${icon(shape)}${isWord(name) ? view.word(name) : name}</span>`;
}

/** "№2", "#2". */
export const ordinalOf = (view: View, number: number): string => view.say(["№{0}", "#{0}"], number);

/** `resale` with its number, an order of 0 as what it is (D-06), anything else by its label or type. */
export function eventName(view: View, event: Pick<EventHead, "type" | "label" | "ordinal" | "amount_e4">): string {
  if (event.type === "order" && event.amount_e4 === 0) return view.word("freeOrder");
  const name = event.label ?? event.type;
  const word = typeName(view, name);
  return event.label === "resale" && event.ordinal !== null ? `${word} ${ordinalOf(view, event.ordinal)}` : word;
}

/** The clock for today, else the day; the whole time on hover and for machines. */
export const moment = (view: View, at: number): Html => {
  const today = shortDay(view, at) === shortDay(view, view.ctx.clock());
  return html`<time datetime="${iso(at)}" title="${fullTime(view, at)}"
    >${today ? clockTime(view, at) : `${shortDay(view, at)} ${clockTime(view, at).slice(0, 5)}`}</time
  >`;
};

/** What people without a name are called by: ids of one minute begin alike, keys do not. */
export const shortKey = (key: string): string => `${key.slice(0, 12)}…`;

/** A person as a link: her name, else the beginning of her id. */
export const personLink = (id: string, name: string | undefined): Html =>
  html`<a href="/console/people/${id}"><bdi>${name ?? `${id.slice(0, 10)}…`}</bdi></a>`;

/** What the operator calls it, else its id; one that is gone from the settings keeps its id. */
export const connectionName = (view: View, id: string): string =>
  view.ctx.config.connections.get(id)?.name ?? ({ links: view.word("links"), login: "PIN" }[id] || id);

/** What a kind is to an operator, not who makes it: bots of four vendors share one icon. */
export const KIND_ICONS: Readonly<Record<Kind, IconName>> = {
  salebot: "bot",
  chatterfy: "bot",
  metabot: "bot",
  telegram: "bot",
  getcourse: "school",
  keitaro: "tracker",
  network: "network",
  site: "site",
  http: "connections",
};

/** A connection by its kind's icon and its name. */
export function connectionMark(view: View, id: string): Html {
  const kind = view.ctx.config.connections.get(id)?.kind;
  const shape = kind === undefined ? (id === "links" ? "links" : "key") : KIND_ICONS[kind];
  return html`<span class="mk">${icon(shape)}${connectionName(view, id)}</span>`;
}

const eventColumns = (view: View): readonly Column[] => [
  [view.word("time")],
  [view.word("connection")],
  [view.word("event")],
  [view.word("person")],
  [view.word("money"), "num"],
  [view.word("status")],
];

const lineOf = (view: View, id: string, contents: readonly Content[]): Html =>
  html`<tr data-id="${id}" data-row data-href>${cells(eventColumns(view), contents)}</tr>`;

const eventLink = (view: View, id: string, at: number): Html => html`<a href="/console/events/${id}">${moment(view, at)}</a>`;

/** The worst of its deliveries that are not well; nothing where all are. */
export function troubleOf(view: View, event: EventListRow): Content {
  const sent = sentOf(event);
  const worst = (["dead", "retrying"] as const).find((trouble) => sent.some((delivery) => delivery.status === trouble));
  return worst !== undefined && status(view, worst);
}

/** One line of a list of events. `names` by person id, asked for the whole page at once; who is missing there is shown by the beginning of her id. */
export function eventRow(view: View, event: EventListRow, names: ReadonlyMap<string, string>): Html {
  const { id, person_id: person, cause, field } = event;
  return lineOf(view, id, [
    eventLink(view, id, event.received_at),
    connectionMark(view, event.connection),
    eventName(view, event),
    person === null
      ? html`<span class="dim">${event.status === "unbound" ? view.word("nobody") : "—"}</span>`
      : personLink(person, names.get(person) ?? shortKey(event.person_key ?? person)),
    event.amount_e4 === null ? "" : amountE4(view, event.amount_e4, event.currency),
    html`${status(view, event.status)} ${troubleOf(view, event)}${cause !== null && html` <small>${causeName(view, cause)}${field !== null && html` <code>${field}</code>`}</small>`}${event.possible_duplicate === 1 && html` <span class="tag">${view.say(["возможный дубль", "possible duplicate"])}</span>`}`,
  ]);
}

/** A line of what still waits in the inbox: whose it is and what it is worth is not known yet. */
export const waitingRow = (view: View, { id, receivedAt, connection, type, verdict }: WaitingEvent): Html =>
  lineOf(view, id, [
    eventLink(view, id, receivedAt),
    connectionMark(view, connection),
    typeName(view, type),
    "",
    "",
    status(view, verdict),
  ]);

/** `version` is what the live list compares; "" where a table is not live. */
export const eventTable = (view: View, rows: readonly Html[], version: string): Html =>
  html`<div class="wrap"><table class="cards">${heads(eventColumns(view))}<tbody data-live data-version="${version}">${rows}</tbody></table></div>`;

/** Shown once three asks in a row went without an answer: a list that stands still must not look alive. */
export const lostNote = (view: View): Html =>
  html`<p class="note warn" data-lost role="status" hidden>${icon("warn")} ${view.say(["Нет связи или закончился сеанс.", "No connection, or the session ended."])} <a href="">${view.say(["Обновить", "Reload"])}</a></p>`;

/** «▲ 3 новых» over a live list, and the same count for screen readers. Hidden until the script has something to tell: a list
 *  never jumps under a reader. */
export const livePill = (view: View): Html =>
  html`${lostNote(view)}<button type="button" class="pill main" data-pill="${view.say(["▲ {0} новых", "▲ {0} new"], "{0}")}" hidden></button
    ><span class="skip" aria-live="polite" data-count="${view.say(["Новых событий: {0}", "New events: {0}"], "{0}")}"></span>`;

/** An identifier's type in words; one that is none of ours stays as its row has it. */
export const identifierName = (view: View, type: string): string =>
  isIdentifierType(type) ? IDENTIFIER_NAMES[view.lang][type] : type;

/** How sure an identifier is. */
export const proofName = (view: View, proof: string): string =>
  view.say(
    (
      {
        proved: ["подтверждено", "proved"],
        native: ["подтверждено", "proved"],
        claimed: ["со слов", "claimed"],
        inferred: ["выведено", "inferred"],
      } as const
    )[proof] ?? [proof, proof],
  );

/** Where events would stand if there were any. */
export const nothingYet = (view: View): Html =>
  empty(
    view.say(["Пока нет событий. Подключите бота — это 3 минуты.", "No events yet. Connect a bot: it takes 3 minutes."]),
    html`<a class="btn main" href="${view.ctx.config.version === 0 ? "/console/welcome" : "/console/connections#new"}">${view.word("connectIt")}</a>`,
  );

/** The link to the next page; nothing on the last. */
export const pager = (view: View, cursor: string | null): Content =>
  cursor !== null && html`<p><a class="btn" rel="next" href="${hrefWith(view, { cursor })}">${view.word("next")}</a></p>`;

/** First touch as the reports name it. */
export function sourceName(
  view: View,
  touch: { link: string | null; utm_source: string | null; utm_campaign: string | null },
): string {
  const origin = { ...NO_ORIGIN, link: touch.link, source: touch.utm_source, campaign: touch.utm_campaign };
  return originLabel("source", origin, view.ctx.config.links) || view.word("unmarked");
}

/** `reached`: every stage with the time of reaching it, null = not reached. */
export const stageDots = (view: View, reached: readonly (readonly [Word, number | null])[]): Html =>
  html`<span
    class="dots"
    role="img"
    aria-label="${
      reached
        .filter(([, at]) => at !== null)
        .map(([word]) => view.word(word))
        .join(", ") || "—"
    }"
    >${reached.map(([word, at]) => html`<i title="${view.word(word)}" ${at === null ? "" : html` class="on"`}></i>`)}</span
  >`;
