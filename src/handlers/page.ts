/** What list calls ask for besides their filters. */
import type { Context } from "../context.ts";
import type { Locale } from "../domain/trace.ts";
import type { FieldError } from "../lib/field-errors.ts";

/** What cannot be read is an error: ignoring a cursor would start the list over for ever. */
export function pageErrors(query: URLSearchParams, cursor: RegExp): FieldError[] {
  const [limit, place] = [query.get("limit") || null, query.get("cursor") || null];
  return [
    ...(limit === null || /^[1-9]\d{0,8}$/.test(limit) ? [] : [{ path: "limit", message: "a whole number from 1" }]),
    ...(place === null || cursor.test(place) ? [] : [{ path: "cursor", message: "not a cursor of this list" }]),
  ];
}

/** `limit`, bounded; the usual size without it. */
export const pageOf = (query: URLSearchParams, usual: number, most: number): number =>
  Math.min(most, Math.max(1, Math.trunc(Number(query.get("limit") ?? usual)) || usual));

/** `lang`, else the workspace's language. */
export function localeOf(ctx: Context, query: URLSearchParams): Locale {
  const asked = query.get("lang");
  return asked === "ru" || asked === "en" ? asked : ctx.config.workspace.locale;
}
