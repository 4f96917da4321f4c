/** Every kind of connection and how its deliveries are read. */
import type { Connection } from "../domain/config.ts";
import type { NewEvent } from "../domain/event.ts";
import { type Result, ok } from "../lib/result.ts";
import type { Incoming, Unreadable } from "./connector.ts";
import { readGeneric } from "./generic.ts";

/** Vendor → ours: the event a delivery reports. No clock, storage or network. */
export function readEvent(connection: Connection, incoming: Incoming): Result<NewEvent, Unreadable> {
  return ok(readGeneric(connection, incoming));
}
