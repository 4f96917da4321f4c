/** Правила: what is sent where and when, the whole document, its history. A refused save comes back with what was typed and each mistake at its
 *  path, so nothing is lost. */
import type { Rule } from "../../../domain/config.ts";
import { recordOf } from "../../../lib/record.ts";
import type { FieldError } from "../../../lib/field-errors.ts";
import { type Content, type Html, html, trusted } from "../../../lib/markup.ts";
import { triggersOf } from "../../../domain/rule.ts";
import { listVersions, readVersion } from "../../../store/config.ts";
import { typesThatCame } from "../../../store/operator/events.ts";
import { messageText } from "../../error-text.ts";
import { icon } from "../../icons.ts";
import { lineOf } from "../../line-of.ts";
import { actForm, openAnew, type Page } from "../../page.ts";
import { connectionName, isEventName, moment, ordinalOf } from "../../parts.ts";
import { noteText } from "../../version-note.ts";
import type { View } from "../../view.ts";
import { settingsTabs } from "./tabs.ts";

/** What was typed and why it was refused. */
export type Refused = {
  readonly act: string;
  readonly text: string;
  readonly index: number | null;
  readonly errors: readonly FieldError[];
};

/** `refused` = the save that came back. The text to edit is the document's own, not the parsed rule's: defaults that nobody wrote must not be saved as if somebody had. */
export async function rulesPage(view: View, refused: Refused | null = null): Promise<Page> {
  const [saved, versions, strange] = await Promise.all([
    // Places of rules are told by the copy this page is drawn from.
    readVersion(view.ctx.env, view.ctx.config.version),
    listVersions(view.ctx.env, null, 30),
    strangeEvents(view),
  ]);
  const document = recordOf(saved?.document);
  const { rules } = view.ctx.config;
  return {
    title: view.say(["Правила", "Rules"]),
    screen: "settings",
    body: html`${settingsTabs(view, "rules")}<p class="dim">${view.say(["Правило говорит, что и куда отправить, когда событие привязано к человеку.", "A rule says what to send where once an event is bound to a person."])}</p>${rules.length === 0 && html`<p class="note">${view.say(["Правил нет: события копятся, но никуда не уходят.", "No rules: events are kept and go nowhere."])}</p>`}${rules.map((rule, index) => ruleBox(view, { rule, index, raw: ruleText(document, index), strange }, refused))}${newRule(view, refused)}
<h2 id="document">${view.say(["Весь документ", "The whole document"])}</h2>${wholeDocument(view, document, refused)}
<h2 id="versions">${view.say(["История", "History"])}</h2>${history(view, versions)}`,
  };
}

/** Closed until asked for; open with what was typed when a save came back. */
function wholeDocument(view: View, document: Readonly<Record<string, unknown>>, refused: Refused | null): Html {
  const own = refused?.act === "save-config" ? refused : null;
  const text = own?.text ?? JSON.stringify(document, null, 2);
  return html`<details${own && trusted(" open")}><summary>${view.say(["Открыть", "Open"])}</summary>${own && errorList(view, own)}${actForm(view, { act: "save-config" }, html`<textarea name="document" spellcheck="false" aria-label="JSON">${text}</textarea><p>${saveButton(view)}</p>`)}</details>`;
}

type Version = Awaited<ReturnType<typeof listVersions>>[number];

/** A way back to every version but the one in force. */
function history(view: View, versions: readonly Version[]): Html {
  const back = (version: number): Html =>
    actForm(
      view,
      { act: "rollback", fields: { version }, confirm: view.say(["Вернуть эту версию?", "Go back to this version?"]) },
      html`<button>${view.say(["Вернуть", "Roll back"])}</button>`,
    );
  const row = ({ version, author, note, created_at }: Version): Html =>
    html`<tr data-row><td class="num">${ordinalOf(view, version)}</td><td>${moment(view, created_at)}</td><td>${author}${note !== "" && ` · ${noteText(view, note)}`}</td><td class="num">${version === view.ctx.config.version ? html`<span class="s ok">${icon("ok")}${view.say(["действует", "in force"])}</span>` : back(version)}</td></tr>`;
  return html`<div class="wrap"><table><tbody>${versions.map(row)}</tbody></table></div>`;
}

const ruleText = (document: Readonly<Record<string, unknown>>, index: number): string => {
  const rules = Array.isArray(document["rules"]) ? document["rules"] : [];
  return JSON.stringify(rules[index] ?? {}, null, 2);
};

/** «Когда продажа от onewin и event.utm_campaign = spring → chat.update_dialog» */
export function sentence(view: View, rule: Rule): string {
  const list = (value: unknown): string =>
    Array.isArray(value) ? value.map(String).join(view.say([" или ", " or "])) : String(value);
  const from =
    rule.from === undefined
      ? ""
      : view.say(
          [" от {0}", " from {0}"],
          [rule.from]
            .flat()
            .map((id) => connectionName(view, id))
            .join(", "),
        );
  const conditions = Object.entries(rule.if ?? {}).map(([path, value]) => `${path} = ${list(value)}`);
  const when = conditions.length === 0 ? "" : view.say([", если {0}", ", if {0}"], conditions.join(view.say([" и ", " and "])));
  return `${view.say(["Когда", "When"])} ${list(rule.on)}${from}${when} → ${rule.do.map(({ to, action }) => `${connectionName(view, to)}: ${action}`).join("; ")}`;
}

/** Names in rules that are none of ours and that nobody has sent: a name may be free, but then usually it is a misspelling. */
async function strangeEvents(view: View): Promise<ReadonlySet<string>> {
  const names = view.ctx.config.rules.flatMap((rule) => [...triggersOf(rule)]).filter((name) => !isEventName(name));
  const came = names.length === 0 ? new Set() : await typesThatCame(view.ctx.env.DB, names);
  return new Set(names.filter((name) => !came.has(name)));
}

type RuleInput = { readonly rule: Rule; readonly index: number; readonly raw: string; readonly strange: ReadonlySet<string> };

function ruleBox(view: View, { rule, index, raw, strange }: RuleInput, refused: Refused | null): Html {
  const unseen = [...triggersOf(rule)].filter((name) => strange.has(name));
  const summary = html`${rule.disabled === true && html`<span class="tag">${view.word("switchedOff")}</span> `}${rule.name !== undefined && html`<b>${rule.name}</b> · `}${sentence(view, rule)}${unseen.map((name) => html`<br><small class="warn">${icon("warn")} ${view.say(["событие «{0}» ещё не приходило: проверьте имя", "no event “{0}” has come yet: check its name"], name)}</small>`)}`;
  const others = html`<button formaction="/console/act/toggle-rule">${rule.disabled === true ? view.say(["Включить", "Switch on"]) : view.say(["Выключить", "Switch off"])}</button><button class="danger" formaction="/console/act/delete-rule" data-confirm="${view.say(["Удалить правило?", "Delete the rule?"])}">${view.say(["Удалить", "Delete"])}</button>`;
  return editor(view, { index, summary, text: raw, others }, refused);
}

const EXAMPLE = JSON.stringify(
  {
    on: "sale",
    from: "onewin",
    if: { "event.utm_campaign": "spring" },
    do: [{ to: "chat", action: "update_dialog", with: { step_id: "…" } }],
  },
  null,
  2,
);

const newRule = (view: View, refused: Refused | null): Html =>
  editor(view, { index: null, summary: view.say(["Новое правило", "New rule"]), text: EXAMPLE, others: null }, refused);

type Editor = { readonly index: number | null; readonly summary: Content; readonly text: string; readonly others: Content };

/** `index` null = a rule to be added. Open, with what was typed, when this very save came back. */
function editor(view: View, { index, summary, text, others }: Editor, refused: Refused | null): Html {
  const wrong = refused?.act === "save-rule" && refused.index === index ? refused : null;
  return html`<details class="box"${index !== null && trusted(" data-row")}${wrong && trusted(" open")}><summary>${summary}</summary>${wrong && errorList(view, wrong)}${actForm(view, { act: "save-rule", ...(index !== null && { fields: { index } }) }, html`<textarea name="rule" rows="12" spellcheck="false" aria-label="JSON">${wrong?.text ?? text}</textarea><p class="row">${saveButton(view)}${others}</p>`)}</details>`;
}

const saveButton = (view: View): Html =>
  html`<button class="main">${view.say(["Проверить и сохранить", "Check and save"])}</button>`;

/** Each mistake with its path, and the line of the text it is on when that can be told. */
function errorList(view: View, { errors, text }: Refused): Content {
  return html`<div class="note bad" role="alert"><b>${view.say(["Не сохранено. Исправьте:", "Not saved. Mend:"])}</b><ul>${errors.map(
    ({ path, message }) => {
      const line = lineOf(text, path);
      return html`<li><code>${path || "—"}</code>${line !== null && ` · ${view.say(["строка {0}", "line {0}"], line)}`}: ${messageText(view, message)}</li>`;
    },
  )}</ul>${openAnew(view)}</div>`;
}
