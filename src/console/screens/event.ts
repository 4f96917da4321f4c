/** One event in four steps: what came → what we understood → who and why → what we sent. Everything is unsealed for this page;
 *  each step says so when retention or an erasure has taken what it would show. */
import type { StoredFacts } from "../../domain/event.ts";
import { openFacts } from "../../flows/bind/arrived.ts";
import { findWaiting } from "../../flows/read-events.ts";
import { personNames } from "../../flows/show-person.ts";
import { tellDecision } from "../../flows/tell-decision.ts";
import { type Content, type Html, html, trusted } from "../../lib/markup.ts";
import { type EventSheet, findEvent } from "../../store/event-lists.ts";
import { parseSteps, previousOfKind } from "../../store/operator/events.ts";
import { bookmarkOf } from "../../store/operator/bookmarks.ts";
import { icon } from "../icons.ts";
import { actForm, type Page } from "../page.ts";
import { causeName, connectionName, eventName, identifierName, personLink, proofName, status, typeName } from "../parts.ts";
import type { Phrase } from "../copy.ts";
import { type View, fullTime, numberOf, withWorth } from "../view.ts";
import { openRaw, pretty } from "../raw.ts";
import { sent } from "./event-sent.ts";
import { landingTable } from "./landing.ts";
import type { Sealed } from "../../lib/seal.ts";
import type { WaitingEvent } from "../../rpc.ts";
import { copyBox, backLink } from "../layout.ts";

/** null = neither the ledger nor the inbox has it. The ledger is asked again last: the event may have been bound between the two. */
export async function eventPage(view: View, id: string): Promise<Page | null> {
  const { DB } = view.ctx.env;
  const event = await findEvent(DB, id);
  const waiting = event ? null : await findWaiting(view.ctx, id);
  if (waiting) return waitingPage(view, waiting);
  const bound = event ?? (await findEvent(DB, id));
  return bound && sheetPage(view, bound);
}

/** `?diff=1` compares with the event before it of the same connection and type. */
async function sheetPage(view: View, event: EventSheet): Promise<Page> {
  const { seal } = view.ctx;
  const { id } = event;
  const facts = event.facts === null ? null : await openFacts(view.ctx, event.facts);
  const [raw, kept] = await Promise.all([
    event.raw === null ? null : seal.open(event.raw),
    bookmarkOf(view.ctx.env.DB, event.id),
  ]);
  const diff = view.url.searchParams.has("diff");
  return {
    title: `${eventName(view, event)} · ${connectionName(view, event.connection)}`,
    screen: "events",
    aside: html`${status(view, event.status)}${backLink("/console/events", view.word("toList"))}${actForm(
      view,
      { act: "replay-event", fields: { id } },
      html`<button data-key="r" title="${view.say(["Отправить ещё раз всё, что отправлялось", "Send again whatever was sent"])}">
          ${view.say(["Повторить", "Replay"])}
        </button>`,
    )}${bookmarkForm(view, event, kept)}`,
    body: html`<p class="dim">
        ${view.say(["получено", "received"])} ${fullTime(view, event.received_at)} · ${view.say(["произошло", "happened"])}
        ${fullTime(view, event.event_at)} · <code>${id}</code>
      </p>
      ${tabs(view, diff)} ${
        diff
          ? await comparison(view, event, raw)
          : html`<ol class="flow">
        ${step(view.say(["Что пришло", "What came"]), received(view, event, raw))}${step(view.say(["Что мы поняли", "What we understood"]), facts === null ? expired(view) : [understood(view, event, facts), raw !== null && landingTable(view, openRaw(raw), facts, true)])}${step(view.say(["Кто и почему", "Who and why"]), await why(view, event, facts))}${step(view.say(["Что отправили", "What we sent"]), await sent(view, event))}
      </ol>`
      }`,
  };
}

/** The panel of four parts, or the comparison. */
const tabs = (view: View, diff: boolean): Html =>
  html`<p class="tabs"><a href="${view.url.pathname}" ${!diff && trusted(' aria-current="true"')}>${view.say(["Разбор", "Story"])}</a><a href="${view.url.pathname}?diff=1" ${diff && trusted(' aria-current="true"')}>${view.say(["Отличия от предыдущего", "Diff with the previous"])}</a></p>`;

/** A bookmarked payload outlives retention and can be played again as a test. */
function bookmarkForm(view: View, event: EventSheet, kept: { raw: Sealed } | null): Content {
  if (kept !== null)
    return html`${actForm(view, { act: "replay-bookmark", fields: { id: event.id } }, html`<button>${view.say(["Проиграть как проверку", "Play as a test"])}</button>`)}${actForm(view, { act: "drop-bookmark", fields: { id: event.id } }, html`<button aria-pressed="true">${icon("star")}${view.say(["Убрать из закладок", "Remove bookmark"])}</button>`)}`;
  return (
    event.raw !== null &&
    actForm(
      view,
      { act: "bookmark", fields: { id: event.id } },
      html`<button>${icon("star")}${view.say(["В закладки", "Bookmark"])}</button>`,
    )
  );
}

/** Acknowledged and not bound yet: only what came can be shown. */
async function waitingPage(view: View, waiting: WaitingEvent): Promise<Page> {
  const raw = waiting.raw === null ? "" : await view.ctx.seal.open(waiting.raw);
  return {
    title: typeName(view, waiting.type),
    screen: "events",
    aside: status(view, "accepted"),
    body: html`<p class="note">
        ${view.say(["Событие сохранено и ждёт своей очереди. Обычно это доли секунды.", "The event is stored and waits its turn, usually a fraction of a second."])}
      </p>
      <pre tabindex="0">${pretty(raw)}</pre>`,
  };
}

const step = (title: string, content: Content): Html =>
  html`<li class="box">
    <h2>${title}</h2>
    ${content}
  </li>`;
const expired = (view: View): Html =>
  html`<p class="dim">${view.say(["Срок хранения содержимого истёк.", "The content's retention has ended."])}</p>`;

function received(view: View, event: EventSheet, raw: string | null): Content {
  if (raw === null) return expired(view);
  const marked = event.field === null ? pretty(raw) : markField(pretty(raw), event.field);
  return html`${event.cause !== null && html`<p class="note${event.status === "quarantined" && " bad"}">${advice(view, event)}</p>`}
    ${copyBox(view, "raw", marked)}
    <small>${view.say(["Секреты скрыты при записи.", "Secrets were masked when it was stored."])}</small>`;
}

/** The cause, and what to do about it at the sender. */
function advice(view: View, event: EventSheet): Content {
  const field = html`<code>${event.field ?? ""}</code>`;
  const ready =
    view.ctx.config.connections.has(event.connection) &&
    html`<a href="/console/connections/${event.connection}">${view.say(["Взять готовую строку", "Take the ready line"])}</a>`;
  if (event.cause === "unresolved_macro")
    return html`${view.say(["Макрос не подставлен в поле", "The macro was not filled in:"])} ${field}.
    ${view.say(["Он пришёл буквально: проверьте написание у отправителя.", "It arrived literally: check its spelling at the sender."])}
    ${ready}`;
  const outcome = event.status === "quarantined" ? view.say(["Не использовано", "Not used"]) : causeName(view, event.status);
  const what = html`${outcome}: ${causeName(view, event.cause ?? "")}`;
  return html`${what}${event.field !== null && html` ${field}`}. ${view.say(MENDING[event.cause ?? ""] ?? MEND_VALUE)}
    ${ready}`;
}

const MEND_VALUE: Phrase = [
  "Проверьте, что отправитель подставляет в это поле: других идентификаторов в запросе нет.",
  "Check what the sender puts there: the request has no other identifier.",
];
const MENDING: Readonly<Record<string, Phrase>> = {
  unparsable: [
    "Проверьте тело запроса у отправителя: нужен целый JSON, форма или параметры в адресе, по одному событию в запросе.",
    "Check the body at the sender: it must be whole JSON, a form, or parameters in the address, one event a request.",
  ],
  no_identifier: [
    "Проверьте, что отправитель подставляет ID, почту, телефон или clickid: ни одного из них в запросе нет.",
    "Check that the sender fills in an ID, e-mail, phone or clickid: the request has none of them.",
  ],
  unknown_person: [
    "Событие найдёт его само, когда бот, сайт или школа сообщит тот же идентификатор. Проверьте, что сообщает и что значение совпадает.",
    "The event finds them by itself once a bot, site or school tells the same identifier. Check that one does, and that the value is the same.",
  ],
  test: [
    "Проверочное событие: ни к кому не привязывается, правил не запускает и в отчёты не входит.",
    "A test event: it is bound to nobody, runs no rule and is in no report.",
  ],
  empty: [
    "Проверьте, что переменные у отправителя заполнены и стоят в запросе.",
    "Check that the sender's variables are filled in and stand in the request.",
  ],
};

/** The line of the offending parameter, highlighted. */
function markField(text: string, field: string): Content {
  return text
    .split("\n")
    .map((line) =>
      line.includes(`"${field}"`) || line.startsWith(`${field}=`) ? [html`<mark>${line}</mark>`, "\n"] : `${line}\n`,
    );
}

/** What came holds it whole; here one value must not push the decision off the screen. */
const LONGEST_VALUE = 500;
const cut = (view: View, value: string): Html =>
  html`${value.slice(0, LONGEST_VALUE).toWellFormed()}… <small>${view.say(["всего знаков: {0}", "characters in all: {0}"], numberOf(view, value.length))}</small>`;

function understood(view: View, event: EventSheet, facts: StoredFacts): Html {
  const told = (name: string, value: Content): [string, Content][] => (value === null ? [] : [[name, value]]);
  const replaced =
    event.counted === 0 && html` <span class="tag">${view.say(["заменено или отклонено", "replaced or rejected"])}</span>`;
  const money = event.amount_e4 === null ? null : html`${withWorth(view, event.amount_e4, event.currency)}${replaced}`;
  const rows: [string, Content][] = [
    [view.word("event"), eventName(view, event)],
    ...facts.identifiers.map(({ type, scope, value, proof }): [string, Content] => [
      `${identifierName(view, type)}${scope === "" ? "" : ` · ${scope}`}`,
      html`${value} <span class="tag">${proofName(view, proof)}</span>`,
    ]),
    ...told(view.word("money"), money),
    ...told(view.word("order"), facts.order),
    ...told("tid", facts.tid),
    ...Object.entries(facts.utm),
    ...told("link", facts.link),
    ...told("start", facts.start),
    ...Object.entries(facts.profile),
    ...Object.entries(facts.tracker).map(([name, value]): [string, Content] => [`tracker.${name}`, value]),
    ...Object.entries(facts.fields).map(([name, value]): [string, Content] => [`fields.${name}`, value]),
  ];
  return html`<dl>
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${typeof value === "string" && value.length > LONGEST_VALUE ? cut(view, value) : value}</dd>`,
      )}
    </dl>
    ${facts.dropped.length > 0 && html`<p>${view.say(["Не использовано:", "Not used:"])} ${facts.dropped.map(({ field, cause }) => html`<span class="tag">${field}: ${causeName(view, cause)}</span> `)}</p>`}${event.possible_duplicate === 1 && html`<p class="note warn">${view.say(["Возможный повтор: такое же содержимое уже приходило.", "A possible repeat: the same content came before."])}</p>`}`;
}

async function why(view: View, event: EventSheet, facts: StoredFacts | null): Promise<Content> {
  const steps = event.trace === null ? [] : parseSteps(await view.ctx.seal.open(event.trace));
  const own = event.person_id === null ? [] : [event.person_id];
  const [told, names] = await Promise.all([tellDecision(view.ctx, { steps, facts }, view.lang), personNames(view.ctx, own)]);
  const who =
    event.person_id === null
      ? html`<p class="dim">${view.word("nobody")}</p>`
      : html`<p>
          ${personLink(event.person_id, names.get(event.person_id))}${event.via !== null && html` <span class="tag">${identifierName(view, event.via)}</span>`}
        </p>`;
  return html`${who}
    <ul class="t">
      ${told.map((line) => html`<li>${line}</li>`)}
    </ul>`;
}

/** Lines that differ from the previous event of the same kind: what the sender changed. */
async function comparison(view: View, event: EventSheet, raw: string | null): Promise<Content> {
  if (raw === null) return expired(view);
  const previous = await previousOfKind(view.ctx.env.DB, event);
  if (!previous || previous.raw === null)
    return html`<p class="dim">${view.say(["Сравнить не с чем.", "There is nothing to compare with."])}</p>`;
  const [now, before] = [pretty(raw).split("\n"), pretty(await view.ctx.seal.open(previous.raw)).split("\n")];
  const lines = [
    ...before.filter((line) => !now.includes(line)).map((line) => [html`<span class="bad">− ${line}</span>`, "\n"]),
    ...now.filter((line) => !before.includes(line)).map((line) => [html`<span class="ok">+ ${line}</span>`, "\n"]),
  ];
  return html`<div class="box">
    <h2>
      ${view.say(["Отличия от", "Differences from"])}
      <a href="/console/events/${previous.id}">${view.say(["предыдущего", "the previous one"])}</a>
    </h2>
    <pre tabindex="0">${lines.length === 0 ? view.say(["Отличий нет.", "No differences."]) : lines}</pre>
  </div>`;
}
