/** Chatterfy's "Send Webhook" step → us: a GET whose parameters the bot's author names, filled from `{chatId} {username} {stepKey} {createdAt}
 *  {tracker.clickid}` (help.chatterfy.ai, snapshot 2025-08). A lead from outside a campaign has no click id: the macro arrives literally or empty.
 *  `startdialogue={createdAt}` (the documentation's example; `started` in our recipe) is when the dialogue began: a start at that time. Without a
 *  step it is one fact per chat and time; with one, the author wants to hear of every passage, and the ten-minute rule holds. Clicks it
 *  reports are its own unless `click_issuer` says otherwise. */
import type { ConnectionOf } from "../../domain/config.ts";
import type { NewEvent } from "../../domain/event.ts";
import { readEventName } from "../../domain/normalise/event-type.ts";
import type { Incoming } from "../connector.ts";
import { peek } from "../generic/sent.ts";
import { openFields, readGeneric } from "../generic.ts";

const DIALOGUE_START = ["startdialogue", "started"] as const;
/** The bot's author names the parameter; the macro in it is `{stepKey}` (vendors.md §3.3). */
const STEP = ["step", "stepKey", "step_id", "stepId"] as const;

/** `trader_id` and `traider_id` are both in use as custom keys for the network's player (vendors.md §3.4). A key made of chat and start time is what
 *  keeps a resent step from starting the same dialogue twice: Chatterfy sends no id of its own. Custom fields come as `fields.x` or, in the page's
 *  other spelling, `details.x`. */
export function readChatterfy(connection: ConnectionOf<"chatterfy">, incoming: Incoming): NewEvent {
  const sent = openFields(connection, incoming);
  const given = (name: string): boolean => (peek(sent, name)?.value ?? "").trim() !== "";
  const told = readEventName(incoming.pathEvent ?? peek(sent, "event")?.value ?? "");
  const isStart = (told === null || told.type === "bot_start") && DIALOGUE_START.some(given);
  const hasStep = STEP.some(given);
  const read = readGeneric(connection, incoming, {
    sent,
    fallback: () => ({ type: isStart ? "bot_start" : "identify", named: null }),
    timeNames: isStart ? DIALOGUE_START : [],
    claimNames: { player_id: ["trader_id", "traider_id"] },
    tidPerClick: true,
  });
  const fields = Object.entries(read.fields).map(([name, value]) => [name.replace(/^details\./, ""), value] as const);
  const event = { ...read, fields: Object.fromEntries(fields) };
  if (!isStart || hasStep || event.type !== "bot_start" || event.key !== null || event.eventAt === null) return event;
  const chat = event.identifiers.find(({ type }) => type === "telegram_id");
  return chat ? { ...event, key: `start:${chat.value}:${event.eventAt}` } : event;
}
