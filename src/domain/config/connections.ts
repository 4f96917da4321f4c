/** The connection kinds of the configuration document: one strict schema each, so a misspelt field is an error with its path.
 *  `$NAME` anywhere in a connection is a Worker secret, resolved by `resolve.ts` before the rest of the program sees it. */
import * as z from "zod/mini";

const text = z.string().check(z.minLength(1), z.maxLength(2_000));
/** An address as copied from a page: Salebot's own documentation has a stray space inside its URL, so whitespace never counts. */
const address = z.pipe(
  text,
  z.transform((value: string) => value.replaceAll(/\s+/g, "")),
);
/** A bot's name as messengers show it: the `@` before it is part of no link and of no call. */
const botName = z.pipe(
  text,
  z.transform((value: string) => value.replace(/^@/, "")),
);
/** One live secret or two: the second is for rotation, while senders still use the first. */
const secretPair = z.union([
  z.pipe(
    text,
    z.transform((value: string) => [value]),
  ),
  z.array(text).check(z.minLength(1), z.maxLength(2)),
]);
/** Vendor ids are any string; numbers are taken as their text. */
const vendorId = z.union([
  text,
  z.pipe(
    z.number(),
    z.transform((value: number) => String(value)),
  ),
]);

/** What every kind has. `retry_seconds` sums to about 41 hours, longer than a weekend night's outage; `in_flight` ≤ 6 is the platform's limit of
 *  simultaneous connections per request (developers.cloudflare.com/workers/platform/limits, 2026-11). `base_url` replaces the vendor's host: forwarders and tests. */
const common = {
  name: z.optional(text),
  disabled: z.optional(z.boolean()),
  base_url: z.optional(address),
  timeout_ms: z._default(z.int().check(z.gte(1), z.lte(30_000)), 10_000),
  retry_seconds: z._default(
    z.array(z.number().check(z.gte(0), z.lte(604_800))).check(z.maxLength(30)),
    [5, 30, 120, 600, 3600, 14400, 43200, 86400],
  ),
  rate: z.optional(z.strictObject({ per_second: z.number().check(z.gt(0), z.lte(10_000)) })),
  in_flight: z._default(z.int().check(z.gte(1), z.lte(6)), 6),
  auth: z.optional(z.array(z.enum(["token", "signature", "telegram"])).check(z.minLength(1))),
  token: z.optional(secretPair),
  secret: z.optional(secretPair),
  mapping: z._default(z.record(z.string(), text), {}),
  intake_rate: z.optional(z.strictObject({ per_second: z.number().check(z.gt(0), z.lte(100_000)) })),
  duplicates: z._default(z.enum(["update", "ignore", "new"]), "update"),
  click_issuer: z.optional(text),
  time_zone: z.optional(text),
  currency: z.optional(z.string().check(z.regex(/^[A-Za-z]{3,5}$/))),
};

/** `project` is the scope of `client_id`, which changes when a project is moved; `group`, the bot's user name, goes beside a
 *  messenger's own id where no client is known (vendors.md §2.1). `school`: the GetCourse connection whose users this bot's
 *  `update_telegram_id` writes. */
export const salebot = z.strictObject({
  ...common,
  kind: z.literal("salebot"),
  project: vendorId,
  group: z.optional(botName),
  api_key: z.optional(text),
  school: z.optional(text),
});
/** `account` is the school's real host: `*.getcourse.ru` redirects where a school has a domain of its own (vendors.md §1.2).
 *  `api` chooses how custom fields are written, absent = by what is configured; `fields` maps our names to the account's own
 *  titles, the import's only key (§1.1). */
export const getcourse = z.strictObject({
  ...common,
  kind: z.literal("getcourse"),
  account: address,
  api: z.optional(z.enum(["legacy", "tech", "chatium"])),
  api_key: z.optional(text),
  dev_key: z.optional(text),
  chatium_url: z.optional(address),
  fields: z._default(z.record(z.string(), text), {}),
});
/** `postback_id` and `webhook_id` are the uuids of the vendor's two addresses and their only proof; `field_prefix` is a setting
 *  because its page shows `fields.` and `details.` (vendors.md §3.1–3.2). */
export const chatterfy = z.strictObject({
  ...common,
  kind: z.literal("chatterfy"),
  postback_id: z.optional(text),
  webhook_id: z.optional(text),
  field_prefix: z._default(text, "fields"),
});
/** `business` is the scope of `person_id`, `bot_id` of `lead_id`. `token_header`: the vendor's page says `Authentication`,
 *  working code `Authorization` (vendors.md §4). */
export const metabot = z.strictObject({
  ...common,
  kind: z.literal("metabot"),
  bot_id: vendorId,
  business: z.optional(vendorId),
  alias: z.optional(text),
  api_token: z.optional(text),
  token_header: z._default(z.string().check(z.regex(/^[A-Za-z0-9-]{1,80}$/, "a header name")), "Authorization"),
});
/** `bot_token` writes, `secret_token` comes back in a header of every update and proves it (vendors.md §5.1). `username` is for
 *  links. */
export const telegram = z.strictObject({
  ...common,
  kind: z.literal("telegram"),
  bot_token: z.optional(text),
  secret_token: z.optional(secretPair),
  username: z.optional(botName),
});
/** `url` is the tracker's origin; `postback_key` stands in the path and proves us (vendors.md §6.1). Without it the connection
 *  only listens. */
export const keitaro = z.strictObject({ ...common, kind: z.literal("keitaro"), url: address, postback_key: z.optional(text) });
/** Only a source: networks take postbacks from trackers, not from us. `network` is the scope of its players, so that two
 *  connections of one network know the same player. */
export const network = z.strictObject({ ...common, kind: z.literal("network"), network: text });
/** `return_to` is compared byte for byte; `trusted_links: true` allows links without a PIN, for sites where a forwarded link does no harm. */
export const site = z.strictObject({
  ...common,
  kind: z.literal("site"),
  origin: address,
  return_to: z._default(z.array(address), []),
  bot: z.optional(text),
  webhook_url: z.optional(address),
  bot_may_register: z._default(z.boolean(), false),
  trusted_links: z._default(z.boolean(), true),
  brand: z.optional(
    z.strictObject({
      name: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
      logo: z.optional(z.string().check(z.maxLength(1_200))),
      accent: z.optional(z.string().check(z.regex(/^#[0-9a-fA-F]{6}$/))),
      legal: z.optional(
        z.strictObject({
          text: z.string().check(z.minLength(1), z.maxLength(160)),
          url: z.optional(z.string().check(z.maxLength(160), z.regex(/^https?:\/\/\S+$/))),
        }),
      ),
    }),
  ),
});
/** Whatever has no kind of its own, both ways. `headers` hold its secrets and go to its own origin only
 *  (`connectors/http/destination.ts`). */
export const http = z.strictObject({
  ...common,
  kind: z.literal("http"),
  url: z.optional(address),
  headers: z._default(z.record(z.string(), z.string()), {}),
});

/** Told apart by `kind`, so a mistake is named by the fields of that kind and not of all of them. */
export const connection = z.discriminatedUnion("kind", [
  salebot,
  getcourse,
  chatterfy,
  metabot,
  telegram,
  keitaro,
  network,
  site,
  http,
]);
