/** The rules editor, the whole document, its history. A refused text comes back with each mistake at its path, so nothing typed is lost. */
import { recordOf } from "../../flows/change-config.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import { readVersion } from "../../store/config.ts";
import { type ActResult, type Acts, done, failed, firstOf } from "./act.ts";
import { listOf, saveChange } from "./save.ts";

const rulesOf = (document: Readonly<Record<string, unknown>>): readonly unknown[] => listOf(document["rules"]);

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
    const saved = await readVersion(view.ctx.env, Number(form("version")));
    if (!saved) return failed(form("version"));
    return firstOf(await saveChange(view, `rollback to ${saved.version}`, () => saved.document));
  },
  "save-rule": async (view, form) => {
    const text = form("rule");
    const index = form("index") === "" ? null : Number(form("index"));
    const refuse = (errors: readonly FieldError[]): ActResult => ({ refused: { act: "save-rule", text, index, errors } });
    const rule = parseObject(text);
    if (rule === null) return refuse([{ path: "", message: view.say(["это не JSON", "this is no JSON"]) }]);
    const errors = await saveChange(view, "rule", (document) => {
      const rules = rulesOf(document);
      return { ...document, rules: index === null ? [...rules, rule] : rules.with(index, rule) };
    });
    return errors === null ? done("/console/settings/rules") : refuse(errors);
  },
  "toggle-rule": async (view, form) => {
    const index = Number(form("index"));
    return firstOf(
      await saveChange(view, "rule switched", (document) => ({
        ...document,
        rules: rulesOf(document).map((rule, at) =>
          at === index ? { ...recordOf(rule), disabled: recordOf(rule)["disabled"] !== true } : rule,
        ),
      })),
    );
  },
  "delete-rule": async (view, form) => {
    const index = Number(form("index"));
    return firstOf(
      await saveChange(view, "rule deleted", (document) => ({
        ...document,
        rules: rulesOf(document).filter((_rule, at) => at !== index),
      })),
    );
  },
};

export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? recordOf(value) : null;
  } catch {
    return null;
  }
}
