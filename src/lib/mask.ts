/** Secrets are masked at the door: what reaches a log, a list, an export or an error text was masked when it was stored. A name decides
 *  (`token`, `api_key`, `pin`, `buid` …); a few values give themselves away whatever their name (bearer tokens, bot tokens, `whsec_…`, our start
 *  tokens). `key` is ours when its value is a person's public key (`k_…`), else a secret. A secret may sit in a link inside a value, in JSON inside a
 *  string, behind another percent-encoding: what is inside is read like the outside. Cut for masking too much rather than too little. */
import { parseJson } from "./body/json.ts";
import { decodePart } from "./body/query.ts";

/** The same length whatever it hides. Texts that hold it are recognised as masked (`domain/trace.ts`). */
export const MASK = "••••";

/** Matched without case and separators, so `X-Api-Key`, `apiKey` and `api_key` are one name. */
const SECRET_END =
  /(token|secret|secretkey|apikey|devkey|postbackkey|accesskey|privatekey|sealkey|password|passwd|authorization|signature)$/;
const SECRET_NAMES = new Set(["pin", "pincode", "buid", "pass", "pwd", "cookie", "setcookie", "auth", "hash", "initdata"]);
const PERSON_KEY = /^k_[A-Za-z0-9]{22}$/;

type NameKind = "open" | "secret" | "key";

/** Senders use the same few names again and again; a sender of random ones costs a refill. */
const kinds = new Map<string, NameKind>();
const MOST_KINDS = 2_000;

/** True when a value under this name must not be shown. Dots separate levels: any secret level makes the value secret. */
export function isSecret(name: string, value: string): boolean {
  const kind = kinds.get(name) ?? keepKind(name);
  return kind === "secret" || (kind === "key" && !PERSON_KEY.test(value.trim()));
}

/** Kept by name, with an end: senders make names up. */
function keepKind(name: string): NameKind {
  const levels = name.split(/[.[\]]+/).map((level) => level.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
  const secret = levels.some((level) => SECRET_NAMES.has(level) || SECRET_END.test(level));
  const kind = secret ? "secret" : levels.includes("key") ? "key" : "open";
  if (kinds.size >= MOST_KINDS) kinds.clear();
  kinds.set(name, kind);
  return kind;
}

/** `name=value`, the sign perhaps percent-encoded, the value perhaps quoted. */
const PAIR = /(?<![\w.-])([\w.[\]-]{1,256})(\s*(?:=|%3D))("[^"]*"?|'[^']*'?|[^&\s"'<>#;]+)/gi;
/** `name: value` as JSON of any quoting and escaping, JavaScript, YAML or a header line writes it; read too when the rest is broken. */
const LABELLED =
  /(?<![\w.-])([A-Za-z][\w.-]{0,255})(\\{0,16}["']?\s*:\s*)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\\{1,16}["'](?:(?!\\{1,16}["'])[^])*(?:\\{1,16}["'])?|(?:(?:Bearer|Basic)\s+)?[^\s,;}\])&<"'\\]+)/gi;
const ELEMENT = /<([A-Za-z][\w:.-]{0,255})((?:\s[^<>]*)?>)([^<]+)/g;
/** The last one is a deep link's start: `m_…` joins the account that brings it, and lives a day when a wrong bot reports it; `t_…` is a login under
 *  way. The delivery's reader takes it before the texts are masked. An escape's digits may stand right before it. */
const TELLING =
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}|(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}|\bwhsec_[A-Za-z0-9+/=]{8,}|(?:\b|(?<=%(?:25){0,3}[0-9A-Fa-f]{2}))[mt]_[A-Za-z0-9]{22}\b/g;
/** Percent-encoded punctuation of the three. */
const ENCODED = /%(25)*(22|27|3A|3C|3D)/i;

/** No secret without one of these: a part of every secret name, of every telling value, or an escape that may spell one. Almost every text has
 *  none and is not looked at further, which is what lets the front door afford the rest. */
const MAY_TELL =
  /token|secret|key|pass|pwd|pin|bu[^a-z0-9]?id|auth|cookie|hash|signature|init|whsec_|bearer|basic|\d{6}:|[mt]_[a-z0-9]{22}|%(?:25)*[4-7]|\\u00/i;

/** False for a text that can hide nothing, unless by a name that is parted inside (`to-ken`). */
export const mayTell = (text: string): boolean => MAY_TELL.test(text);

/** How deep a value is looked into; every level costs another pass over its text. What lies deeper is masked if it may tell anything. */
const DEEPEST = 3;

/** Any text: the values of secret names and telling values are masked, the rest is untouched. */
export function maskText(text: string, depth = 0): string {
  if (!MAY_TELL.test(text)) return text;
  if (depth > DEEPEST) return MASK;
  const one = (all: string, name: string, _sign: string, value: string): string => {
    // `…%3Ftoken%3D`: the label of an encoded link begins with the rest of an escape.
    const label = name.replace(/^(25)*(3F|26|5B)(?=\D)/i, "");
    const head = all.slice(0, all.length - value.length);
    return isSecret(label, unquoted(value)) ? head + MASK : head + maskText(value, depth + 1);
  };
  const masked = text.replaceAll(TELLING, MASK).replaceAll(LABELLED, one).replaceAll(ELEMENT, one).replaceAll(PAIR, one);
  if (!ENCODED.test(masked)) return masked;
  const plain = decodePart(masked);
  const inner = plain === masked ? plain : maskText(plain, depth + 1);
  return inner === plain ? masked : inner;
}

const unquoted = (value: string): string => value.replaceAll(/^[\\"']+|[\\"']+$/g, "");

/** A value of a known name. */
export const maskValue = (name: string, value: string): string =>
  value !== "" && isSecret(name, value) ? MASK : maskBody(value);

/** A text that may be JSON: then it is masked by structure (escaped names and nested secrets included). Unchanged when it hides nothing. */
export function maskBody(text: string): string {
  const json = /^\s*["[{]/.test(text) && MAY_TELL.test(text) ? parseJson(text) : null;
  if (!json?.ok || json.value === null) return maskText(text);
  if (typeof json.value !== "object" && typeof json.value !== "string") return maskText(text);
  return hasSecret(json.value, "") ? JSON.stringify(maskJson(json.value)) : text;
}

/** Whether masking would change anything, so that a text without a secret is kept byte for byte. */
export function hasSecret(value: unknown, name: string): boolean {
  if (typeof value === "string") return maskValue(name, value) !== value;
  if (value === null || typeof value === "boolean") return false;
  if (name !== "" && isSecret(name, "")) return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some((item) => hasSecret(item, name));
  return Object.entries(value).some(([key, item]) => hasSecret(item, key));
}

/** A JSON value with every secret replaced. */
export function maskJson(value: unknown, name = ""): unknown {
  if (typeof value === "string") return maskValue(name, value);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "object") return isSecret(name, "") ? MASK : value;
  if (name !== "" && isSecret(name, "")) return MASK;
  if (Array.isArray(value)) return value.map((item) => maskJson(item, name));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskJson(item, key)]));
}
