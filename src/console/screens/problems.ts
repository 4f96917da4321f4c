/** Проблемы: one sentence, a count, one main button. The button does what usually mends it; closing one by hand is last, and it
 *  opens again when the same is told again. */
import { nameless } from "../../flows/bind/hash-claim.ts";
import { openIdentifier, personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { type IdentifierRow, identifierLines, identifiersByHash } from "../../store/identifier-reads.ts";
import { keptApartAt } from "../../store/operator/people.ts";
import { findPerson } from "../../store/person-reads.ts";
import {
  type ProblemLine,
  findProblem,
  lastResolvedAt,
  lastTold,
  longUnbound,
  personsOf,
  type StuckMoney,
  stuckMoney,
} from "../../store/problem-reads.ts";
import { isReserved } from "../../domain/reserved.ts";
import { actForm, type Page } from "../page.ts";
import { causeName, connectionName, identifierName, moment, reasonName } from "../parts.ts";
import { KINDS } from "../../ui/alert-text.ts";
import { mendingOf } from "../../ui/reasons.ts";
import { apartNote, personCards, undoesDecision } from "./beside.ts";
import type { Phrase } from "../copy.ts";
import { type View, ago, amountE4, numberOf } from "../view.ts";
import { type Column, heads, cells, backLink, empty } from "../layout.ts";

const GROUPS: readonly (readonly [kind: string, title: Phrase])[] = [
  ["unresolved_macro", ["Макросы", "Macros"]],
  ["conflict", ["Конфликты людей", "Conflicts of people"]],
  ["contact_quarantined", ["Карантин контактов", "Quarantined contacts"]],
  ["unbound", ["Не привязано > 24 ч", "Not bound > 24 h"]],
  ["delivery", ["Доставка", "Delivery"]],
  ["loop", ["Петли", "Loops"]],
  ["silence", ["Тишина", "Silence"]],
];

/** Grouped by kind in the order of GROUPS. What waits for its person is asked of the ledger: it is no row of its own and ends by itself. */
export async function problemsPage(view: View): Promise<Page> {
  const db = view.ctx.env.DB;
  const [raised, waiting, resolvedAt, money] = await Promise.all([
    lastTold(db),
    longUnbound(db, view.ctx.clock()),
    lastResolvedAt(db),
    stuckMoney(db, view.ctx.clock()),
  ]);
  const problems = [...raised, ...waiting];
  const groups = GROUPS.flatMap(([kind, title]) => {
    const own = problems.filter((problem) => problem.kind === kind);
    const table = html`<div class="wrap"><table class="cards probs">${heads(columns(view))}<tbody>${own.map((problem) => row(view, problem, money))}</tbody></table></div>`;
    return own.length === 0 ? [] : html`<h2>${view.say(title)} <span class="dim">${own.length}</span></h2>${table}`;
  });
  const none =
    view.say(["Проблем нет.", "No problems."]) +
    (resolvedAt === null ? "" : ` ${view.say(["Последняя решена {0}.", "The last one was solved {0}."], ago(view, resolvedAt))}`);
  return {
    title: view.word("problems"),
    screen: "problems",
    body: problems.length === 0 ? empty(none) : groups,
  };
}

const columns = (view: View): readonly Column[] => [
  [view.say(["Что", "What"])],
  [view.say(["Раз", "Times"]), "num"],
  [view.say(["Денег под вопросом", "Money affected"]), "num"],
  ["", "num act"],
];

function row(view: View, problem: ProblemLine, money: readonly StuckMoney[]): Html {
  const about = problem.kind === "delivery" ? problem.cause : problem.field;
  const stuck = money.filter(
    ({ kind, connection, detail }) => kind === problem.kind && connection === problem.connection && detail === about,
  );
  const sums = stuck.map(({ amount, currency }) => amountE4(view, amount, currency)).join(", ");
  return html`<tr data-row data-id="${problem.id}">${cells(columns(view), [
    html`<a href="${hrefOf(problem)}">${problemSentence(view, problem)}</a><br><small>${moment(view, problem.last_at)}</small>`,
    html`× ${numberOf(view, problem.count)}`,
    sums !== "" && html`<b>${sums}</b>`,
    mainButton(view, problem),
  ])}</tr>`;
}

/** Where a problem is explained: what waits for its person has no page of its own. */
export const hrefOf = (problem: ProblemLine): string =>
  problem.kind === "unbound"
    ? `/console/events?status=unbound${problem.connection === null ? "" : `&connection=${problem.connection}`}`
    : `/console/problems/${problem.id}`;

/** What happened, in one sentence. */
export function problemSentence(view: View, { kind, cause, connection, field, identifier_type: type }: ProblemLine): string {
  const where = connection === null ? "" : connectionName(view, connection);
  const id = type === null ? "" : identifierName(view, type);
  const sentences: Readonly<Record<string, Phrase>> = {
    unresolved_macro: ["Макрос не подставлен: {0}, поле {1}", "Macro not filled in: {0}, field {1}"],
    conflict:
      cause === "limit"
        ? ["{2}: у человека уже есть другое значение", "{2}: the person already has another value"]
        : ["{2}: одно значение у двух людей", "{2}: one value, two people"],
    contact_quarantined: [
      "{2}: заявлено тремя аккаунтами и больше не используется для склейки",
      "{2}: claimed by three accounts, no longer used to join people",
    ],
    unbound: ["{0}: событие больше суток ждёт своего человека", "{0}: an event has been waiting for its person for over a day"],
    delivery: ["{0}: не доставлено, {3}", "{0}: not delivered, {3}"],
    loop: ofConnection(KINDS.loop),
    silence: ofConnection(KINDS.silence),
  };
  const told = cause === null ? "" : kind === "delivery" ? reasonName(view, cause) : causeName(view, cause).toLowerCase();
  return view.say(sentences[kind] ?? [kind, kind], where, field ?? "", id.charAt(0).toUpperCase() + id.slice(1), told);
}

const ofConnection = ([ru, en]: Phrase): Phrase => [`{0}: ${ru}`, `{0}: ${en}`];

/** What may have arrived (`unknown_outcome`) is shown, not retried at a press: a second message or payment is worse than a look. */
function mainButton(view: View, problem: ProblemLine): Content {
  const link = (href: string, text: string): Html => html`<a class="btn" href="${href}">${text}</a>`;
  switch (problem.kind) {
    case "conflict":
    case "contact_quarantined":
      return link(`/console/problems/${problem.id}`, view.say(["Решить", "Resolve"]));
    case "delivery":
      if (problem.cause !== "unknown_outcome" && isThere(view, problem)) return recoverForm(view, problem);
      return link(`/console/events?to=${problem.connection ?? ""}&status=failed`, view.word("show"));
    case "loop":
      return link("/console/settings/rules", view.say(["Проверить правила", "Check the rules"]));
    case "unbound":
      return link(hrefOf(problem), view.word("show"));
    default:
      return isThere(view, problem)
        ? link(`/console/connections/${problem.connection ?? ""}`, view.say(["Проверить", "Check"]))
        : link(`/console/problems/${problem.id}`, view.word("show"));
  }
}

/** Whether its connection has a page: the gateway's own have none. */
const isThere = (view: View, { connection }: ProblemLine): boolean => view.ctx.config.connections.has(connection ?? "");

/** A problem outlives its connection. */
const isGone = (view: View, problem: ProblemLine): boolean =>
  problem.connection !== null && !isReserved(problem.connection) && !isThere(view, problem);

/** null = no such problem. People who were merged or erased since are followed or left out; with two left the four decisions are offered. */
export async function problemPage(view: View, id: string): Promise<Page | null> {
  const problem = await findProblem(view.ctx.env.DB, id);
  if (!problem) return null;
  const [owned = null] =
    problem.identifier_hash === null ? [] : await identifiersByHash(view.ctx.env.DB, [problem.identifier_hash]);
  const about = personsOf(problem);
  const persons = await currentPersons(view, about.length === 0 && owned ? [owned.person_id] : about);
  const value = owned && (await openIdentifier(view.ctx, owned));
  const mending = problem.kind === "delivery" && isThere(view, problem) ? mendingOf(problem.cause ?? "") : null;
  const ofOne = isGone(view, problem) ? GONE : ADVICE[problem.cause ?? ""];
  const advice = (persons.length < 2 ? ofOne : null) ?? ADVICE[problem.kind];
  const recover = problem.kind === "delivery" && mainButton(view, problem);
  return {
    title: problemSentence(view, problem),
    screen: "problems",
    aside: backLink("/console/problems", view.word("toList")),
    body: html`<p class="dim">× ${numberOf(view, problem.count)} · ${moment(view, problem.first_at)} — ${moment(view, problem.last_at)}${problem.event_id !== null && html` · <a href="/console/events/${problem.event_id}">${view.word("event")}</a>`}</p>${advice && html`<p class="note">${mending && html`<b>${view.say(mending)}</b> `}${view.say(advice)}</p>`}${persons.length < 2 && isThere(view, problem) && html`<p><a class="btn${problem.kind !== "delivery" && " main"}" href="/console/connections/${problem.connection}${problem.kind === "delivery" && "#settings"}">${view.say(["Открыть подключение", "Open the connection"])}</a></p>`}${value !== null && html`<p><b>${value}</b></p>`}${persons.length > 0 && html`<div class="two">${await personCards(view, persons.slice(0, 4), problem.identifier_hash)}</div>`}${persons.length >= 2 && (await choices(view, problem, persons, owned && (await named(view, owned))))}${recover}${actForm(view, { act: "resolve-problem", fields: { id } }, html`<p><button>${view.say(["Больше не показывать", "Close it"])}</button></p>`)}`,
  };
}

const recoverForm = (view: View, { connection, first_at }: ProblemLine): Html =>
  actForm(
    view,
    { act: "recover", fields: { connection: connection ?? "", since: first_at } },
    html`<button class="main">${view.say(["Повторить всё недоставленное", "Retry everything not delivered"])}</button>`,
  );

const GONE: Phrase = [
  "Этого подключения больше нет в настройках: верните его или закройте проблему.",
  "This connection is no longer in the settings: bring it back or close the problem.",
];

/** What to do about it. */
const ADVICE: Readonly<Record<string, Phrase>> = {
  unresolved_macro: [
    "Отправитель прислал имя макроса вместо значения. Откройте подключение, скопируйте готовую строку и замените её в кабинете отправителя.",
    "The sender sent the macro's name instead of its value. Open the connection, copy the ready line and put it into the sender's cabinet.",
  ],
  conflict: [
    "Два человека назвали одно и то же. Событие осталось у своего человека, чужое не тронуто. Решите, кто это.",
    "Two people named the same thing. The event stayed with its own person, nothing of the other's was touched. Decide who it is.",
  ],
  limit: [
    "Событие осталось у своего человека, новое значение не добавлено: столько таких у одного человека не бывает. Если оно всё же его, объедините его с тем, у кого оно появится.",
    "The event stayed with its own person, the new value was not added: one person does not have so many of this kind. If it is theirs all the same, join them with whoever will come with it.",
  ],
  holder_taken: [
    "Бот назвал этот ID вместе с ID другого человека, или ссылку для второго мессенджера открыл тот, кто уже входит на сайт сам. Вход остался за прежним. Проверьте, какие ID подставляет бот.",
    "The bot named this ID with another person's, or the link for a second messenger was opened by somebody who signs in already. The sign-in stayed with its own. Check which IDs the bot fills in.",
  ],
  delivery: [
    "Устраните причину и повторите всё одним действием: порядок и содержимое сохранены.",
    "Mend the cause and retry everything at once: order and content are kept.",
  ],
  loop: [
    "Один и тот же вызов повторился трижды за десять минут. Проверьте правила: два сервиса отвечают друг другу.",
    "The same call was repeated three times in ten minutes. Check the rules: two services answer each other.",
  ],
  silence: [
    "Отправьте тестовое событие и проверьте настройки отправителя.",
    "Send a test event and check the sender's settings.",
  ],
};

/** Merges are followed, erased ones left out: what stays may be fewer than the problem was raised about. */
async function currentPersons(view: View, ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => findPerson(view.ctx.env.DB, id)));
  return [...new Set(found.flatMap((person) => (person?.erasedAt === null ? [person.id] : [])))];
}

/** As a decision names it: another school's, site's or project's equal value is another identifier. */
const named = async (view: View, line: IdentifierRow) => ({
  type: line.type,
  scope: line.scope,
  value: line.sealed === null ? nameless(line.hash) : await openIdentifier(view.ctx, line),
});

/** The four decisions of a conflict; each is final until the operator changes it. */
async function choices(
  view: View,
  problem: ProblemLine,
  [a = "", b = ""]: readonly string[],
  value: Readonly<Record<"type" | "scope" | "value", string>> | null,
): Promise<Html> {
  const names = await personNames(view.ctx, [a, b]);
  const owned = await Promise.all([a, b].map((id) => identifierLines(view.ctx.env.DB, id)));
  const has = (index: number): boolean => owned[index]?.some(({ hash }) => hash === problem.identifier_hash) ?? false;
  const apart = await keptApartAt(view.ctx.env.DB, [a, b]);
  const form = (act: string, label: string, fields: Readonly<Record<string, string>>, main = false): Html =>
    actForm(
      view,
      { act, fields: { problem: problem.id, ...fields }, ...(main && apart !== null ? { confirm: undoesDecision(view) } : {}) },
      html`<button${main && html` class="main"`}>${label}</button>`,
    );
  const move = (id: string, index: number): Content => {
    if (has(index) && problem.kind !== "contact_quarantined") return false;
    const label: Phrase = has(index) ? ["Оставить: {0}", "Leave to {0}"] : ["Перенести: {0}", "Move to {0}"];
    return form("move", view.say(label, names.get(id) ?? id.slice(0, 12)), { person: id, ...value });
  };
  return html`<h2>${view.say(["Кто это?", "Who is it?"])}</h2><p class="dim">${view.say(["Один человек — карточки объединятся, это можно отменить. Перенести — значение уйдёт названному. Разные — больше не спросим. Больше не использовать — значение перестанет связывать людей.", "One person: the cards are joined, which can be undone. Move: the value goes to the one named. Different: we ask no more. Stop using it: the value no longer joins people."])}</p>${apartNote(view, apart)}<div class="row">${form("merge", view.say(["Один человек", "One person"]), { person: a, other: b }, true)}${value !== null && [a, b].map(move)}${form("keep-apart", view.say(["Разные", "Different"]), { person: a, other: b })}${value !== null && form("block", view.say(["Больше не использовать", "Stop using it"]), value)}</div>`;
}
