/** Every kind of connection and how its deliveries are read. */
import type { Connection } from "../domain/config.ts";
import type { NewEvent } from "../domain/event.ts";
import { readChatterfy } from "./chatterfy/source.ts";
import type { Incoming } from "./connector.ts";
import { readGetcourse } from "./getcourse/source.ts";
import { readKeitaro } from "./keitaro/source.ts";
import { readMetabot } from "./metabot/source.ts";
import { readNetwork } from "./network/source.ts";
import { readSalebot } from "./salebot/source.ts";
import { readBackend } from "./site/source.ts";
import { readTelegram } from "./telegram/source.ts";

/** Vendor → ours: the event a delivery reports. No clock, storage or network; a delivery that says nothing is an event without identifiers. */
export function readEvent(connection: Connection, incoming: Incoming): NewEvent {
  switch (connection.kind) {
    case "salebot":
      return readSalebot(connection, incoming);
    case "getcourse":
      return readGetcourse(connection, incoming);
    case "chatterfy":
      return readChatterfy(connection, incoming);
    case "metabot":
      return readMetabot(connection, incoming);
    case "telegram":
      return readTelegram(connection, incoming);
    case "keitaro":
      return readKeitaro(connection, incoming);
    case "network":
      return readNetwork(connection, incoming);
    case "site":
    case "http":
      return readBackend(connection, incoming);
  }
}
