/** Pieces that every screen is put together from and that know nothing of events or people: tables, copying, the way back. */
import { type Content, type Html, html, trusted } from "../lib/markup.ts";
import type { View } from "./view.ts";

/** A column's heading; `num` = figures, set to the right. One without a heading holds buttons (`act`: long ones, which may break). */
export type Column = readonly [head: string, kind?: "num" | "num act"];

const kindOf = (kind: string | undefined): Content => kind !== undefined && html` class="${kind}"`;

/** The row of headings. */
export const heads = (columns: readonly Column[]): Html =>
  html`<thead><tr>${columns.map(([head, kind]) => (head === "" ? html`<td></td>` : html`<th scope="col"${kindOf(kind)}>${head}</th>`))}</tr></thead>`;

/** The cells of a row, each with its heading beside it: on a phone a row is a card and the headings are gone. */
export const cells = (columns: readonly Column[], contents: readonly Content[]): Content =>
  contents.map((content, index) => {
    const [head = "", kind] = columns[index] ?? [];
    return html`<td${kindOf(kind)}${head !== "" && html` data-l="${head}"`}>${content}</td>`;
  });

/** A table of such rows, cards on a phone. `headed` false = the cells are told apart by themselves. */
export const cardTable = (columns: readonly Column[], rows: Content, headed = true): Html =>
  html`<div class="wrap"><table class="cards">${headed && heads(columns)}<tbody>${rows}</tbody></table></div>`;

/** A part of a page under its own heading. */
export const box = (title: Content, content: Content): Html => html`<section class="box"><h2>${title}</h2>${content}</section>`;

/** What may be wider than its place: reached and moved by the keyboard too, hence its name. */
export const scrolling = (label: string, content: Content, kind: "scroll" | "wrap" = "scroll"): Html =>
  html`<div class="${kind}" tabindex="0" role="region" aria-label="${label}">${content}</div>`;

/** A text with a button that copies it; `id` is unique on its page. */
export const copyBox = (view: View, id: string, text: Content): Html =>
  html`<div class="copy"><pre id="${id}" tabindex="0">${text}</pre><button type="button" data-copy="${id}">${view.word("copyIt")}</button></div>`;

/** The way back, also by Esc. */
export const backLink = (href: string, text: string): Html => html`<a class="btn" data-key="Escape" href="${href}">${text}</a>`;

/** What the field with `list="id"` suggests. */
export const datalist = (id: string, values: readonly string[]): Html =>
  html`<datalist id="${id}">${values.map((value) => html`<option>${value}</option>`)}</datalist>`;

/** One line of a select; `value` is what goes into the address or the form. */
export type Choice = readonly [value: string, label: string];

/** `go` sends the form as soon as another line is chosen; without the script there is a button for it. */
export const select = (name: string, label: string, given: { choices: readonly Choice[]; value?: string; go?: boolean }): Html =>
  html`<label>${label}<select name="${name}"${given.go === true && trusted(" data-go")}>${given.choices.map(
    ([value, text]) => html`<option value="${value}"${value === given.value && trusted(" selected")}>${text}</option>`,
  )}</select></label>`;

/** A screen or a list without lines: what is not there, and the one thing to do about it. */
export const empty = (text: string, action?: Content): Html => html`<div class="box"><p>${text}</p>${action}</div>`;
