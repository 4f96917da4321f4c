/** A person's card: who she is, by what we know it, what happened, and what an operator may decide. Her numbers are the report's:
 *  the table behind it is counted on before the card is drawn, with a bound on how much. */
import { type IdentifierType, priorityOf } from "../../domain/identifier.ts";
import { openIdentifier, personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html, trusted } from "../../lib/markup.ts";
import { type EventListRow, newestOfPerson } from "../../store/event-lists.ts";
import { type IdentifierRow, identifierLines } from "../../store/identifier-reads.ts";
import { mergeLines, personLinesOf } from "../../store/operator/people.ts";
import { findPerson, lastTouch } from "../../store/person-reads.ts";
import { refreshReportPeople } from "../../store/report/refresh.ts";
import { actForm, type Page } from "../page.ts";
import {
  connectionMark,
  eventName,
  identifierName,
  moment,
  shortKey,
  sourceName,
  stageDots,
  status,
  troubleOf,
  proofName,
} from "../parts.ts";
import { type View, amountE4, hrefWith } from "../view.ts";
import { besideForm } from "./beside.ts";
import { moneyOfLine, stagesOf } from "./people.ts";
import { ties } from "./ties.ts";
import { backLink, box, empty, select } from "../layout.ts";

const TIMELINE = 500;

/** By any id or key the person ever had. null = nobody; an erased person is a page that says so and leads to the act. */
export async function personPage(view: View, id: string): Promise<Page | null> {
  const db = view.ctx.env.DB;
  const current = await findPerson(db, id);
  if (!current) return null;
  if (current.erasedAt !== null) return erased(view, current.id, current.erasedAt);
  await refreshReportPeople(db, 5);
  const [line] = await personLinesOf(db, [current.id]);
  if (!line) return null;
  const [touch, events, identifiers, merges, names] = await Promise.all([
    lastTouch(db, line.id),
    newestOfPerson(db, line.id, TIMELINE),
    identifierLines(db, line.id),
    mergeLines(db, line.id),
    personNames(view.ctx, [line.id]),
  ]);
  return {
    title: names.get(line.id) ?? shortKey(line.key),
    screen: "people",
    aside: html`${stageDots(view, stagesOf(line))}<small>${view.say(["{0} из 7", "{0} of 7"], stagesOf(line).filter(([, at]) => at !== null).length)}</small>${backLink("/console/people", view.word("toList"))}`,
    body: html`<p class="row"><span class="copy-line">${view.say(["Сквозной ключ", "Key"])} <code id="key">${line.key}</code></span><button type="button" class="plain" data-copy="key">${view.word("copyIt")}</button><span>${view.word("netRevenue")}: <b>${line.money === "[]" ? "—" : moneyOfLine(view, line)}</b></span><span>${view.say(["Первый источник", "First source"])}: <b>${sourceName(view, line)}</b></span><span>${view.say(["последний", "last"])}: <b>${touch === null ? view.word("unmarked") : sourceName(view, touch)}</b></span></p>
<div class="card"><div>${await identifierBox(view, identifiers)}${acts(view, line.id, merges.length > 0)}</div><section aria-label="${view.word("events")}">${timeline(view, events)}${await ties(view, events, { identifiers, merges })}</section></div>`,
  };
}

const erased = (view: View, id: string, when: number): Page => ({
  title: view.word("erased"),
  screen: "people",
  aside: backLink("/console/people", view.word("toList")),
  body: empty(
    view.say(["Данные этого человека стёрты.", "This person's data was erased."]),
    html`${moment(view, when)}<p><a class="btn" href="/v1/persons/${id}/erasure">${view.say(["Акт для печати", "The act to print"])}</a></p>`,
  ),
});

async function identifierBox(view: View, lines: readonly IdentifierRow[]): Promise<Html> {
  const sorted = lines.toSorted((a, b) => priorityOf(a.type) - priorityOf(b.type));
  const rows = await Promise.all(
    sorted.map(async (line) => {
      const value = await openIdentifier(view.ctx, line);
      return html`<dt>${identifierName(view, line.type)}${line.scope !== "" && html`<br><small>${line.scope}</small>`}</dt><dd><span>${value}</span> <span class="tag">${line.pinned === 1 ? view.say(["решение оператора", "operator's decision"]) : proofName(view, line.proof)}</span><br><small>${view.say(["с", "since"])} ${moment(view, line.first_seen)} · <a href="/console/events/${line.event_id}">${view.say(["откуда", "from"])}</a></small></dd>`;
    }),
  );
  return box(view.say(["Что мы знаем", "What we know"]), html`<dl>${rows}</dl>`);
}

/** One timeline, a lane for each source; `?lane=` leaves one of them. */
function timeline(view: View, events: readonly EventListRow[]): Html {
  const lanes = [...new Set(events.map(({ connection }) => connection))];
  const chosen = view.url.searchParams.get("lane");
  const shown = lanes.includes(chosen ?? "") ? events.filter(({ connection }) => connection === chosen) : events;
  const chip = (lane: string | null, name: Content): Html =>
    html`<a class="tag" href="${hrefWith(view, { lane })}"${lane === chosen && trusted(' aria-current="true"')}>${name}</a> `;
  const filter =
    lanes.length > 1 &&
    html`<p class="chips">${chip(null, view.word("all"))}${lanes.map((lane) => chip(lane, connectionMark(view, lane)))}</p>`;
  const item = (event: EventListRow): Html =>
    html`<li data-row class="l${lanes.indexOf(event.connection) % 6}"><div class="row"><a href="/console/events/${event.id}">${moment(view, event.event_at)}</a><b>${eventName(view, event)}</b><span class="tag">${connectionMark(view, event.connection)}</span>${event.amount_e4 !== null && event.amount_e4 > 0 && html`<span>${amountE4(view, event.amount_e4, event.currency)}</span>`}${event.status !== "bound" && status(view, event.status)}${troubleOf(view, event)}${event.counted === 0 && html`<span class="tag">${view.say(["не считается", "not counted"])}</span>`}${event.link !== null && html`<small>${event.link}</small>`}</div></li>`;
  return box(
    view.say(["Лента", "Timeline"]),
    html`${filter}<ul class="t lanes">${shown.map(item)}</ul>${events.length === TIMELINE && html`<p>${view.say(["Последние {0} событий.", "The newest {0} events."], TIMELINE)} <a href="/console/events?person=${events[0]?.person_id ?? ""}">${view.word("all")}</a></p>`}`,
  );
}

/** What a human can read off another service and be sure of; an internal one (a visitor's cookie) is not moved by hand. */
const MOVABLE: readonly IdentifierType[] = [
  "email",
  "phone",
  "telegram_id",
  "max_id",
  "vk_id",
  "gc_user_id",
  "client_id",
  "user_id",
  "clickid",
];

function acts(view: View, id: string, merged: boolean): Html {
  const fields = { person: id };
  return box(
    view.say(["Решения", "Decisions"]),
    html`
<details><summary>${view.say(["Объединить или не склеивать…", "Merge or keep apart…"])}</summary>${besideForm(view, id)}</details>
${merged && actForm(view, { act: "unmerge", fields }, html`<button>${view.say(["Разъединить последнее", "Undo the last merge"])}</button>`)}
<details><summary>${view.say(["Перенести сюда идентификатор", "Move an identifier here"])}</summary>${actForm(view, { act: "move", fields }, html`${select("type", view.say(["Тип", "Type"]), { choices: MOVABLE.map((type) => [type, identifierName(view, type)] as const) })} <label>${view.say(["Значение", "Value"])}<input name="value" required></label> <button>${view.say(["Перенести", "Move"])}</button>`)}</details>
<p><a class="btn" href="/v1/persons/${id}/export">${view.say(["Выгрузить", "Export"])}</a></p>
<details><summary class="danger">${view.say(["Удалить…", "Erase…"])}</summary>${actForm(view, { act: "erase", fields, confirm: view.say(["Стереть все данные человека? Это необратимо.", "Erase all of this person's data? This cannot be undone."]) }, html`<p>${view.say(["Идентификаторы и содержимое событий исчезнут, счётчики останутся.", "Identifiers and event contents disappear, counters stay."])}</p><button class="danger">${view.say(["Стереть данные", "Erase the data"])}</button>`)}</details>`,
  );
}
