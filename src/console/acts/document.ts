/** The rules editor, the whole document, its history. A refused text comes back with each mistake at its path, so nothing typed is lost. */
import { recordOf } from "../../lib/record.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import { readVersion } from "../../store/config.ts";
import type { View } from "../view.ts";
import { type ActResult, type Acts, type Form, done, failed, firstOf, refusalText, wholeNumber } from "./act.ts";
import { listOf, saveChange } from "./save.ts";

const rulesOf = (document: Readonly<Record<string, unknown>>): readonly unknown[] => listOf(document["rules"]);

/** Whether the rule at the form's place is still the one that was on the page: places shift when somebody else deletes a rule. Told by this isolate's
 *  copy of the configuration, which may be half a minute behind a save made elsewhere. */
function isRuleOf(view: View, form: Form): boolean {
  const index = wholeNumber(form("index"));
  const same = form("version") === "" || form("version") === String(view.ctx.config.version);
  return same && index !== null && index < view.ctx.config.rules.length;
}

const movedText = (view: View): string => refusalText(view, "stale");

/** Puts in place of one rule what `change` makes of it. */
async function changeRule(
  view: View,
  form: Form,
  note: string,
  change: (rule: Readonly<Record<string, unknown>>) => readonly unknown[],
): Promise<ActResult> {
  if (!isRuleOf(view, form)) return failed(movedText(view));
  const index = Number(form("index"));
  const errors = await saveChange(view, note, (document) => ({
    ...document,
    rules: rulesOf(document).flatMap((rule, at) => (at === index ? change(recordOf(rule)) : [rule])),
  }));
  return firstOf(view, errors);
}

/** `save-config` is refused when another version was saved after the page was drawn. `rollback` saves the old document as a new
 *  version: it is judged as any save, with today's secrets, and history only grows. `save-rule` without an index adds one at the end. */
export const DOCUMENT_ACTS: Acts = {
  "save-config": async (view, form) => {
    const text = form("document");
    const refuse = (errors: readonly FieldError[]): ActResult => ({ refused: { act: "save-config", text, index: null, errors } });
    const parsed = parseObject(text);
    if (parsed === null) return refuse([{ path: "", message: view.say(["это не JSON", "this is no JSON"]) }]);
    const newest = await readVersion(view.ctx.env, null);
    if (String(newest?.version ?? 0) !== form("version"))
      return refuse([
        {
          path: "",
          message: view.say(["пока вы правили, сохранили версию {0}", "version {0} was saved meanwhile"], newest?.version ?? 0),
        },
      ]);
    const errors = await saveChange(view, "", () => parsed);
    return errors === null ? done("/console/settings/rules") : refuse(errors);
  },
  rollback: async (view, form) => {
    const version = wholeNumber(form("version"));
    const saved = version === null ? null : await readVersion(view.ctx.env, version);
    if (!saved) return failed(refusalText(view, "not_found"));
    return firstOf(view, await saveChange(view, `rollback to ${saved.version}`, () => saved.document));
  },
  "save-rule": async (view, form) => {
    const text = form("rule");
    // What was typed for a rule that is gone is offered as a new one.
    const index = isRuleOf(view, form) ? wholeNumber(form("index")) : null;
    const refuse = (errors: readonly FieldError[]): ActResult => ({ refused: { act: "save-rule", text, index, errors } });
    const rule = parseObject(text);
    if (rule === null) return refuse([{ path: "", message: view.say(["это не JSON", "this is no JSON"]) }]);
    if (form("index") !== "" && !isRuleOf(view, form)) return refuse([{ path: "", message: movedText(view) }]);
    const errors = await saveChange(view, "rule", (document) => {
      const rules = rulesOf(document);
      return { ...document, rules: index === null ? [...rules, rule] : rules.map((old, at) => (at === index ? rule : old)) };
    });
    return errors === null ? done("/console/settings/rules") : refuse(errors);
  },
  "toggle-rule": (view, form) =>
    changeRule(view, form, "rule switched", (rule) => [{ ...rule, disabled: rule["disabled"] !== true }]),
  "delete-rule": (view, form) => changeRule(view, form, "rule deleted", () => []),
};

/** An object of JSON; null for anything else, lists too: both the document and a rule are objects. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? recordOf(value) : null;
  } catch {
    return null;
  }
}
