/** Metabot → us: an endpoint written in the bot's JavaScript posts what its author likes (docs.metabot24.ru, read 2026-11). Common names, also
 *  inside `script_request_params`, and Metabot's own objects `lead` and `person`. A lead is one subscriber of one bot, a person is above leads. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Incoming } from "../connector.ts";
import { unwrapped } from "../generic/values.ts";
import { readGeneric } from "../generic.ts";

/** `script_request_params` is Metabot's wrapper of a script's parameters (vendors.md §4); a script may pass it on whole. */
export function readMetabot(connection: ConnectionOf<"metabot">, incoming: Incoming): NewEvent {
  const fields = unwrapped(incoming.fields, "script_request_params");
  return readGeneric(connection, { ...incoming, fields }, { claimNames: { lead_id: ["lead.id"], person_id: ["person.id"] } });
}
