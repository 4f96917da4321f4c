/** One change of the document, judged as a whole. */
import { changeConfig } from "../../flows/change-config.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import { type View, operatorName } from "../view.ts";

export async function saveChange(
  view: View,
  note: string,
  change: (document: Readonly<Record<string, unknown>>) => unknown,
): Promise<readonly FieldError[] | null> {
  const saved = await changeConfig(view.ctx, { author: operatorName(view), note, change });
  return saved.ok ? null : saved.error;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
