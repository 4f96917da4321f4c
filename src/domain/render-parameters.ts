/** Renders an action's `with`. Values that a connector puts into a query, a form or JSON itself are rendered plain and encoded there once; only
 *  texts whose encoding the author chose are encoded here: the address, headers and body of `http.request`, and Telegram's marked-up text. */
import type { Result } from "../lib/result.ts";
import type { Connection } from "./config.ts";
import { type TemplateError, type TemplateScope, renderDeep } from "./template.ts";
import type { Landing } from "./template-encode.ts";

/** Err names the first macro without a value; nothing is sent then, and the delivery says which (docs/errors.md, `template_unresolved`). */
export function renderParameters(
  connection: Connection,
  parameters: Readonly<Record<string, unknown>>,
  scope: TemplateScope,
): Result<Readonly<Record<string, unknown>>, TemplateError> {
  const told = { ...parameters, ...wholeBody(parameters["body"], scope) };
  const rendered = renderDeep(told, scope, landingsOf(connection, told));
  if (!rendered.ok) return rendered;
  return { ok: true, value: Object.fromEntries(Object.entries(rendered.value ?? {})) };
}

/** Where a value lands decides how it is escaped: an address, a header, a body of JSON or a form, a marked-up message. Everything
 *  else is text. */
function landingsOf(connection: Connection, parameters: Readonly<Record<string, unknown>>): (path: readonly string[]) => Landing {
  if (connection.kind === "telegram") {
    const marked = { HTML: "html", MarkdownV2: "markdown" } as const;
    const mode = parameters["parse_mode"];
    const landing = mode === "HTML" || mode === "MarkdownV2" ? marked[mode] : "plain";
    return ([first]) => (first === "text" ? landing : "plain");
  }
  if (connection.kind !== "http") return () => "plain";
  const { body, headers } = parameters;
  const given = typeof headers === "object" && headers !== null ? headers : {};
  const bodyLanding = typeof body === "string" ? landingOfBody(body, { ...connection.headers, ...given }) : "plain";
  const landings: Readonly<Record<string, Landing>> = { url: "url", headers: "header", body: bodyLanding };
  return ([first = ""]) => landings[first] ?? "plain";
}

/** A body that is nothing but a variable is what the variable holds: the author's own text, judged and escaped as if it stood there. */
function wholeBody(body: unknown, { variable }: TemplateScope): { readonly body?: string } {
  const name = typeof body === "string" ? /^\s*\{\{\s*variables\.([^{}]+?)\s*\}\}\s*$/.exec(body)?.[1] : undefined;
  const text = name === undefined ? null : variable(name);
  return text === null ? {} : { body: text };
}

/** The landing of a body given as text: by its declared type, else by how it begins. */
function landingOfBody(body: string, headers: Readonly<Record<string, unknown>>): Landing {
  const type = contentTypeOf(headers);
  if (/json/.test(type)) return "json";
  if (/x-www-form-urlencoded/.test(type)) return "form";
  if (/html|xml/.test(type)) return "html";
  return type === "" && (/^\s*\{(?!\{)/.test(body) || isJsonList(body)) ? "json" : "plain";
}

/** A bracket begins a plain text as well ("[note] {{name}}"), so the whole is looked at, with a number for every macro. */
function isJsonList(body: string): boolean {
  try {
    return Array.isArray(JSON.parse(body.replaceAll(/\{\{[^{}]+\}\}/g, "0")));
  } catch {
    return false;
  }
}

/** In lower case, "" when absent. The last of several spellings counts, as later headers override when they are sent. */
export function contentTypeOf(headers: Readonly<Record<string, unknown>>): string {
  const found = Object.entries(headers).findLast(([name]) => name.toLowerCase() === "content-type")?.[1];
  return typeof found === "string" ? found.toLowerCase() : "";
}
