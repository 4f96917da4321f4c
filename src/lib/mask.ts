/** Secrets are masked at the door: what reaches a log, a list, an export or an error text was masked when it was stored. A name decides
 *  (`token`, `api_key`, `pin`, `buid` …); a few values give themselves away whatever their name (bearer tokens, bot tokens, `whsec_…`).
 *  `key` is ours when its value is a person's public key (`k_…`), else a secret. Cut for masking too much rather than too little. */
import { parseJson } from "./body/json.ts";
import { decodeText } from "./body/text.ts";
import type { Delivery, FlatFields } from "./body.ts";
import { newRecord } from "./record.ts";

export const MASK = "••••";

const SECRET_END =
  /(token|secret|secretkey|apikey|devkey|postbackkey|accesskey|privatekey|sealkey|password|passwd|authorization|signature)$/;
const SECRET_NAMES = new Set(["key", "pin", "pincode", "buid", "pass", "pwd", "cookie", "setcookie", "auth", "hash", "initdata"]);
const PERSON_KEY = /^k_[A-Za-z0-9]{22}$/;

/** True when a value under this name must not be shown. Dots separate levels: any secret level makes the value secret. */
export function isSecret(name: string, value: string): boolean {
  return name.split(/[.[\]]+/).some((level) => {
    const plain = level.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
    if (plain === "key") return !PERSON_KEY.test(value.trim());
    return SECRET_NAMES.has(plain) || SECRET_END.test(plain);
  });
}

const PAIR = /([A-Za-z0-9_.[\]-]{1,64}(?:=|%3D))([^&\s"'<>#;]+)/g;
const JSON_PAIR = /("[^"\\]{1,64}"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]+)/g;
const TELLING = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}|\b\d{6,12}:[A-Za-z0-9_-]{30,}|\bwhsec_[A-Za-z0-9+/=]{8,}/g;

/** Any text: `name=value` pairs, JSON pairs and telling values are masked, the rest is untouched. */
export function maskText(text: string): string {
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
  return json.ok && typeof json.value === "object" && json.value !== null ? JSON.stringify(maskJson(json.value)) : maskText(text);
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
  const { method, query, contentType, bytes } = delivery;
  return JSON.stringify({ method, query: maskText(query), content_type: contentType, body: maskBody(decodeText(bytes)) });
}
