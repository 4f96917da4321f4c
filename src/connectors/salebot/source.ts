/** Salebot → us. Two shapes: the project webhook (every message in and out, docs.salebot.pro "API конструктора", read 2026-11) and whatever a bot
 *  builder puts into an "API request" block or the calculator, which speaks our common names.
 *  Facts that force the reading: `recepient` is Salebot's own spelling; `client_type` says whose id it is; `tag` (the deep link's source)
 *  stays on the client for ever, so it marks a start only together with `/start`, or, in messengers without it, on a client's first minutes; WhatsApp's link has neither:
 *  its click stands in the text; ids of clients belong to the
 *  project, and a copied project keeps calling the old webhook, so the project comes from the message itself; Salebot never sends again. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import type { Claim, IdentifierType } from "../../domain/identifier.ts";
import { readEventName } from "../../domain/normalise/event-type.ts";
import { readerOf } from "../../domain/normalise/identifier.ts";
import { isOurClick, readVendorId } from "../../domain/normalise/ids.ts";
import { clickInside, readStart } from "../../domain/normalise/start.ts";
import { parseTime } from "../../domain/normalise/time.ts";
import type { Incoming } from "../connector.ts";
import { NO_MONEY } from "../generic/money.ts";
import { takeRest } from "../generic/rest.ts";
import { type Sent, drop } from "../generic/sent.ts";
import { isYes, takeClaim, takeText } from "../generic/values.ts";
import { openFields, readGeneric } from "../generic.ts";

/** `client_type` → whose account `recepient` is: 1 Telegram, 16 Telegram Business, 21 Telegram account, 0 VK, 20 MAX, 6 WhatsApp, 14 a mailbox. */
const ACCOUNT: Readonly<Record<string, IdentifierType>> = {
  "0": "vk_id",
  "1": "telegram_id",
  "6": "wa_id",
  "14": "email",
  "16": "telegram_id",
  "20": "max_id",
  "21": "telegram_id",
};

/** The first message follows the client's creation within seconds; the rest is slack for clocks and a slow delivery. */
const FIRST_MINUTES_MS = 300_000;

/** The project webhook and a block's call come to one address; only the former has Salebot's own client object (vendors.md §2.2, §2.3). */
export function readSalebot(connection: ConnectionOf<"salebot">, incoming: Incoming): NewEvent {
  const sent = openFields(connection, incoming);
  return isProjectWebhook(sent) ? readMessage(connection, incoming, sent) : readBlock(connection, incoming, sent);
}

const isProjectWebhook = (sent: Sent): boolean =>
  sent.values.has("client.id") && (sent.values.has("is_input") || sent.values.has("message_id"));

/** A block names things as its author likes; `platform_id` is Salebot's variable for the messenger id, Telegram unless `client_type` says else. */
function readBlock(connection: ConnectionOf<"salebot">, incoming: Incoming, sent: Sent): NewEvent {
  const type = ACCOUNT[sent.values.get("client_type")?.value.trim() ?? "1"];
  return readGeneric(connection, incoming, { sent, claimNames: type ? { [type]: ["platform_id", "recepient"] } : {} });
}

/** One fact per message `id` of a project. The tag's click binds even without a start, since the tag names the link this client once came by; it is `inferred`,
 *  because links are forwarded. An outgoing message carries no click: it is our own echo. */
function readMessage(connection: ConnectionOf<"salebot">, incoming: Incoming, sent: Sent): NewEvent {
  const project = takeText(sent, "project_id") ?? connection.project;
  const identifiers = clientClaims(project, sent);
  const path = incoming.pathEvent === null ? null : readEventName(incoming.pathEvent);
  const outgoing = sent.values.has("is_input") && !isYes(sent.values.get("is_input")?.value);
  const text = takeText(sent, "message");
  const tag = takeText(sent, "client.tag");
  const written = accountType(sent) === "wa_id" ? clickInside(text) : null;
  const slash = readStart(text) ?? (written === null ? null : { payload: written });
  const started = !outgoing && (slash !== null || (tag !== null && isNewClient(sent, incoming)));
  const start = started ? (slash?.payload ?? tag) : null;
  const clicks = [start, tag].filter((value) => value !== null && !outgoing && isOurClick(value)).slice(0, 1);
  const click: Claim[] = clicks.flatMap((value) =>
    value === null ? [] : [{ type: "click", scope: "", value, proof: "inferred" }],
  );
  const id = takeText(sent, "id") ?? takeText(sent, "message_id");
  const name = takeText(sent, "client.name");
  for (const noise of ["is_input", "client.id", "client.recepient", "client.avatar", "client.created_at", "project_id"])
    sent.used.add(noise);
  const { fields, tracker } = takeRest(sent);
  const group = fields["client.group"];
  return {
    ...(path ?? { type: started ? "bot_start" : "message", named: null }),
    eventAt: null,
    key: id === null ? null : `message:${project}:${id}`,
    state: "",
    told: null,
    identifiers: [...identifiers, ...click],
    dropped: sent.dropped,
    money: NO_MONEY,
    tid: null,
    order: null,
    status: null,
    utm: {},
    link: null,
    start,
    userAgent: null,
    message: text,
    profile: name === null ? {} : { name },
    fields: { ...fields, ...(tag === null ? {} : { tag }), ...(group === undefined ? {} : { group }) },
    tracker,
    outgoing,
  };
}

const accountType = (sent: Sent): IdentifierType | undefined =>
  ACCOUNT[sent.values.get("client.client_type")?.value.trim() ?? ""];

/** The client's messenger account and its Salebot id. A group is nobody: neither its chat nor its "client" identifies a person. */
function clientClaims(project: string, sent: Sent): Claim[] {
  const recipient = sent.values.get("client.recepient") ?? sent.values.get("client.recipient");
  if (recipient?.value.trim().startsWith("-")) {
    drop(sent, recipient.field, "invalid");
    return [];
  }
  const type = accountType(sent);
  return [
    ...(type
      ? takeClaim(sent, "salebot", { type, scope: "", names: ["client.recepient", "client.recipient"], read: readerOf(type) })
      : []),
    ...takeClaim(sent, "salebot", { type: "client_id", scope: project, names: ["client.id"], read: readVendorId }),
  ];
}

/** A client made just now in a messenger that has no `/start`. */
function isNewClient(sent: Sent, incoming: Incoming): boolean {
  if (accountType(sent) === "telegram_id") return false;
  const created = parseTime(sent.values.get("client.created_at")?.value ?? "", incoming.timeZone);
  return created !== null && incoming.receivedAt - created < FIRST_MINUTES_MS;
}
