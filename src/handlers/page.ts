/** What list calls ask for besides their filters. */
import type { Context } from "../context.ts";
import { parseTime } from "../domain/normalise/time.ts";
import type { Locale } from "../domain/trace.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { type Result, err, ok } from "../lib/result.ts";

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

/** `since` in epoch ms, null when it is not asked for. */
export function sinceOf(query: URLSearchParams): Result<number | null, FieldError> {
  const since = query.get("since") || null;
  if (since === null) return ok(null);
  const at = parseTime(since, "UTC");
  return at === null ? err({ path: "since", message: "an ISO 8601 time" }) : ok(at);
}

/** `lang`, else the workspace's language. */
export function localeOf(ctx: Context, query: URLSearchParams): Locale {
  const asked = query.get("lang");
  return asked === "ru" || asked === "en" ? asked : ctx.config.workspace.locale;
}
