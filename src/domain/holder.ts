/** Holder identities: the messenger accounts a bot reports for the human in front of it. They come server to server, so they are proof of access,
 *  unlike what is typed or travels in a link. Pure. */
import type { Connection } from "./config.ts";
import { readIdentifierValue } from "./normalise/identifier.ts";

/** Strongest first: the first one present names the holder. */
export const HOLDER_TYPES = ["telegram_id", "max_id", "vk_id", "person_id", "client_id", "lead_id"] as const;
/** Whose word about the human in front of it is proof of access. A plain HTTP connection may be a bot that somebody wrote themselves. */
export const isBot = ({ kind }: Connection): boolean => ["salebot", "chatterfy", "metabot", "telegram", "http"].includes(kind);

/** Fewer than a person's identifiers: what may be typed or forwarded (e-mail, phone, click) names no holder. */
export type HolderType = (typeof HOLDER_TYPES)[number];

/** `scope` is "" for messengers, whose ids are the same everywhere; else the project, business or bot that issued the id. */
export type HolderIdentity = { readonly type: HolderType; readonly scope: string; readonly value: string };

/** The identities among a request's fields, strongest first, in the scope of the calling connection. Placeholders and empty values are no ids;
 *  `chat_id` is the Telegram id when no better one is given. */
export function readIdentities(connection: Connection, fields: Readonly<Record<string, unknown>>): readonly HolderIdentity[] {
  return HOLDER_TYPES.flatMap((type) => {
    const value = readValue(type, fields[type]) ?? (type === "telegram_id" ? readValue(type, fields["chat_id"]) : null);
    const scope = scopeOf(connection, type);
    return value === null || scope === null ? [] : [{ type, scope, value }];
  });
}

/** As at the door, or an account would be one human in the person graph and another, or nobody, at the login. null for what names nobody: empty words,
 *  an unfilled macro, a messenger's id that is a group's or no number. */
const readValue = (type: HolderType, given: unknown): string | null =>
  typeof given === "string" || typeof given === "number" ? readIdentifierValue(type, String(given)) : null;

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
