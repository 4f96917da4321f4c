/** «Поле → смысл»: where each field of a delivery ended up, told by comparing what came with what was understood: by the field's
 *  name, else by an equal value. A guess for the eye: nothing is decided by it. */
import type { StoredFacts } from "../../domain/event.ts";
import { type Content, type Html, html } from "../../lib/markup.ts";
import { causeName, identifierName } from "../parts.ts";
import type { View } from "../view.ts";
import { type Column, heads, scrolling } from "../layout.ts";

const MOST = 60;
/** How a delivery came, not what it says. */
const ENVELOPE: ReadonlySet<string> = new Set(["method", "content_type"]);

type Leaf = readonly [path: string, text: string];
type Meaning = readonly [name: string, label: string, value: string];

/** Every value of the delivery with its path; a JSON body inside is opened. */
function leavesOf(value: unknown, path = ""): Leaf[] {
  if (value === null || value === undefined || value === "") return [];
  if (typeof value === "object")
    return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
      leavesOf(inner, path === "" ? name : `${path}.${name}`),
    );
  return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
}

function meaningsOf(view: View, facts: StoredFacts): Meaning[] {
  const plain = (name: string, label: string, value: string | null): Meaning[] => (value === null ? [] : [[name, label, value]]);
  return [
    ...facts.identifiers.map(({ type, value }): Meaning => [type, identifierName(view, type), value]),
    ...plain("amount", view.word("money"), facts.money.amount ?? facts.money.paidTotal),
    ...plain("order", view.word("order"), facts.order),
    ...plain("tid", "tid", facts.tid),
    ...plain("link", view.word("links"), facts.link),
    ...plain("start", "start", facts.start),
    ...plain("message", view.word("message"), facts.message),
    ...plain("event", view.word("event"), facts.type),
    ...Object.entries({ ...facts.utm, ...facts.profile, ...facts.fields }).map(([name, value]): Meaning => [name, name, value]),
  ];
}

const bare = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}@._]/gu, "");

function meaningOf([path, text]: Leaf, meanings: readonly Meaning[]): Meaning | undefined {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return (
    meanings.find(([own]) => own === name || own === path) ??
    meanings.find(([, , value]) => value.length > 1 && bare(value) === bare(text))
  );
}

/** `changed`: only what was normalised or not used. */
export function landingTable(view: View, raw: unknown, facts: StoredFacts, changed = false): Content {
  const meanings = meaningsOf(view, facts);
  const row = (leaf: Leaf): Html | null => {
    const [path, text] = leaf;
    const dropped = facts.dropped.find(({ field }) => field === path || path.endsWith(`.${field}`));
    const meaning = dropped === undefined ? meaningOf(leaf, meanings) : undefined;
    if (changed && !dropped && (!meaning || meaning[2] === text)) return null;
    return html`<tr><td><code>${path}</code></td><td>${dropped ? html`<mark>${text}</mark>` : text.slice(0, 120)}</td><td>${dropped ? html`<span class="bad">${causeName(view, dropped.cause)}</span>` : ((meaning && html`<b>${meaning[2].slice(0, 120)}</b> <small>${meaning[1]}</small>`) ?? html`<span class="dim">—</span>`)}</td></tr>`;
  };
  const rows = leavesOf(raw)
    .filter(([path]) => !ENVELOPE.has(path))
    .slice(0, MOST)
    .flatMap((leaf) => row(leaf) ?? []);
  if (rows.length === 0) return null;
  const names = [view.say(["Поле", "Field"]), view.say(["Было", "Was"]), view.say(["Стало", "Became"])];
  const table = html`<table>${heads(names.map((name): Column => [name]))}<tbody>${rows}</tbody></table>`;
  return scrolling(names.join(" → "), table);
}
