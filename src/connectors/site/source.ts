/** Own backends, sites and Chatium code → us, signed by Standard Webhooks. Common names, at the top or inside the `{type, data}` envelope that
 *  Standard Webhooks recommends. The signature's `webhook-id` is the idempotency id where the body names none. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Incoming } from "../connector.ts";
import { unwrapped } from "../generic/values.ts";
import { readGeneric } from "../generic.ts";

/** Standard Webhooks bodies are `{type, timestamp, data}`; a body without `data` is read as it is. */
export function readBackend(connection: ConnectionOf<"site"> | ConnectionOf<"http">, incoming: Incoming): NewEvent {
  const fields = unwrapped(incoming.fields, "data");
  return readGeneric(connection, { ...incoming, fields }, { eventNames: ["type"], timeNames: ["timestamp"] });
}
