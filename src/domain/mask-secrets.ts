/** Replies and reasons are kept and shown; a vendor may repeat our own key in them. Every secret of the connection is blotted out. Pure. */
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

/** Every secret value of the connection, in every spelling in which a reply may quote it, the longest first: a secret inside another must not leave the
 *  rest of it shown. */
export function secretsOf(connection: Connection): string[] {
  const fields = new Map<string, unknown>(Object.entries(connection));
  const values = SECRET_FIELDS.flatMap((name) => fields.get(name) ?? [])
    .concat(connection.kind === "http" ? Object.values(connection.headers).flatMap(withCredentials) : [])
    .filter((value) => typeof value === "string");
  return [...new Set(values.flatMap(spellingsOf))].toSorted((a, b) => b.length - a.length);
}

/** `Bearer x` and its `x`: a vendor complains about the token, not about the word before it. */
const withCredentials = (header: string): string[] => {
  const [, credentials] = /^[A-Za-z]+ +(\S+)$/.exec(header.trim()) ?? [];
  return credentials === undefined ? [header] : [header, credentials];
};

/** As it is, as it stands in the address that we called, and as PHP writes it into JSON. */
const spellingsOf = (secret: string): string[] => [
  secret,
  secret.trim(),
  encodeURIComponent(secret.trim().toWellFormed()),
  secret.replaceAll("/", String.raw`\/`),
];

/** Of one configuration's connection: looked for with every delivery and every reply. */
const kept = new WeakMap<Connection, readonly string[]>();

/** Literal replacement, no parsing: a vendor may quote our key inside any format. */
export function maskSecrets(connection: Connection, text: string): string {
  const secrets = kept.get(connection) ?? secretsOf(connection).filter((value) => value.length >= SHORTEST);
  kept.set(connection, secrets);
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, "••••"), text);
}
