/** Templates: text with macros in it. Double braces `{{event.amount}}` are macros everywhere. Single braces, as Chatterfy's URLs write them, are
 *  macros only where they cannot be anything else: the four dialogue names and the dotted names anywhere, a bare custom key `{refID}` inside a
 *  URL. JSON braces never match, because JSON has a quote, a brace or nothing after its opening brace.
 *  A macro without a value is an error that names it: a literal brace sent to a vendor is stored there for ever as an id.
 *  Variables are templates themselves. Each is rendered once per place it lands in, a cycle is an error, so cost is bounded by the number of
 *  variables and size by MAX_LENGTH. */
import { type Result, err, ok } from "../lib/result.ts";
import { type Landing, encodeFor } from "./template-encode.ts";

/** How a template asks for values. It never learns where they come from. */
export type TemplateScope = {
  /** The value of `event.x`, `person.x`, `fields.x`, `tracker.x` or a bare name; null = there is none. */
  readonly value: (name: string) => string | null;
  /** The unrendered text of a workspace variable. */
  readonly variable: (name: string) => string | null;
};

/** `macro` is the author's text, never a value: errors are shown and logged. */
export type TemplateError = {
  readonly reason: "template_unresolved";
  readonly macro: string;
  readonly cause: "missing" | "cycle" | "unparsable" | "too_long";
};

/** In UTF-16 units of one rendered text, more than any vendor's message or field takes. */
const MAX_LENGTH = 65_536;
const MACRO = /\{\{([^{}]+)\}\}|(?<!\{)\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;
const SINGLE = /^(chatId|username|createdAt|stepKey|(event|person|fields|tracker|variables)\..+)$/;
/** The end of a text that is still inside a URL. */
const OPEN_URL = /https?:\/\/[^\s"'<>]*$/i;

/** What is wrong with a template's form, or null. Whether its macros have values is known only when it is rendered. */
export function templateMistake(text: string): string | null {
  const rest = text.replaceAll(MACRO, (whole: string, double: string | undefined) => (double?.trim() === "" ? whole : ""));
  const open = rest.indexOf("{{");
  return open === -1 ? null : `an unfinished macro: ${rest.slice(open, open + 40)}`;
}

/** Renders one text for the place it lands in. */
export function renderTemplate(text: string, scope: TemplateScope, landing: Landing = "plain"): Result<string, TemplateError> {
  return render(text, { scope, landing, component: false, stack: [], done: new Map() });
}

/** Renders every string inside arrays and objects, names included; other values stay. `landingOf` tells where the string at a path lands. */
export function renderDeep(
  value: unknown,
  scope: TemplateScope,
  landingOf: (path: readonly string[]) => Landing = () => "plain",
): Result<unknown, TemplateError> {
  const renderAt = (item: unknown, path: readonly string[]): Result<unknown, TemplateError> => {
    if (typeof item === "string") return renderTemplate(item, scope, landingOf(path));
    if (typeof item !== "object" || item === null) return ok(item);
    const entries: [string, unknown][] = [];
    for (const [key, member] of Object.entries(item)) {
      const rendered = renderAt(member, [...path, key]);
      if (!rendered.ok) return rendered;
      const name = renderTemplate(key, scope);
      if (!name.ok) return name;
      entries.push([name.value, rendered.value]);
    }
    return ok(Array.isArray(item) ? entries.map(([, member]) => member) : Object.fromEntries(entries));
  };
  return renderAt(value, []);
}

type Pass = {
  readonly scope: TemplateScope;
  readonly landing: Landing;
  /** Inside a URL by inheritance: a variable's text is the author's, the values within it are not. */
  readonly component: boolean;
  readonly stack: readonly string[];
  readonly done: Map<string, string>;
};

/** What a value brings is never read as a template again. Single braces are a macro only where they look like a name of ours, so
 *  JSON stays JSON. */
function render(text: string, pass: Pass): Result<string, TemplateError> {
  const mistake = templateMistake(text);
  if (mistake !== null) return err({ reason: "template_unresolved", macro: mistake, cause: "unparsable" });
  let out = "";
  let from = 0;
  for (const match of text.matchAll(MACRO)) {
    const before = out + text.slice(from, match.index);
    const url = urlBefore(before, pass.landing);
    const name = (match[1] ?? match[2] ?? "").trim();
    if (match[1] === undefined && url === null && pass.landing !== "url" && !SINGLE.test(name)) continue;
    const value = valueOf(name, pass, url);
    if (!value.ok) return value;
    out = before + encodeFor(pass.landing, value.value);
    from = match.index + match[0].length;
    if (out.length > MAX_LENGTH) return err({ reason: "template_unresolved", macro: name, cause: "too_long" });
  }
  return ok(out + text.slice(from));
}

/** The URL that a macro stands in, as far as it is written. A text that is an address need not begin with its scheme: it may be relative. */
function urlBefore(before: string, landing: Landing): string | null {
  if (landing === "url") return before === "" ? null : before;
  const near = before.slice(-4_096);
  // A line of a JSON text ends in an escape.
  return OPEN_URL.exec(landing === "json" ? near.replaceAll(/\\[nrt]/g, " ") : near)?.[0] ?? null;
}

/** A macro's value, percent-encoded where it stands inside a URL. A variable before the `?` is a part of the URL the author wrote, so only the
 *  values inside it are encoded; after the `?` it is a parameter like any other. */
function valueOf(name: string, pass: Pass, url: string | null): Result<string, TemplateError> {
  const inUrl = pass.component || url !== null;
  if (name.startsWith("variables.")) {
    const verbatim = url === null || !url.includes("?");
    const text = variableText(name, { ...pass, landing: "plain", component: inUrl && verbatim });
    return text.ok && !verbatim ? ok(encodeFor("query", text.value)) : text;
  }
  const value = pass.scope.value(name);
  if (value === null) return err({ reason: "template_unresolved", macro: name, cause: "missing" });
  return ok(inUrl && !IN_PARAMETER.has(pass.landing) ? encodeFor("query", value) : value);
}

/** Landings that percent-encode by themselves: encoding twice would corrupt the value. */
const IN_PARAMETER: ReadonlySet<Landing> = new Set(["query", "form"]);

/** A variable may use others; one that leads back to itself is a mistake (`cycle`), not a loop. */
function variableText(name: string, pass: Pass): Result<string, TemplateError> {
  if (pass.stack.includes(name)) return err({ reason: "template_unresolved", macro: name, cause: "cycle" });
  const memo = `${name} ${pass.component}`;
  const known = pass.done.get(memo);
  if (known !== undefined) return ok(known);
  const text = pass.scope.variable(name.slice("variables.".length));
  if (text === null) return err({ reason: "template_unresolved", macro: name, cause: "missing" });
  const rendered = render(text, { ...pass, stack: [...pass.stack, name] });
  if (rendered.ok) pass.done.set(memo, rendered.value);
  return rendered;
}
