/** Two people side by side: the other is found by whatever an operator has in hand, and seen before it is decided whether they are one. */
import { openIdentifier, personNames } from "../../flows/show-person.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { type IdentifierRow, identifierLines } from "../../store/identifier-reads.ts";
import { keptApartAt, personLinesOf } from "../../store/operator/people.ts";
import { findPerson } from "../../store/person-reads.ts";
import { icon } from "../icons.ts";
import { actForm, type Page } from "../page.ts";
import { identifierName, moment, personLink, proofName } from "../parts.ts";
import type { View } from "../view.ts";
import { nothingFound, peopleFor } from "./search.ts";
import { backLink, box, empty } from "../layout.ts";

/** More than this many under one name are no choice: a closer word is asked for. */
const MOST = 5;

/** `?q=` is whatever an operator has of the other person; null = the first one is unknown or erased. At most five pairs are
 *  drawn, the rest counted. Each pair offers to merge or to keep apart; nothing is decided by looking. */
export async function besidePage(view: View, id: string): Promise<Page | null> {
  const db = view.ctx.env.DB;
  const person = await findPerson(db, id);
  if (!person || person.erasedAt !== null) return null;
  const text = view.url.searchParams.get("q")?.trim() ?? "";
  const found = await personLinesOf(db, text === "" ? [] : await peopleFor(view, text));
  const others = found.filter((one) => one.id !== person.id && one.erased_at === null);
  const none = found.some((one) => one.id !== person.id)
    ? view.say(["Данные этого человека стёрты.", "This person's data is erased."])
    : found.length > 0
      ? view.say(["Это этот же человек.", "This is the same person."])
      : nothingFound(view);
  const pairs = others.slice(0, MOST).map((other) => pair(view, person.id, other.id));
  return {
    title: view.say(["Один это человек?", "Are they one person?"]),
    screen: "people",
    aside: backLink(`/console/people/${person.id}`, view.word("goBack")),
    body: html`${besideForm(view, person.id, text)}${text !== "" && others.length === 0 && empty(none)}${await Promise.all(pairs)}${others.length > MOST && html`<p class="dim">${view.say(["Показаны {0} из {1}: уточните.", "{0} of {1} are shown: be more exact."], MOST, others.length)}</p>`}`,
  };
}

/** Asks for the other person. */
export const besideForm = (view: View, id: string, text = ""): Html =>
  html`<form class="row end" action="/console/people/${id}/beside"><label>${view.say(["Второй человек: почта, телефон, @имя, номер или ключ", "The other person: e-mail, phone, @name, id or key"])}<input name="q" value="${text}" required></label><button>${view.say(["Найти", "Find"])}</button></form>`;

async function pair(view: View, id: string, other: string): Promise<Html> {
  const apart = await keptApartAt(view.ctx.env.DB, [id, other]);
  const fields = { person: id, other };
  const next = `/console/people/${id}`;
  const merge = actForm(
    view,
    { act: "merge", fields, next, ...(apart === null ? {} : { confirm: undoesDecision(view) }) },
    html`<button class="main">${view.say(["Это один человек", "They are one person"])}</button>`,
  );
  const part =
    apart === null &&
    actForm(view, { act: "keep-apart", fields, next }, html`<button>${view.say(["Разные люди", "Different people"])}</button>`);
  return html`<section class="gap"><div class="two">${await personCards(view, [id, other], null)}</div>${apartNote(view, apart)}<div class="row gap">${merge}${part}</div></section>`;
}

/** Said before a merge of people that were decided to be different. */
export const apartNote = (view: View, at: number | null): Content =>
  at !== null &&
  html`<div class="gap"></div><p class="note warn">${icon("warn")} ${moment(view, at)}: ${view.say(["решено, что это разные люди. Объединение отменит то решение.", "they were decided to be different people. Merging undoes that decision."])}</p>`;

/** The question before a merge that undoes a keep-apart. */
export const undoesDecision = (view: View): string =>
  view.say([
    "Решено, что это разные люди. Объединение отменит то решение. Объединить?",
    "They were decided to be different people. Merging undoes that decision. Merge?",
  ]);

/** Two people side by side: what the problem is about is marked, what they have differently is tinted. */
export async function personCards(view: View, ids: readonly string[], taken: string | null): Promise<Html[]> {
  const [all, names] = await Promise.all([
    Promise.all(ids.map((id) => identifierLines(view.ctx.env.DB, id))),
    personNames(view.ctx, ids),
  ]);
  return Promise.all(
    ids.map(async (id, index) => {
      const others = all.filter((_lines, at) => at !== index).flat();
      const rows = await Promise.all((all[index] ?? []).slice(0, 20).map((line) => cardRow(view, line, { taken, others })));
      return box(personLink(id, names.get(id)), html`<dl>${rows}</dl>`);
    }),
  );
}

async function cardRow(
  view: View,
  line: IdentifierRow,
  { taken, others }: { readonly taken: string | null; readonly others: readonly IdentifierRow[] },
): Promise<Html> {
  const value = await openIdentifier(view.ctx, line);
  const rivals = others.filter(({ type, scope }) => type === line.type && scope === line.scope);
  const differs = rivals.length > 0 && !rivals.some(({ hash }) => hash === line.hash);
  const shown = line.hash === taken ? html`<mark>${value}</mark>` : differs ? html`<span class="diff">${value}</span>` : value;
  return html`<dt>${identifierName(view, line.type)}</dt><dd>${shown} <small>${differs && `${view.say(["различается", "differs"])} · `}${proofName(view, line.proof)} · ${view.say(["с", "since"])} ${moment(view, line.first_seen)}</small></dd>`;
}
