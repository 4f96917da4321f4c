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

/** Every secret value of the connection. */
export function secretsOf(connection: Connection): string[] {
  const fields = new Map<string, unknown>(Object.entries(connection));
  return SECRET_FIELDS.flatMap((name) => fields.get(name) ?? [])
    .concat(connection.kind === "http" ? Object.values(connection.headers) : [])
    .filter((value) => typeof value === "string");
}

/** Of one configuration's connection: looked for with every delivery and every reply. */
const kept = new WeakMap<Connection, readonly string[]>();

/** Literal replacement, no parsing: a vendor may quote our key inside any format. */
export function maskSecrets(connection: Connection, text: string): string {
  const secrets = kept.get(connection) ?? secretsOf(connection).filter((value) => value.length >= SHORTEST);
  kept.set(connection, secrets);
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, "••••"), text);
}
