/** Replies and reasons are kept and shown; a vendor may repeat our own key in them. Every secret of the connection is blotted out. Pure. */
import type { Connection } from "./config.ts";

/** Fields of a connection whose value proves something to somebody. */
const SECRET_FIELDS = [
  "api_key",
  "dev_key",
  "api_token",
  "bot_token",
  "postback_key",
  "postback_id",
  "webhook_id",
  "chatium_url",
] as const;
const SECRET_PAIRS = ["token", "secret", "secret_token"] as const;

/** Shorter ones would blot out ordinary words. */
const SHORTEST = 6;

export function maskSecrets(connection: Connection, text: string): string {
  const fields = new Map<string, unknown>(Object.entries(connection));
  const secrets = [...SECRET_FIELDS, ...SECRET_PAIRS]
    .flatMap((name) => fields.get(name) ?? [])
    .concat(connection.kind === "http" ? Object.values(connection.headers) : [])
    .filter((value): value is string => typeof value === "string" && value.length >= SHORTEST);
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, "••••"), text);
}
