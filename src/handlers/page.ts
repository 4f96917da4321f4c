/** What list calls ask for besides their filters. */
import type { Context } from "../context.ts";
import type { Locale } from "../domain/trace.ts";

/** `limit`, bounded; what is no number is the usual size. */
export const pageOf = (query: URLSearchParams, usual: number, most: number): number =>
  Math.min(most, Math.max(1, Math.trunc(Number(query.get("limit") ?? usual)) || usual));

/** `lang`, else the workspace's language. */
export function localeOf(ctx: Context, query: URLSearchParams): Locale {
  const asked = query.get("lang");
  return asked === "ru" || asked === "en" ? asked : ctx.config.workspace.locale;
}
