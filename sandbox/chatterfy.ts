/** Chatterfy's two addresses (vendors.md §3.1–3.2, vectors 24–25); the uuid in the path is the only auth. Reply bodies are undocumented: success is any 2xx.
 *  The lies: a lead without a known clickid still gets 200, and a field that the bot does not have is dropped in silence. */
import { demo } from "./demo.ts";
import { fieldsOf, listOf, textOf } from "./kit/values.ts";
import { json } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

type Dialog = { stepId: string; status: string; fields: Record<string, string> };
type Lead = { events: Record<string, string>[]; fields: Record<string, string> };
type Bot = { leads: Map<string, Lead>; dialogs: Map<string, Dialog>; untracked: string[] };

const STATUSES = ["", "auto", "manual", "blocked"];
const KNOWN_FIELDS: readonly string[] = demo.chatterfy.fields;

function prefixed(query: Record<string, string>, prefix: string): Record<string, string> {
  const named = Object.entries(query).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length), value]));
}

function existingFields(query: Record<string, string>): Record<string, string> {
  const sent = { ...prefixed(query, "details."), ...prefixed(query, "fields.") };
  return Object.fromEntries(Object.entries(sent).filter(([name]) => KNOWN_FIELDS.includes(name)));
}

function trackerPostback(query: Record<string, string>, bot: Bot): SandboxReply {
  const clickid = query["clickid"] ?? "";
  const lead = bot.leads.get(clickid);
  if (lead === undefined) {
    bot.untracked.push(clickid);
    return json({ success: true });
  }
  const event = prefixed(query, "tracker.");
  const name = event["event"] ?? "";
  const before = lead.events.filter((earlier) => earlier["event"] === name).length;
  const matches = name === "resale" && before > 0 ? `resale#${before + 1}` : name;
  lead.events.push({ ...event, matches });
  Object.assign(lead.fields, existingFields(query));
  return json({ success: true });
}

/** A chat that has not started a dialog yet may be preset. */
function updateDialog(query: Record<string, string>, bot: Bot): SandboxReply {
  const chatId = query["chatId"] ?? "";
  const status = query["status"] ?? "";
  if (!/^-?\d+$/.test(chatId)) return json({ success: false, message: "chatId is required" }, 400);
  if (!STATUSES.includes(status)) return json({ success: false, message: "unknown status" }, 400);
  const dialog = bot.dialogs.get(chatId) ?? { stepId: "", status: "auto", fields: {} };
  bot.dialogs.set(chatId, {
    stepId: query["stepId"] ?? dialog.stepId,
    status: status === "" ? dialog.status : status,
    fields: { ...dialog.fields, ...existingFields(query) },
  });
  return json({ success: true });
}

function botPostback(query: Record<string, string>, bot: Bot): SandboxReply {
  const { chat_id: chatId = "", step_id: stepId, ...rest } = query;
  const step: Record<string, string> = stepId === undefined ? {} : { stepId };
  return updateDialog({ ...rest, ...step, chatId }, bot);
}

function answer(request: SandboxRequest, bot: Bot): SandboxReply {
  if (request.method !== "GET") return json({ message: "Method Not Allowed" }, 405);
  const { postback_id, webhook_id } = demo.chatterfy;
  switch (request.path) {
    case `/api/postbacks/${postback_id}/tracker-postback`:
      return trackerPostback(request.query, bot);
    case `/api/postbacks/${postback_id}/bot-postback`:
      return botPostback(request.query, bot);
    case `/api/bots/webhooks/${webhook_id}/updateDialog`:
      return updateDialog(request.query, bot);
    default:
      return json({ message: "Not Found" }, 404);
  }
}

/** `{clickids: ["…"]}`: leads that came through a tracker campaign. */
function seed(input: unknown, bot: Bot): void {
  for (const clickid of listOf(fieldsOf(input)["clickids"]).map(textOf)) bot.leads.set(clickid, { events: [], fields: {} });
}

export const chatterfy: Vendor<Bot> = {
  open: () => ({
    leads: new Map([[demo.person.clickid, { events: [], fields: {} }]]),
    dialogs: new Map(),
    untracked: [],
  }),
  answer,
  seed,
};
