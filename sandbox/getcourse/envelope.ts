/** How the legacy API speaks. Nearly every failure is HTTP 200, and truth comes as boolean, as text or as number depending on the call: a reader that
 *  trusts the status or one spelling of «true» is wrong. Texts are the vendor's, misspellings included (vendors.md §1.2). */
import { fieldsOf, parseJson, textOf } from "../kit/values.ts";
import { json } from "../kit/wire.ts";
import type { SandboxReply } from "../kit/wire.ts";
import type { Fields } from "../kit/values.ts";

export const WORDS = {
  unauthorised: "Неавторизованное API-обращение",
  noKey: "отсутсвует параметр key",
  noAction: "Пустой параметр action",
  noParams: "Не указаны параметры",
  noContact: "Не указан ни эл. адрес, ни телефон",
  notFound: "Объект не найден",
  forbidden: "Действие запрещено",
  spent: "Достигнут лимит",
} as const;

/** `params` is base64 of UTF-8 JSON. A «+» that was not percent-encoded has become a space by now, and the vendor cannot read the rest. */
export function parseParams(encoded: unknown): Fields | null {
  const source = typeof encoded === "string" ? encoded : "";
  if (source === "" || source.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(source)) return null;
  const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
  try {
    const value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? fieldsOf(value) : null;
  } catch {
    return null;
  }
}

/** Refused before the action is looked at: the error is a text at the top. */
export function refused(error: string): SandboxReply {
  return json({ success: false, error });
}

/** The action was understood and failed: the top may still say success. */
export function failed(action: string, message: string): SandboxReply {
  const result = { success: false, error: true, error_message: message };
  return json({ success: true, action, result });
}

/** An allowance that is used up is told by text only, without a code. */
export function spent(): SandboxReply {
  return json({ success: "false", result: { error_message: WORDS.spent } });
}

/** Users are answered in texts, orders in booleans: both were seen in the field. */
export function done(action: string, result: Fields, spelling: "text" | "boolean"): SandboxReply {
  const yes = spelling === "text" ? "true" : true;
  const no = spelling === "text" ? "false" : false;
  const body = { success: yes, ...result, error_message: "", error: no };
  return json({ success: yes, action, result: body });
}

export function textList(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item: unknown) => textOf(Array.isArray(item) ? item[0] : item)).filter((item) => item !== "");
}
