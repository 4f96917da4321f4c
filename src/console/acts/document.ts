/** The rules editor, the whole document, its history. A refused text comes back with each mistake at its path, so nothing typed is lost. */
import { recordOf } from "../../lib/record.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import { readVersion } from "../../store/config.ts";
import { brokenLine } from "../line-of.ts";
import type { View } from "../view.ts";
import { type ActResult, type Acts, type Form, done, failed, refusalText, toldSave, wholeNumber } from "./act.ts";
import { type Document, type Saved, listOf, saveAct, saveChange, seenIn } from "./save.ts";

const rulesOf = ({ rules }: Document): readonly unknown[] => listOf(rules);

/** Puts in place of one rule what `change` makes of it. A rule is named by its place, and places shift when somebody else deletes one. */
async function changeRule(view: View, form: Form, note: string, change: (rule: Document) => readonly unknown[]): Promise<Saved> {
  const index = wholeNumber(form("index"));
  const isSeen = await seenIn(view, form, rulesOf);
  return saveChange(view, note, (document) => {
    const rules = rulesOf(document);
    if (index === null || index >= rules.length || !isSeen(document)) return null;
    return { ...document, rules: rules.flatMap((rule, at) => (at === index ? change(recordOf(rule)) : [rule])) };
  });
}

/** `save-config` is refused when anything else was saved after the page was drawn. `rollback` saves the old document as a new
 *  version: it is judged as any save, with today's secrets, and history only grows. `save-rule` without an index adds one at the end. */
export const DOCUMENT_ACTS: Acts = {
  "save-config": async (view, form) => {
    const text = form("document");
    const refuse = (errors: readonly FieldError[]): ActResult => ({ refused: { act: "save-config", text, index: null, errors } });
    const parsed = parseObject(text);
    if (parsed === null) return refuse(noObject(view, text));
    const isSeen = await seenIn(view, form, (document) => document);
    const isDrawn = wholeNumber(form("seen")) !== null;
    const saved = await saveChange(view, "", (document) => (isDrawn && isSeen(document) ? parsed : null));
    if (saved === null) return done("/console/settings/rules");
    return refuse(saved === "stale" ? stale(view) : saved);
  },
  rollback: async (view, form) => {
    const version = wholeNumber(form("version"));
    const saved = version === null ? null : await readVersion(view.ctx.env, version);
    if (!saved) return failed(refusalText(view, "not_found"));
    return saveAct(view, `rollback to ${saved.version}`, () => saved.document);
  },
  "save-rule": async (view, form) => {
    const text = form("rule");
    const rule = parseObject(text);
    // The answer shows the rules of this copy: what was typed for one of others is offered as a new one.
    const [isSeen, copy] = await Promise.all([seenIn(view, form, rulesOf), readVersion(view.ctx.env, view.ctx.config.version)]);
    const index = isSeen(recordOf(copy?.document)) ? wholeNumber(form("index")) : null;
    const refuse = (errors: readonly FieldError[], at = index): ActResult => ({
      refused: { act: "save-rule", text, index: at, errors },
    });
    if (rule === null) return refuse(noObject(view, text));
    const saved =
      form("index") === ""
        ? await saveChange(view, "rule", (document) => ({ ...document, rules: [...rulesOf(document), rule] }))
        : await changeRule(view, form, "rule", () => [rule]);
    if (saved === null) return done("/console/settings/rules");
    return saved === "stale" ? refuse(stale(view), null) : refuse(saved);
  },
  "toggle-rule": async (view, form) =>
    toldSave(view, await changeRule(view, form, "rule switched", (rule) => [{ ...rule, disabled: rule["disabled"] !== true }])),
  "delete-rule": async (view, form) => toldSave(view, await changeRule(view, form, "rule deleted", () => [])),
};

/** What is wrong with a text that is no object: the line on which it stops being JSON, if it does. */
function noObject(view: View, text: string): FieldError[] {
  const line = brokenLine(text);
  const message = line === null ? "expected object" : view.say(["строка {0}: это не JSON", "line {0}: this is no JSON"], line);
  return [{ path: "", message }];
}
const stale = (view: View): FieldError[] => [{ path: "", message: refusalText(view, "stale") }];

/** An object of JSON; null for anything else, lists too: both the document and a rule are objects. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? recordOf(value) : null;
  } catch {
    return null;
  }
}
