/** Which project, account, site … an identifier belongs to when a connection sends it. A vendor speaks for itself; for a foreign id (a school
 *  that sends a Salebot `client_id`) the tied connection is meant, else the only one of that kind. null = cannot be known, and then the value
 *  is a mere field: a guessed scope would glue strangers. Pure. */
import { type Config, type Connection, type ConnectionOf, type Kind, connectionOf, isKind } from "./config.ts";
import type { ScopeKind } from "./identifier.ts";

/** null = this connection cannot know such an id; "" = the whole workspace. */
export type Scopes = Readonly<Record<ScopeKind, string | null>>;

/** Guessed only where there is no choice: the tied connection, else the sole one of its kind. Adding a second school or bot therefore turns an untied
 *  foreign id into a plain field, and ties (`school`, `bot`, `click_issuer`) bring it back. */
export function scopesOf(config: Config, connection: Connection): Scopes {
  return {
    global: "",
    issuer: connection.click_issuer ?? connection.id,
    site: siteOf(config, connection)?.id ?? null,
    account: accountOf(config, connection),
    project: projectOf(config, connection),
    bot: soleOf(config, connection, "metabot")?.bot_id ?? null,
    business: soleOf(config, connection, "metabot")?.business ?? null,
    network: soleOf(config, connection, "network")?.network ?? null,
  };
}

/** The site that `user_id` means: the sender, the site this bot serves, the only site. */
function siteOf(config: Config, connection: Connection): Connection | null {
  if (connection.kind === "site") return connection;
  const sites = [...config.connections.values()].filter((other) => isKind(other, "site"));
  const served = sites.filter((site) => site.bot === connection.id);
  const fitting = served.length > 0 ? served : sites;
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** The school that a bot is tied to, else the only one there is; of several nobody can tell. */
function accountOf(config: Config, connection: Connection): string | null {
  const tied = isKind(connection, "salebot") ? connectionOf(config, connection.school, "getcourse") : null;
  return (tied ?? soleOf(config, connection, "getcourse"))?.account ?? null;
}

/** The other way round: the bot that is tied to this school, else the only one. */
function projectOf(config: Config, connection: Connection): string | null {
  const bots = [...config.connections.values()].filter((other) => isKind(other, "salebot"));
  const tied = bots.filter((bot) => bot.school === connection.id);
  return tied.length === 1 && tied[0] ? tied[0].project : (soleOf(config, connection, "salebot")?.project ?? null);
}

/** `connection` itself when it is of `kind`, else the only connection of that kind. */
function soleOf<K extends Kind>(config: Config, connection: Connection, kind: K): ConnectionOf<K> | null {
  if (isKind(connection, kind)) return connection;
  const found = [...config.connections.values()].filter((other) => isKind(other, kind));
  return found.length === 1 ? (found[0] ?? null) : null;
}
