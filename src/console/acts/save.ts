/** One change of the document, judged as a whole. A form changes fields and not the document, so two operators on two forms do not meet; on the same
 *  fields the second one is told instead of winning. */
import { changeConfig } from "../../flows/change-config.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import { recordOf } from "../../lib/record.ts";
import { readVersion } from "../../store/config.ts";
import { type View, operatorName } from "../view.ts";
import { type ActResult, type Form, toldSave, wholeNumber } from "./act.ts";

export type Document = Readonly<Record<string, unknown>>;
/** null = saved and in force; `stale` = somebody saved what the sender of the form has not seen. */
export type Saved = readonly FieldError[] | "stale" | null;

/** `note` is what the history shows: English, with its Russian words in version-note.ts. `change` may run twice, see `changeConfig`. */
export async function saveChange(view: View, note: string, change: (document: Document) => unknown): Promise<Saved> {
  const saved = await changeConfig(view.ctx, { author: operatorName(view), note, change });
  return saved.ok ? null : saved.error;
}

/** The same, as what the act came to; done leads on to `next`, or back to the form's page. */
export const saveAct = async (
  view: View,
  note: string,
  change: (document: Document) => unknown,
  next: string | null = null,
): Promise<ActResult> => toldSave(view, await saveChange(view, note, change), next);

type Member = "connections" | "links" | "workspace";

/** The document with one member of it changed. */
export const withMember = (document: Document, name: Member, change: (member: Document) => Document): Document => ({
  ...document,
  [name]: change(recordOf(document[name])),
});

type Part = (document: Document) => unknown;

/** Whether a document says in this part what the form's page showed: what its sender has not seen is not written over. It is asked inside the change,
 *  so a save between the question and the writing is no gap. A form that names no version has seen everything. */
export async function seenIn(view: View, form: Form, part: Part): Promise<(document: Document) => boolean> {
  const version = wholeNumber(form("seen"));
  if (version === null) return () => true;
  const shown = JSON.stringify(part(recordOf((await readVersion(view.ctx.env, version))?.document)));
  return (document) => JSON.stringify(part(document)) === shown;
}

/** Some fields of an object, for `seenIn`. */
export const only = (value: unknown, names: readonly string[]): unknown => names.map((name) => recordOf(value)[name] ?? null);

/** A list as it is, anything else as an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
