/** HTML by tagged template: everything interpolated is escaped unless it is itself the result of `html`. The only way to insert raw text is
 *  `trusted`, for our own constants. Lists are joined; null, undefined and false show nothing. Unlike `escapeHtml`, line breaks stay: payloads are
 *  shown as they came. Marks that turn the direction of text are dropped, so that a value cannot rewrite the line it stands on. */
import { withEntities } from "./html.ts";

/** Text that is safe to insert. An object, so that a string cannot be taken for it by accident. */
export type Html = { readonly html: string };
/** What may stand inside `${…}` of a template. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** Everything put in is escaped but what `html` or `trusted` made. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = strings[0] ?? "";
  for (const [index, value] of values.entries()) text += render(value) + (strings[index + 1] ?? "");
  return { html: text };
}

/** Our own markup as it is. Never for anything that came from outside. */
export const trusted = (text: string): Html => ({ html: text });

/** null, undefined and false are nothing, so that `condition && html` can stand in a template. */
export function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  if ("html" in content) return content.html;
  return content.map(render).join("");
}

const escapeText = (text: string): string =>
  withEntities(text.replaceAll(/(?![\t\n])\p{Cc}|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, ""));
