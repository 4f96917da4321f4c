/** Telegram's Bot API, `/bot{token}/{method}` (vendors.md §5.3, vector 33): parameters as JSON, form or query. Unlike the others it is honest: the status
 *  repeats `error_code`. Three chats fail by their number, see `demo.ts`. */
import { demo } from "./demo.ts";
import { fieldsOf, listOf, sentFields, textOf } from "./kit/values.ts";
import type { Fields } from "./kit/values.ts";
import { json } from "./kit/wire.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./kit/wire.ts";

type Message = { message_id: number; at: number; chat_id: string; text: string; sent: Fields };
type Bot = { messages: Message[]; webhook: Fields; blocked: Set<string>; floodUntil: number };

const FLOOD_SECONDS = 5;
const SUPERGROUP = -100_400_400_400;

const ok = (result: unknown) => json({ ok: true, result });

function fail(code: number, description: string, parameters?: Fields): SandboxReply {
  const body = { ok: false, error_code: code, description };
  return json(parameters === undefined ? body : { ...body, parameters }, code);
}

/** The wait counts from the first refusal and is not lengthened by tries during it. */
function flooded(bot: Bot, now: number): SandboxReply | null {
  if (bot.floodUntil === 0) bot.floodUntil = now + FLOOD_SECONDS * 1000;
  if (now >= bot.floodUntil) return null;
  const seconds = Math.ceil((bot.floodUntil - now) / 1000);
  return fail(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
}

function sendMessage(sent: Fields, bot: Bot, at: number): SandboxReply {
  const chat_id = textOf(sent["chat_id"]);
  const text = textOf(sent["text"]);
  if (chat_id === "") return fail(400, "Bad Request: chat_id is empty");
  if (!/^(-?\d+|@\w+)$/.test(chat_id)) return fail(400, "Bad Request: chat not found");
  if (text === "") return fail(400, "Bad Request: message text is empty");
  if (text.length > 4096) return fail(400, "Bad Request: message is too long");
  if (bot.blocked.has(chat_id)) return fail(403, "Forbidden: bot was blocked by the user");
  if (chat_id === demo.telegram.migrated_chat) {
    const where = { migrate_to_chat_id: SUPERGROUP };
    return fail(400, "Bad Request: group chat was upgraded to a supergroup chat", where);
  }
  const refusal = chat_id === demo.telegram.flooded_chat ? flooded(bot, at) : null;
  if (refusal !== null) return refusal;
  const message_id = bot.messages.length + 1;
  bot.messages.push({ message_id, at, chat_id, text, sent });
  const chat = { id: Number(chat_id), type: "private" };
  return ok({ message_id, date: Math.floor(at / 1000), chat, text });
}

function answer(request: SandboxRequest, bot: Bot): SandboxReply {
  const [token = "", method = ""] = request.segments;
  if (token !== `bot${demo.telegram.bot_token}`) return fail(401, "Unauthorized");
  const sent = sentFields(request);
  switch (method.toLowerCase()) {
    case "sendmessage":
      return sendMessage(sent, bot, request.at);
    case "getme":
      return ok({ id: 123456, is_bot: true, first_name: "Demo", username: demo.telegram.bot });
    case "setwebhook":
      bot.webhook = sent;
      return ok(true);
    case "deletewebhook":
      bot.webhook = {};
      return ok(true);
    case "getwebhookinfo":
      return ok({ url: textOf(bot.webhook["url"]), pending_update_count: 0 });
    case "answercallbackquery":
    case "editmessagetext":
    case "editmessagereplymarkup":
    case "deletemessage":
      return ok(true);
    default:
      return fail(404, "Not Found");
  }
}

export const telegram: Vendor<Bot> = {
  open: () => ({
    messages: [],
    webhook: {},
    blocked: new Set<string>([demo.telegram.blocked_chat]),
    floodUntil: 0,
  }),
  answer,
  /** `{blocked: ["chat id"]}`. */
  seed: (input, bot) => {
    for (const chat of listOf(fieldsOf(input)["blocked"])) bot.blocked.add(textOf(chat));
  },
};
