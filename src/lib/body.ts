/** A delivery decoded as leniently as bots, schools and networks need it. The content type is a hint at most: JSON is tried first, then
 *  multipart, then form, and what is left is text. Query and body are merged, body wins. What is not tolerated: a body over the limit, a list of
 *  several events, and a body that is meant to be JSON and is not (both are kept raw for inspection and reported, because guessing would lose facts silently).
 *  The raw bytes are returned untouched: signatures are verified over them. */
import { flattenJson, parseJson } from "./body/json.ts";
import { readLimited, unpacked } from "./body/limited.ts";
import { parseMultipart } from "./body/multipart.ts";
import { type Pair, decodePart, parseQuery } from "./body/query.ts";
import { decodeText } from "./body/text.ts";
import { newRecord } from "./record.ts";
import { type Result, err, ok } from "./result.ts";

/** Far above any vendor's delivery. Counted before and after unpacking. */
export const MAX_BODY_BYTES = 256 * 1024;
/** More than any vendor sends; the rest of a hostile body is not looked at (it stays in the raw delivery). */
const MAX_FIELDS = 2_000;

/** Name → text, nested names joined by dots, no prototype. */
export type FlatFields = Readonly<Record<string, string>>;

/** What a delivery says: the flat merged view, what of it the query said, and the parsed JSON body when it was JSON (else undefined). */
export type Content = { readonly fields: FlatFields; readonly query: FlatFields; readonly json: unknown };

/** The delivery stays in the raw log under this reason; `detail` never quotes its values. */
export type Unreadable = { readonly reason: "unparsable"; readonly detail: string };

/** A request read once. `bytes` are as they came, for signatures; `text` and `content` are unpacked. `content` unreadable is
 *  still a delivery: it is kept raw. */
export type Delivery = {
  readonly method: string;
  /** The query as sent, without "?". */
  readonly query: string;
  readonly contentType: string;
  /** `Idempotency-Key`, as senders set it who repeat a request until it is answered (we do, with the delivery's id). */
  readonly idempotencyKey: string | null;
  readonly bytes: Uint8Array;
  /** The body as text, whatever it is. */
  readonly text: string;
  readonly content: Result<Content, Unreadable>;
};

/** Consumes the request's body. Only a body that is too large is an error here: one that cannot be read is a delivery with an unreadable `content`. */
export async function readDelivery(
  request: Request,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<Result<Delivery, { readonly reason: "too_large" }>> {
  const bytes = await readLimited(request, maxBytes);
  if (bytes === null) return err({ reason: "too_large" });
  const query = queryOf(request.url);
  const contentType = request.headers.get("content-type") ?? "";
  const idempotencyKey = request.headers.get("idempotency-key")?.trim().slice(0, 255) || null;
  const plain = await unpacked(bytes, maxBytes);
  if (plain === null) return err({ reason: "too_large" });
  const text = decodeText(plain);
  const content = parseContent(query, parseBody(contentType, plain, text));
  return ok({ method: request.method, query, contentType, idempotencyKey, bytes, text, content });
}

/** Read as one event their names would be `0.email`, `1.email`: nobody's, and lost behind a success. */
const SEVERAL = err({ reason: "unparsable", detail: "a list: one event a request here, many to POST /v1/import" } as const);

/** Query and body merged, body wins. */
function parseContent(query: string, body: Result<Body, string>): Delivery["content"] {
  if (!body.ok) return err({ reason: "unparsable", detail: body.error });
  if (Array.isArray(body.value.json) && body.value.json.some((item) => typeof item === "object")) return SEVERAL;
  const asked = parseQuery(query);
  const { pairs, json } = body.value;
  return ok({ fields: fieldsOf([...asked, ...pairs]), query: fieldsOf(pairs.length === 0 ? [] : asked), json });
}

/** The content of an already parsed JSON value, for import lines and tests. */
export const contentOf = (json: unknown): Content => ({ fields: fieldsOf(flattenJson(json)), query: newRecord(), json });

/** The merged fields in name order: the same content again, in whatever shape, is the same text. */
export const contentText = ({ fields }: Content): string =>
  JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));

type Body = { readonly pairs: readonly Pair[]; readonly json: unknown };

const PLAIN: Body = { pairs: [], json: undefined };
const MEANT_AS_JSON = /^\s*(\{\s*["}]|\[\s*[[{"\]])/;
/** By its beginning: a name, then `=`; a brace or a tag before it makes it something else. */
export const LOOKS_LIKE_FORM = /^\s*[^=&\s{}"<>]{1,200}=/;

/** By what stands in the body; the `content-type` only settles a doubt, since senders set it as they like. Text that is nothing
 *  else is one field. */
function parseBody(contentType: string, bytes: Uint8Array, text: string): Result<Body, string> {
  if (text.trim() === "") return ok(PLAIN);
  const json = parseJson(text);
  if (json.ok) return ok(jsonBody(json.value, text.trim()));
  const multipart = parseMultipart(bytes);
  if (multipart) return ok({ pairs: multipart, json: undefined });
  const form = LOOKS_LIKE_FORM.test(text);
  if (MEANT_AS_JSON.test(text) || (/\bjson\b/i.test(contentType) && !form)) return mendedJson(text, json.error);
  const packed = packedJson(text);
  if (packed) return ok(packed);
  if (form || /x-www-form-urlencoded/i.test(contentType)) return ok({ pairs: parseQuery(text.trim()), json: undefined });
  return text.includes("\0") ? err("neither text nor a form") : ok({ pairs: [["text", text.trim()]], json: undefined });
}

/** A string, which ends where a name, a value or the document can end; or a value outside quotation marks that is a placeholder, a word of another
 *  language for nothing, a number as people write it, or missing. */
const TOKEN =
  /"(?:[^"\\]|\\.|"(?!\s*(?:[:}\]]|,\s*(?:["{[]|-?\d|true|false|null)|$)))*"?(?=(\s*:)?)|:\s*(?:([#$]?\{\{?[^\s{}"]+\}?\}|%\w+%|\[[A-Z]\w*\]|undefined|None|NaN|True|False|[+-]?[\d.][\d .()-]{0,40}(?:,\d{1,4})?)\s*)?(?=[,}])/gs;

/** An escape that is right, or what JSON wants escaped. */
const RAW = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})|[\\"]|\p{Cc}+/gu;

const escaped = (raw: string): string => (/^\\./.test(raw) ? raw : JSON.stringify(raw).slice(1, -1));

/** A bot puts a person's message into a JSON template as it is, quotation marks, line breaks and all: inside a string JSON forbids them, so they are
 *  written as it wants them; between tokens a control character means nothing. A variable without quotation marks leaves its name when it is not set, or
 *  nothing, or a phone and a sum that are no numbers to JSON. Names are the author's and stay: one that would have to be mended is a message's end. */
function mendedJson(text: string, error: string): Result<Body, string> {
  const told = (all: string, name?: string, bare?: string): string => {
    if (all.startsWith(":")) return `:${JSON.stringify(bare?.trim() ?? null)}`;
    return name === undefined ? `"${all.slice(1, -1).replaceAll(RAW, escaped)}${all.slice(-1)}` : all;
  };
  const json = parseJson(text.replaceAll(TOKEN, told).replaceAll(/\p{Cc}/gu, " "));
  return json.ok ? ok(jsonBody(json.value, text.trim())) : err(error);
}

/** Names that senders give to a whole event (GetCourse's own is `json`). Under any other name stands what a person wrote, ids and all. */
const ENVELOPE = /^(json|payload|data|event|params)$/i;

/** JSON that was sent as a form: percent-encoded as a whole, or the only field (`payload={…}`). */
function packedJson(text: string): Body | null {
  const encoded = /^\s*%(7B|5B)/i.test(text) ? decodePart(text.trim().replace(/=$/, "")) : null;
  const [only, ...more] = encoded === null && /=\s*(\{|\[|%7B|%5B)/i.test(text) ? parseQuery(text.trim()) : [];
  const inner = encoded ?? (only && more.length === 0 && ENVELOPE.test(only[0]) ? only[1] : "");
  const json = /^\s*[[{]/.test(inner) ? parseJson(inner) : null;
  return json?.ok && typeof json.value === "object" ? jsonBody(json.value, inner) : null;
}

/** Some senders stringify twice: a JSON string that holds an object or a form is that, and an envelope's string that holds an object. Others wrap their
 *  one event into a list. */
function jsonBody(value: unknown, text: string): Body {
  const packed = typeof value === "string" ? value : enveloped(value);
  if (typeof value === "string" && LOOKS_LIKE_FORM.test(value)) return { pairs: parseQuery(value.trim()), json: undefined };
  const inner = /^\s*[[{]/.test(packed) ? parseJson(packed) : null;
  const told = inner?.ok ? inner.value : value;
  const json: unknown = Array.isArray(told) && told.length === 1 ? told[0] : told;
  if (typeof json === "object" && json !== null) return { pairs: flattenJson(json), json };
  return json === null ? PLAIN : { pairs: [["text", text]], json };
}

function enveloped(value: unknown): string {
  const [only, ...more] = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return only && more.length === 0 && ENVELOPE.test(only[0]) && typeof only[1] === "string" ? only[1] : "";
}

/** No prototype: a field named `constructor` is a field, a missing one is undefined. Later pairs win, unless they say nothing: an unset variable or a
 *  macro that came out empty must not cost the id told beside it. */
function fieldsOf(pairs: readonly Pair[]): FlatFields {
  const fields = newRecord();
  let count = 0;
  for (const [name, value] of pairs) {
    if (name === "__proto__") continue;
    if (!(name in fields)) count += 1;
    else if (value.trim() === "") continue;
    if (count > MAX_FIELDS) break;
    fields[name] = value;
  }
  return fields;
}

function queryOf(url: string): string {
  const at = url.indexOf("?");
  if (at < 0) return "";
  const end = url.indexOf("#", at);
  return url.slice(at + 1, end < 0 ? undefined : end);
}
