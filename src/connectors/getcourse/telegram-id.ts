/** `update_telegram_id`: which request writes both custom fields, and which of the seed's answers a verdict is. The caller
 *  sends the plan and follows `next` until there is a verdict, all within its ten seconds. */
import type { ConnectionOf } from "../../domain/config.ts";
import { type Result, err, ok } from "../../lib/result.ts";
import type { Plan, PrepareInput, Unpreparable, Verdict } from "../connector.ts";
import { NO_EVENT } from "../event-view.ts";
import { chatiumPlan } from "./chatium.ts";
import { apiOf } from "./destination.ts";
import { importPlan } from "./legacy.ts";
import { writeFieldsPlan } from "./tech.ts";

/** The caller's words, trimmed and none of them empty. Nothing of ours is looked up for them. */
export type TelegramIdInput = {
  readonly school: ConnectionOf<"getcourse">;
  /** The Salebot project the call came from: it names the field when the configuration does not. */
  readonly project: string;
  readonly email: string;
  readonly telegramId: string;
  readonly salebotId: string;
  readonly now: number;
};

/** What the account calls the two fields, by the identifier that each of them holds. */
export const telegramIdTitles = ({ fields }: Pick<TelegramIdInput["school"], "fields">, project: string) => ({
  telegram_id: fields["telegram_id"] ?? "telegram_id",
  client_id: fields["salebot_id"] ?? fields["sb_id"] ?? `sb_${project}_id`,
});

/** The same three APIs as `set_fields`, but the addressee is who the caller named, not a person of ours: a bot may write about someone we never saw. */
export function telegramIdPlan(input: TelegramIdInput): Result<Plan, Unpreparable> {
  const { school, email, telegramId, salebotId } = input;
  const titles = telegramIdTitles(school, input.project);
  const fields = [
    [titles.telegram_id, telegramId],
    [titles.client_id, salebotId],
  ] as const;
  const target = prepareInput(input);
  switch (apiOf(school)) {
    case "tech": {
      const plan = writeFieldsPlan(target, [{ email }], fields);
      return plan && school.dev_key ? ok(plan) : err({ reason: "not_configured: dev_key" });
    }
    case "chatium":
      return school.chatium_url
        ? ok(chatiumPlan(target, school.chatium_url, { email, telegram_id: telegramId, sb_id: salebotId }))
        : err({ reason: "not_configured: chatium_url" });
    case "legacy": {
      const params = { user: { email, addfields: Object.fromEntries(fields) }, system: { refresh_if_exists: 1 } };
      return school.api_key ? ok(importPlan(target, "users", params)) : err({ reason: "not_configured: api_key" });
    }
  }
}

/** The seed's error for a verdict, null = success. Whatever the seed has no word for, it calls `internal_error`. */
export function seedError(verdict: Verdict): string | null {
  if (verdict.outcome === "delivered") return null;
  if (verdict.outcome !== "dead") return "internal_error";
  const word = verdict.reason.split(": ")[0] ?? "";
  return word === "user_not_found" || /^field_.+_not_found$/.test(word) ? word : "internal_error";
}

/** Connectors take a person and an event; this call has neither, so they are told what the caller told. */
function prepareInput(input: TelegramIdInput): PrepareInput<"getcourse"> {
  const identifier = (type: "email" | "telegram_id", value: string) => ({
    type,
    scope: "",
    value,
    proof: "claimed",
    lastSeen: 0,
  });
  return {
    connection: input.school,
    parameters: {},
    person: {
      id: "",
      key: "",
      identifiers: [identifier("email", input.email), identifier("telegram_id", input.telegramId)],
      traits: {},
    },
    event: NO_EVENT,
    deliveryId: "",
    now: input.now,
  };
}
