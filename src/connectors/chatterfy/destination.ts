/** Chatterfy: tracker postbacks by click id and `updateDialog` by Telegram chat id (help.chatterfy.ai, read 2026-11; vendors.md §3.1–3.2). The uuid
 *  in the path is the only proof; reply bodies are not documented. The page shows both `fields.` and `details.` for updateDialog, so its prefix
 *  is a setting. */
import { newestOf } from "../../domain/person-value.ts";
import { err, ok } from "../../lib/result.ts";
import { clickOf } from "../click.ts";
import type { Action, Destination } from "../connector.ts";
import { undocumentedPlan } from "../replies.ts";
import { endpoint, getRequest, textOf, textsOf } from "../requests.ts";

const TRACKER = "https://api.chatterfy.ai";
const DIALOGS = "https://app.chatterfy.ai";

/** The only way to tell Chatterfy about money: its Auto Actions fire on `tracker.event` (`registration`, `sale`, `resale`, `resale#2` …). A lead from
 *  outside a campaign has no click id and cannot be reached here at all, only by `updateDialog` (vendors.md §3.1). */
const trackerPostback: Action<"chatterfy"> = (input) => {
  const { connection, parameters, event } = input;
  const clickid = clickOf(input);
  if (!connection.postback_id) return err({ reason: "not_configured: postback_id" });
  if (clickid === null) return err({ reason: "no_address: the person has no click id of this bot" });
  const url = endpoint(connection.base_url ?? TRACKER, "api", "postbacks", connection.postback_id, "tracker-postback");
  // Which of two equal parameters the vendor believes is not documented, so the rule's replaces the event's: a withdrawal is told by a negative cost.
  const tracker = {
    event: textOf(parameters["event"]),
    cost: event.amount,
    currency: event.amount === null ? null : (event.currency?.toLowerCase() ?? null),
    tid: event.tid,
    ...Object.fromEntries(textsOf(parameters["tracker"])),
  };
  const request = getRequest(url, [
    ["clickid", clickid],
    ...Object.entries(tracker).map(([name, value]) => [`tracker.${name}`, value] as const),
    ...textsOf(parameters["fields"]).map(([name, value]) => [`fields.${name}`, value] as const),
  ]);
  return ok(undocumentedPlan(input, request));
};

/** Keyed by Telegram chat id, also for a chat that has not begun yet. `status` is `auto`, `manual` or `blocked`; the interface shows them capitalised,
 *  the call takes lower case (vendors.md §3.2). */
const updateDialog: Action<"chatterfy"> = (input) => {
  const { connection, parameters, person } = input;
  const chatId = newestOf(person, "telegram_id");
  if (!connection.webhook_id) return err({ reason: "not_configured: webhook_id" });
  if (chatId === null) return err({ reason: "no_address: the person has no Telegram id" });
  const url = endpoint(connection.base_url ?? DIALOGS, "api", "bots", "webhooks", connection.webhook_id, "updateDialog");
  const request = getRequest(url, [
    ["chatId", chatId],
    ["stepId", textOf(parameters["step_id"])],
    ["status", textOf(parameters["status"])?.toLowerCase() ?? null],
    ...textsOf(parameters["fields"]).map(([name, value]) => [`${connection.field_prefix}.${name}`, value] as const),
  ]);
  return ok(undocumentedPlan(input, request));
};

/** Both are GETs whose reply no page describes (vendors.md §3.1–3.2): a 2xx counts, unless its JSON plainly says no. */
export const chatterfyDestination = {
  tracker_postback: trackerPostback,
  update_dialog: updateDialog,
} satisfies Destination<"chatterfy">;
