/** One rule: its trigger, its conditions, and each action against what its destination can do. What would never fire or never be
 *  sent is refused when it is saved; what only a person's data can tell (an empty macro) is left to the sending. */
import { membersOf } from "../../lib/record.ts";
import { type FieldError, dotted, fieldErrors } from "../../lib/field-errors.ts";
import type { Rule, RuleAction } from "../config.ts";
import { isReserved } from "../reserved.ts";
import { templateMistake } from "../template.ts";
import { actionParameters } from "./action-parameters.ts";
import { addressMistake } from "./judge-addresses.ts";
import { referenceMistake } from "./judge-references.ts";
import { textsOf } from "./judge-secrets.ts";
import type { Judged } from "./judged.ts";
import { secretName } from "./resolve.ts";

type Path = readonly string[];

const CONDITION = /^(event|person|fields|tracker)\..+$/;

/** Unknown event names are allowed in `on` (custom events have any name); only the numbered form has a fixed spelling. */
export function judgeRule(judged: Judged, rule: Rule, path: Path): FieldError[] {
  return [
    ...listed(rule.on, [...path, "on"]).flatMap(([name, at]) => triggerMistake(name, at)),
    ...listed(rule.from ?? [], [...path, "from"]).flatMap(([id, at]) =>
      isReserved(id) ? [] : referenceMistake(judged, { path: dotted(at), id }),
    ),
    ...Object.entries(rule.if ?? {}).flatMap(([name, expected]) => conditionMistake(name, expected, [...path, "if", name])),
    ...rule.do.flatMap((action, index) => judgeAction(judged, action, [...path, "do", String(index)])),
  ];
}

/** The items of "one or a list" with their paths. */
const listed = (value: string | readonly string[], path: Path): [string, Path][] =>
  typeof value === "string" ? [[value, path]] : value.map((item, index) => [item, [...path, String(index)]]);

/** `sale#2` could never fire: only resales are numbered. */
function triggerMistake(name: string, path: Path): FieldError[] {
  if (!name.includes("#") || /^resale#[1-9]\d{0,5}$/.test(name)) return [];
  return [{ path: dotted(path), message: `"${name}": only resale takes a number, from resale#1 on` }];
}

/** An empty list is a slip, not a wish: such a rule would never run and nobody would be told. */
function conditionMistake(name: string, expected: unknown, path: Path): FieldError[] {
  if (!CONDITION.test(name))
    return [{ path: dotted(path), message: "a condition reads event.x, person.x, fields.x or tracker.x" }];
  return Array.isArray(expected) && expected.length === 0 ? [{ path: dotted(path), message: "an empty list never matches" }] : [];
}

const SECRET_HERE = "a secret is read at a connection only, in its own fields";

/** The author's texts, each a template. The name of a Worker secret is none of them: it would be sent as it stands here, dollar and all. */
export function judgeTexts({ options }: Judged, value: unknown, path: Path): FieldError[] {
  return textsOf(value, path).flatMap(({ path: at, text }) => {
    const name = secretName(text);
    const message = name !== null && options.secret(name) !== null ? SECRET_HERE : templateMistake(text);
    return message === null ? [] : [{ path: dotted(at), message }];
  });
}

/** An action is judged by its destination's kind; with the destination unknown only its templates are. */
function judgeAction(judged: Judged, action: RuleAction, path: Path): FieldError[] {
  const unknown = referenceMistake(judged, { path: dotted([...path, "to"]), id: action.to });
  const connection = judged.connections.get(action.to);
  const templates = judgeTexts(judged, action.with, [...path, "with"]);
  if (!connection) return [...unknown, ...templates];
  const actions = actionParameters(connection.kind);
  const schema = Object.hasOwn(actions, action.action) ? actions[action.action] : undefined;
  if (!schema) {
    const names = Object.keys(actions).join(", ") || "none";
    return [
      ...templates,
      { path: dotted([...path, "action"]), message: `"${action.action}" is not an action of ${connection.kind} (${names})` },
    ];
  }
  const parsed = schema.safeParse(action.with);
  const shape = parsed.success ? [] : fieldErrors(parsed.error.issues, action.with, [...path, "with"]);
  return [
    ...templates,
    ...shape,
    ...(connection.kind === "http"
      ? requestMistakes(action, { path: [...path, "with"], base: connection.url, local: judged.options.local })
      : []),
  ];
}

/** Addresses, secrets and the body of `http.request`: what is literal in the address is judged now, the rest when it is sent. */
function requestMistakes(
  { with: parameters }: RuleAction,
  { path, base, local }: { readonly path: Path; readonly base: string | undefined; readonly local: boolean },
): FieldError[] {
  const { url, method, body } = parameters;
  const says = typeof body === "string" ? body !== "" : Object.keys(membersOf(body)).length > 0;
  const isGet = typeof method === "string" && method.toUpperCase() === "GET";
  const lost = isGet && says ? [{ path: dotted([...path, "body"]), message: "a GET carries no body: put it into the url" }] : [];
  const headers = Object.entries(membersOf(parameters["headers"])).flatMap(([name, value]) =>
    typeof value === "string" && secretName(value) !== null
      ? [{ path: dotted([...path, "headers", name]), message: SECRET_HERE }]
      : [],
  );
  const kept = [...headers, ...lost];
  const at = dotted([...path, "url"]);
  if (url === undefined)
    return base === undefined ? [{ path: at, message: "required: the connection has no url" }, ...kept] : kept;
  if (typeof url !== "string" || url.trimStart().startsWith("{")) return kept;
  const literal = url.trim().replaceAll(/\{\{[^{}]*\}\}|\{[^{}]*\}/g, "x");
  const message = addressMistake(URL.parse(literal, base)?.href ?? literal, local);
  return message === null ? kept : [{ path: at, message }, ...kept];
}
