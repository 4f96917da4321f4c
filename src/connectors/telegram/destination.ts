/** Telegram: `sendMessage` (core.telegram.org/bots/api, read 2026-11; vendors.md §5.3). Link previews are off: a preview would fetch a login link
 *  before its owner does. Telegram is honest, its status repeats `error_code`; a flood answer names the seconds to wait, a group that became a
 *  supergroup its new id. */
import { newestOf } from "../../domain/person-value.ts";
import { err, ok } from "../../lib/result.ts";
import type { Action, Destination, Plan, PrepareInput, Reply, Verdict } from "../connector.ts";
import { isCutJson, judgingOf, parsedBody } from "../replies.ts";
import { jsonRequest, textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";

const BASE = "https://api.telegram.org";

/** To the person's private chat. 403 says that the person blocked the bot: dead, never retried (vendors.md §5.3). */
const sendMessage: Action<"telegram"> = (input) => {
  const chatId = newestOf(input.person, "telegram_id");
  if (!input.connection.bot_token) return err({ reason: "not_configured: bot_token" });
  if (chatId === null) return err({ reason: "no_address: the person has no Telegram id" });
  return ok(planTo(input, chatId, false));
};

/** `moved`: the chat id is the one Telegram itself named, so a second move is an error and not a chase. */
function planTo(input: PrepareInput<"telegram">, chatId: string, moved: boolean): Plan {
  const { parameters, connection } = input;
  const rows = keyboard(parameters["buttons"]);
  const body = {
    chat_id: chatId,
    text: textOf(parameters["text"]) ?? "",
    ...(parameters["parse_mode"] === undefined ? {} : { parse_mode: parameters["parse_mode"] }),
    link_preview_options: { is_disabled: true },
    ...(rows.length === 0 ? {} : { reply_markup: { inline_keyboard: rows } }),
    ...(parameters["disable_notification"] === true ? { disable_notification: true } : {}),
    ...(parameters["protect_content"] === true ? { protect_content: true } : {}),
  };
  // The token holds a colon that the vendor expects unencoded.
  const token = encodeURI((connection.bot_token ?? "").trim());
  const url = `${(connection.base_url ?? BASE).replace(/\/+$/, "")}/bot${token}/sendMessage`;
  return {
    request: jsonRequest(url, body),
    judge: (reply) => judge(input, reply, moved ? null : (to) => planTo(input, to, true)),
  };
}

/** Rows of inline buttons: `url` opens, `copy_text` copies the text to the clipboard, `callback_data` comes back to the bot. */
function keyboard(buttons: unknown): Record<string, unknown>[][] {
  if (!Array.isArray(buttons)) return [];
  return buttons.map((row) =>
    (Array.isArray(row) ? row : [row]).map((item) => {
      const { text, url, copy_text: copy, callback_data: callback } = recordOf(item);
      const act =
        copy === undefined ? (url === undefined ? { callback_data: callback } : { url }) : { copy_text: { text: copy } };
      return { text, ...act };
    }),
  );
}

/** `retry_after` in seconds is the only limit to go by: exact ones are not published (vendors.md §5.3). */
function judge(input: PrepareInput<"telegram">, reply: Reply, follow: ((chatId: string) => Plan) | null): Verdict {
  const judging = judgingOf(input);
  const parsed = parsedBody(reply.body);
  const body = recordOf(parsed);
  const code = Number(body["error_code"] ?? reply.status);
  const words = textOf(body["description"]) ?? "";
  const parameters = recordOf(body["parameters"]);
  if (reply.status === 0 || body["ok"] === undefined) return undescribed(judging, reply);
  if (body["ok"] === true) return { outcome: "delivered" };
  const movedTo = textOf(parameters["migrate_to_chat_id"]);
  if (movedTo !== null && follow) return { outcome: "next", plan: follow(movedTo) };
  const wait = Number(parameters["retry_after"]);
  if (code === 429) return judging.retry("rate_limited", words, Number.isFinite(wait) ? wait : null);
  if (code >= 500) return judging.retry(`http_${code}`, words);
  // 404 is Telegram's answer to a token of the wrong form.
  if (code === 401 || code === 404) return judging.dead("auth_failed", words);
  if (code === 403) return judging.dead("forbidden", words);
  return judging.dead("rejected", words);
}

/** No reply of Telegram's own making: a gateway in between, or a cut body. */
function undescribed(judging: ReturnType<typeof judgingOf>, reply: Reply): Verdict {
  const settled = judging.byStatus(reply);
  if (settled) return settled;
  return isCutJson(reply.body) ? judging.retry("unreadable_reply") : judging.dead("unreadable_reply", reply.body);
}

/** No look-up comes before: a private chat has the id of its person. */
export const telegramDestination = { send_message: sendMessage } satisfies Destination<"telegram">;
