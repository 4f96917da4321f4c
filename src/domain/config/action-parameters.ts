/** What each action takes in `with`, checked when a configuration is saved: a misspelt parameter is an error with its path, not a message that
 *  silently lacks its text. Any text may be a template, so numbers and words with a fixed list are accepted as templates too. */
import * as z from "zod/mini";
import type { Kind } from "../config.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const text = z.string().check(z.minLength(1, "must not be empty"), z.maxLength(20_000, "is longer than 20000 characters"));
const textOrNumber = z.union([text, z.number()]);
const scalars = z.record(z.string().check(z.minLength(1)), scalar);
const json = z.record(z.string(), z.unknown());
const TEMPLATED = /\{.+\}/;
const word = (pattern: RegExp, expected: string) =>
  z.string().check(z.refine((value) => TEMPLATED.test(value) || pattern.test(value), expected));

const scheduling = { time_shift: z.optional(textOrNumber), send_time: z.optional(text) };
const session = z.optional(scalars);
const userFields = { user: z.optional(scalars), fields: z.optional(scalars), session, groups: z.optional(z.array(text)) };

const button = z.strictObject({
  text,
  url: z.optional(text),
  copy_text: z.optional(text),
  callback_data: z.optional(text),
});

/** Schemas of `with` by kind and action name. */
export const ALL_PARAMETERS: Readonly<Record<Kind, Readonly<Record<string, z.ZodMiniType>>>> = {
  getcourse: {
    upsert_user: z.strictObject(userFields),
    set_fields: z.strictObject({ fields: scalars }),
    // The deal's own fields stand at the top level or under `deal`; GetCourse adds fields without notice, so their names are not judged.
    upsert_deal: json,
  },
  salebot: {
    callback: z.catchall(z.object({ message: text }), scalar),
    tg_callback: z.catchall(z.object({ message: text }), scalar),
    message: z.strictObject({
      message: text,
      message_id: z.optional(textOrNumber),
      attachment_type: z.optional(word(/^(image|video|link|file|audio)$/, "one of: image, video, link, file, audio")),
      attachment_url: z.optional(text),
      buttons: z.optional(z.unknown()),
      ...scheduling,
    }),
    broadcast: z.strictObject({ message: text, shift: z.optional(textOrNumber) }),
    save_variables: z.strictObject({ variables: scalars }),
  },
  chatterfy: {
    tracker_postback: z.strictObject({ event: text, fields: z.optional(scalars), tracker: z.optional(scalars) }),
    update_dialog: z.strictObject({
      step_id: z.optional(text),
      status: z.optional(word(/^(auto|manual|blocked)$/i, "one of: auto, manual, blocked")),
      fields: z.optional(scalars),
    }),
  },
  metabot: {
    call: z.strictObject({ params: z._default(json, {}), alias: z.optional(text) }),
    run_script: z.strictObject({
      params: z._default(json, {}),
      script_code: z.optional(text),
      script_id: z.optional(textOrNumber),
      run_after_sec: z.optional(textOrNumber),
      run_at: z.optional(text),
      add_tags: z.optional(z.array(text)),
      remove_tags: z.optional(z.array(text)),
    }),
  },
  telegram: {
    send_message: z.strictObject({
      text,
      parse_mode: z.optional(z.enum(["HTML", "MarkdownV2"])),
      buttons: z.optional(z.array(z.union([button, z.array(button)]))),
      disable_notification: z.optional(z.boolean()),
      protect_content: z.optional(z.boolean()),
    }),
  },
  keitaro: { postback: z.catchall(z.object({ status: text }), scalar) },
  network: {},
  site: { webhook: z.strictObject({ type: text, data: z.optional(z.unknown()) }) },
  http: {
    request: z.strictObject({
      method: z.optional(word(/^(GET|POST|PUT|PATCH|DELETE)$/i, "one of: GET, POST, PUT, PATCH, DELETE")),
      url: z.optional(text),
      headers: z.optional(scalars),
      body: z.optional(z.unknown()),
    }),
  },
};

/** Schemas of `with` by action name, without the kind. */
export const actionParameters = (kind: Kind): Readonly<Record<string, z.ZodMiniType>> => ALL_PARAMETERS[kind];
