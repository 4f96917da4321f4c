/** Holder identities: the messenger accounts a bot reports for the human in front of it. They come server to server, so they are proof of access,
 *  unlike what is typed or travels in a link. Pure. */
import type { Connection } from "./config.ts";

/** Strongest first: the first one present names the holder. */
export const HOLDER_TYPES = ["telegram_id", "max_id", "vk_id", "person_id", "client_id", "lead_id"] as const;
/** Fewer than a person's identifiers: what may be typed or forwarded (e-mail, phone, click) names no holder. */
export type HolderType = (typeof HOLDER_TYPES)[number];

/** `scope` is "" for messengers, whose ids are the same everywhere; else the project, business or bot that issued the id. */
export type HolderIdentity = { readonly type: HolderType; readonly scope: string; readonly value: string };

/** Messenger ids are positive: a negative one is a group, and a group must never hold a login. */
const NUMERIC = /^[1-9]\d{0,15}$/;
const UNRESOLVED = /\{|\}|%7b|^\[[A-Z_]+\]$/i;
const EMPTY_WORDS = new Set(["null", "undefined", "none", "nan", "true", "false", "0", "-1", "-"]);

/** The identities among a request's fields, strongest first, in the scope of the calling connection. Placeholders and empty values are no ids;
 *  `chat_id` is the Telegram id when no better one is given. */
export function readIdentities(connection: Connection, fields: Readonly<Record<string, unknown>>): readonly HolderIdentity[] {
  return HOLDER_TYPES.flatMap((type) => {
    const value = readValue(type, fields[type]) ?? (type === "telegram_id" ? readValue(type, fields["chat_id"]) : null);
    const scope = scopeOf(connection, type);
    return value === null || scope === null ? [] : [{ type, scope, value }];
  });
}

/** null for what names nobody: empty words, an unfilled macro, a messenger's id that is no number. */
function readValue(type: HolderType, given: unknown): string | null {
  if (typeof given !== "string" && typeof given !== "number") return null;
  const text = String(given).normalize("NFC").trim();
  if (text === "" || text.length > 255 || UNRESOLVED.test(text) || EMPTY_WORDS.has(text.toLowerCase())) return null;
  const messenger = type === "telegram_id" || type === "max_id" || type === "vk_id";
  return messenger && !NUMERIC.test(text) ? null : text;
}

/** Where an id of this type is unique; null = this connection cannot know such an id. */
export function scopeOf(connection: Connection, type: HolderType): string | null {
  switch (type) {
    case "telegram_id":
    case "max_id":
    case "vk_id":
      return "";
    case "client_id":
      return connection.kind === "salebot" ? connection.project : null;
    case "person_id":
      return connection.kind === "metabot" ? (connection.business ?? null) : null;
    case "lead_id":
      return connection.kind === "metabot" ? connection.bot_id : null;
  }
}

/** By blind index only: whose login this is is decided without unsealing anybody's account. */
export type KnownIdentity = {
  readonly hash: string;
  readonly type: HolderType;
  readonly scope: string;
  readonly holderId: string;
};

/** Whose login this is. `given` strongest first, `known` = every identity of the holders that any of them belongs to.
 *  The strongest known id decides, unless its holder already has another account of a stronger given type: then the strongest id, being new,
 *  is a new holder (null). Ids of other holders stay where they are. */
export function chooseHolder(
  given: readonly { readonly hash: string; readonly type: HolderType; readonly scope: string }[],
  known: readonly KnownIdentity[],
): string | null {
  const owners = new Map(known.map(({ hash, holderId }) => [hash, holderId]));
  const place = given.findIndex(({ hash }) => owners.has(hash));
  const owner = owners.get(given[place]?.hash ?? "") ?? null;
  if (owner === null) return null;
  const stronger = given.slice(0, place);
  const taken = known.filter(({ holderId }) => holderId === owner);
  return stronger.some(({ type, scope }) => taken.some((other) => other.type === type && other.scope === scope)) ? null : owner;
}
