/** One change of the document, judged as a whole. A form changes fields and not the document, so two operators on two forms do not meet; on the same
 *  fields the second one is told instead of winning. */
import { changeConfig } from "../../flows/change-config.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import { recordOf } from "../../lib/record.ts";
import { readVersion } from "../../store/config.ts";
import { type View, operatorName } from "../view.ts";
import { type Form, wholeNumber } from "./act.ts";

/** null = saved and in force. `note` is what the history shows: English, with its Russian words in version-note.ts. `change` may run twice, see
 *  `changeConfig`. */
export async function saveChange(
  view: View,
  note: string,
  change: (document: Readonly<Record<string, unknown>>) => unknown,
): Promise<readonly FieldError[] | null> {
  const saved = await changeConfig(view.ctx, { author: operatorName(view), note, change });
  return saved.ok ? null : saved.error;
}

type Part = (document: Readonly<Record<string, unknown>>) => unknown;

/** Whether somebody changed this part of the document after the form's page was drawn: what its sender has not seen is not written over. */
export async function isStale(view: View, form: Form, part: Part): Promise<boolean> {
  const seen = wholeNumber(form("seen"));
  if (seen === null) return false;
  const [then, now] = await Promise.all([readVersion(view.ctx.env, seen), readVersion(view.ctx.env, null)]);
  return (
    seen !== now?.version && JSON.stringify(part(recordOf(then?.document))) !== JSON.stringify(part(recordOf(now?.document)))
  );
}

/** Some fields of an object, for `isStale`. */
export const only = (value: unknown, names: readonly string[]): unknown => names.map((name) => recordOf(value)[name] ?? null);

/** A list as it is, anything else as an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
