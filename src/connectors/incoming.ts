/** A decoded delivery with what only the configuration knows: the zone of local times and whose ids these are. */
import type { Config, Connection } from "../domain/config.ts";
import { type Scopes, scopesOf } from "../domain/scope.ts";
import type { Content } from "../lib/body.ts";
import type { Incoming } from "./connector.ts";

/** What the door knows without the configuration. `receivedAt` in epoch ms; `pathEvent` is the last part of
 *  `/webhook/:connection/:token/:event`. */
export type IncomingInput = {
  readonly method: string;
  readonly content: Content;
  readonly pathEvent: string | null;
  /** `webhook-id` of a signed delivery, else `Idempotency-Key`, else null. */
  readonly deliveryId: string | null;
  readonly receivedAt: number;
};

/** Times without a zone are of the connection's, else of the workspace's. */
export function newIncoming(config: Config, connection: Connection, input: IncomingInput): Incoming {
  const { content, ...rest } = input;
  return {
    ...rest,
    fields: content.fields,
    query: content.query,
    json: content.json,
    timeZone: connection.time_zone ?? config.workspace.time_zone,
    scopes: keptScopes(config, connection),
  };
}

/** Keyed by the configuration object: a new version is a new object, so nothing here can be stale, and the old one's entries go with it. */
const kept = new WeakMap<Config, WeakMap<Connection, Scopes>>();

/** The scopes of a connection are looked for among all the others once per configuration. */
function keptScopes(config: Config, connection: Connection): Scopes {
  const ofConfig = kept.get(config) ?? new WeakMap<Connection, Scopes>();
  kept.set(config, ofConfig);
  const scopes = ofConfig.get(connection) ?? scopesOf(config, connection);
  ofConfig.set(connection, scopes);
  return scopes;
}
