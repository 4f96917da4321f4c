/** A decoded delivery with what only the configuration knows: the zone of local times and whose ids these are. */
import type { Config, Connection } from "../domain/config.ts";
import { scopesOf } from "../domain/scope.ts";
import type { Content } from "../lib/body.ts";
import type { Incoming } from "./connector.ts";

export type IncomingInput = {
  readonly method: string;
  readonly content: Content;
  readonly pathEvent: string | null;
  /** `webhook-id` of a signed delivery, else null. */
  readonly deliveryId: string | null;
  readonly receivedAt: number;
};

export function newIncoming(config: Config, connection: Connection, input: IncomingInput): Incoming {
  const { content, ...rest } = input;
  return {
    ...rest,
    fields: content.fields,
    json: content.json,
    timeZone: connection.time_zone ?? config.workspace.time_zone,
    scopes: scopesOf(config, connection),
  };
}
