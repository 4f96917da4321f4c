/** Secrets are masked at the door: what reaches a log, a list, an export or an error text was masked when it was stored. A name decides
 *  (`token`, `api_key`, `pin`, `buid` …); a few values give themselves away whatever their name (bearer tokens, bot tokens, `whsec_…`).
 *  `key` is ours when its value is a person's public key (`k_…`), else a secret. Cut for masking too much rather than too little. */
import { parseJson } from "./body/json.ts";
import type { Delivery, FlatFields } from "./body.ts";
import { newRecord } from "./record.ts";

export const MASK = "••••";

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

function keepKind(name: string): NameKind {
  const levels = name.split(/[.[\]]+/).map((level) => level.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
  const secret = levels.some((level) => SECRET_NAMES.has(level) || SECRET_END.test(level));
  const kind = secret ? "secret" : levels.includes("key") ? "key" : "open";
  if (kinds.size >= MOST_KINDS) kinds.clear();
  kinds.set(name, kind);
  return kind;
}

const PAIR = /([A-Za-z0-9_.[\]-]{1,64}(?:=|%3D))([^&\s"'<>#;]+)/g;
const JSON_PAIR = /("[^"\\]{1,64}"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]+)/g;
const TELLING = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}|\b\d{6,12}:[A-Za-z0-9_-]{30,}|\bwhsec_[A-Za-z0-9+/=]{8,}/g;

/** None of the three can match a text without one of these. */
const MAY_TELL = /[=:]|%3D|whsec_|(?:Bearer|Basic)\s/;

/** Any text: `name=value` pairs, JSON pairs and telling values are masked, the rest is untouched. */
export function maskText(text: string): string {
  if (!MAY_TELL.test(text)) return text;
  return text
    .replaceAll(JSON_PAIR, (all, label: string, value: string) =>
      isSecret(label.slice(1, label.indexOf('"', 1)), value.replaceAll('"', "")) ? `${label}"${MASK}"` : all,
    )
    .replaceAll(PAIR, (all, label: string, value: string) =>
      isSecret(label.replace(/(=|%3D)$/, ""), value) ? label + MASK : all,
    )
    .replaceAll(TELLING, MASK);
}

/** A value of a known name. */
export const maskValue = (name: string, value: string): string =>
  value !== "" && isSecret(name, value) ? MASK : maskText(value);

export function maskFields(fields: FlatFields): FlatFields {
  const masked = newRecord();
  for (const [name, value] of Object.entries(fields)) masked[name] = maskValue(name, value);
  return masked;
}

/** A body as it is stored: JSON is masked by structure (escaped names and nested secrets included), anything else as text. */
export function maskBody(text: string): string {
  const json = parseJson(text);
  return json.ok && typeof json.value === "object" && json.value !== null ? maskedJson(json.value) : maskText(text);
}

/** Most bodies hide nothing: they are looked through, not copied. */
const maskedJson = (value: object): string => JSON.stringify(hasSecret(value, "") ? maskJson(value) : value);

function hasSecret(value: unknown, name: string): boolean {
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

/** The raw delivery as it is stored and shown: method, query, content type and body, secrets masked. The path is left out: it may hold a token. */
export function maskedRaw(delivery: Delivery): string {
  const { method, query, contentType, text, content } = delivery;
  const json = content.ok && /^\s*[[{]/.test(text) ? content.value.json : null;
  const body = typeof json === "object" && json !== null ? maskedJson(json) : maskBody(text);
  return JSON.stringify({ method, query: maskText(query), content_type: contentType, body });
}
