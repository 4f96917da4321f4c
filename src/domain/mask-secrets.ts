/** Replies and reasons are kept and shown; a vendor may repeat our own key in them. Every secret of the connection is blotted out. Pure. */
import { base64, fromBase64, fromUtf8, utf8 } from "../lib/crypto.ts";
import { withEntities } from "../lib/html.ts";
import type { Connection } from "./config.ts";

/** Fields of a connection whose value proves something to somebody. Wider than what must be a `$NAME` (`domain/config/judge-secrets.ts`): whoever has a
 *  Chatterfy uuid (its only proof: help.chatterfy.ai, read 2026-11) or a Chatium address can write there. They stand literally in the document, which only
 *  operators see; raw deliveries and replies are shown, exported and quoted further, so there they are blotted out. */
const SECRET_FIELDS = [
  "api_key",
  "dev_key",
  "api_token",
  "bot_token",
  "postback_key",
  "postback_id",
  "webhook_id",
  "chatium_url",
  "token",
  "secret",
  "secret_token",
] as const;

/** Shorter ones would blot out ordinary words. */
const SHORTEST = 6;

/** `Bearer x` and its `x`: a vendor complains about the token, not about the word before it; of `Basic x` about the name and the password in it. */
const withCredentials = (header: string): string[] => {
  const [, scheme = "", credentials] = /^([A-Za-z]+) +(\S+)$/.exec(header.trim()) ?? [];
  if (credentials === undefined) return [header];
  const pair = fromUtf8((/^basic$/i.test(scheme) ? fromBase64(credentials) : null) ?? utf8(""));
  return [header, credentials, pair, pair.slice(pair.indexOf(":") + 1)];
};

/** What proves something in an address: all that follows its host. A vendor names the path, or its end alone (n8n), not the address. */
const withinAddress = (address: string): string[] => {
  const { pathname, search } = new URL(address);
  const steps = pathname.slice(1).split("/");
  return steps
    .flatMap((_step, at) => [steps.slice(at).join("/"), `${steps.slice(at).join("/")}${search}`])
    .concat(search.slice(1));
};

const escaped = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\s]/gu, String.raw`\$&`);

/** One character as it is and as addresses, forms, JSON (also inside JSON, as in a raw delivery) and pages write it. Letters and digits of ASCII are
 *  written in one way only. Backslashes in a row, and the one that JSON puts before the next sign, come together: apart they would be tried in every combination. */
function spellings(chars: string, at: number, secret: string): string {
  const [char = "", ...more] = chars;
  if (/[a-z0-9]/i.test(char)) return char;
  const count = more.length + 1;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const bytes = [...utf8(char)].map((byte) => `%(?:25)*${byte.toString(16).padStart(2, "0")}`).join("");
  const entities = [`#0*${code};`, `#x0*${hex};`, escaped(withEntities(char).slice(1))].filter((entity) => entity !== "");
  const bare =
    char === "\\"
      ? String.raw`\\{${count},${4 * count + 3}}`
      : (secret[at - 1] === "\\" ? "" : String.raw`\\{0,3}`) + escaped(char);
  const forms = [bytes, String.raw`\\{1,2}u${hex.padStart(4, "0")}`, `&(?:${entities.join("|")})`];
  return `(?:${bare}|(?:${forms.concat(char === " " ? String.raw`\+` : []).join("|")}){${count}})`;
}

/** Every secret of the connection in every spelling in which a reply may quote it, the longest first: a secret inside another must not leave the rest of
 *  it shown. null = it has none. */
function secretsOf(connection: Connection): RegExp | null {
  const fields = new Map<string, unknown>(Object.entries(connection));
  const values = SECRET_FIELDS.flatMap((name) => fields.get(name) ?? [])
    .concat(connection.kind === "http" ? Object.values(connection.headers).flatMap(withCredentials) : [])
    .concat((connection.hidden ?? []).flatMap(withinAddress))
    .flatMap((value) => (typeof value === "string" && value.trim().length >= SHORTEST ? value.trim() : []))
    .flatMap((value) => [value, base64(utf8(value)).replace(/=+$/, "")])
    .toSorted((a, b) => b.length - a.length);
  return values.length === 0 ? null : new RegExp(values.map((value) => value.replaceAll(/\\+|./gsu, spellings)).join("|"), "gi");
}

/** Of one configuration's connection: looked for with every delivery and every reply. */
const kept = new WeakMap<Connection, RegExp | null>();

/** By pattern, without parsing: a vendor may quote our key inside any format. */
export function maskSecrets(connection: Connection, text: string): string {
  const known = kept.get(connection);
  const secrets = known === undefined ? secretsOf(connection) : known;
  if (known === undefined) kept.set(connection, secrets);
  return secrets === null ? text : text.replaceAll(secrets, "••••");
}
