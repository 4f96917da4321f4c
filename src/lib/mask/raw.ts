/** The raw delivery as it is stored and shown: method, query, content type and body, secrets masked. The path is left out: it may hold a token.
 *  A form is masked field by field, because a name may be percent-encoded (`to%6Ben=…`) and a value may hold another link. */
import type { Delivery } from "../body.ts";
import { LOOKS_LIKE_FORM } from "../body.ts";
import { decodePart, dotted } from "../body/query.ts";
import { MASK, hasSecret, isSecret, maskBody, maskJson, maskValue, mayTell } from "../mask.ts";

/** A JSON text. Structured bodies are masked by structure, forms part by part, anything else by pattern; a body that hides nothing keeps its bytes. */
export function maskedRaw(delivery: Delivery): string {
  const { method, query, contentType, text, content } = delivery;
  const json = content.ok && /^\s*[[{]/.test(text) ? content.value.json : null;
  // The text knows of two equal names, what was read of it of a name with dashes inside (`to-ken`).
  const structured = typeof json === "object" && json !== null && (mayTell(text) || hasSecret(json, ""));
  const body = structured ? JSON.stringify(maskJson(json)) : maskedText(text);
  return JSON.stringify({ method, query: maskQuery(query), content_type: contentType, body });
}

/** Part by part where it is a form of several, pair by pair where it looks like one, else as a body. */
function maskedText(text: string): string {
  const boundary = /^\s*(--[^\r\n]{1,200})\r?\n/.exec(text)?.[1];
  if (boundary !== undefined) return text.split(boundary).map(maskPart).join(boundary);
  return LOOKS_LIKE_FORM.test(text) ? maskQuery(text) : maskBody(text);
}

/** One part of a multipart form: headers that name it, an empty line, the value, the end of its last line. */
function maskPart(part: string): string {
  const gap = /\r?\n\r?\n/.exec(part);
  const start = gap ? gap.index + gap[0].length : part.length;
  const name = /;\s*name="?([^";\r\n]*)"?/i.exec(part.slice(0, start))?.[1]?.trim() ?? "";
  const end = part.length - (/\r?\n$/.exec(part)?.[0].length ?? 0);
  return end <= start ? part : part.slice(0, start) + maskValue(dotted(name), part.slice(start, end)) + part.slice(end);
}

/** A query or an urlencoded form, part by part; a part without a secret keeps its bytes. */
const maskQuery = (query: string): string => query.replaceAll("&amp;", "&").split("&").map(maskParameter).join("&");

/** The name and the `=` stay, so that an operator sees what was sent; a secret goes whole. */
function maskParameter(part: string): string {
  const at = part.indexOf("=");
  const [name, value] = [dotted(decodePart(part.slice(0, Math.max(at, 0))).trim()), decodePart(part.slice(at + 1))];
  if (value !== "" && isSecret(name, value)) return part.slice(0, at + 1) + MASK;
  const masked = maskBody(value);
  return masked === value ? part : part.slice(0, at + 1) + masked;
}
