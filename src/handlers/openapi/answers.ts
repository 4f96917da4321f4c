/** Shapes of answers. Nothing is judged by them at run time; the tests hold real answers to them. */
import * as z from "zod/mini";

const text = z.string();
const maybe = <T extends z.ZodMiniType>(schema: T) => z.nullable(schema);
const may = <T extends z.ZodMiniType>(schema: T) => z.optional(schema);
const texts = z.record(text, text);
const unknowns = z.record(text, z.unknown());
const count = z.int();

export const listOf = (item: z.ZodMiniType) => z.object({ items: z.array(item), next_cursor: maybe(text) });

export const problemDocument = z.object({
  type: text,
  title: text,
  status: count,
  reason: text,
  detail: may(text),
  request_id: text,
  errors: may(z.array(z.object({ path: text, message: text }))),
});

export const stored = z.object({
  id: text,
  status: z.enum(["accepted", "duplicate", "quarantined", "preview"]),
  cause: may(text),
  field: may(text),
});

export const seedAnswer = z.union([z.object({ success: z.literal(true) }), z.object({ success: z.literal(false), error: text })]);

export const imported = z.object({
  accepted: count,
  duplicate: count,
  quarantined: count,
  preview: count,
  errors: z.array(z.object({ line: count, reason: text })),
});

export const issuedLink = z.object({
  buid: text,
  url: text,
  pin: maybe(text),
  pin_expires_at: maybe(text),
  expires_at: text,
  messages: z.object({ telegram: unknowns, salebot: text }),
});

export const revoked = z.object({ revoked: count });
export const mergeLink = z.object({ url: text, token: text, expires_at: text });
export const transaction = z.object({ txn: text, url: text, deep_link: maybe(text), expires_at: text });
export const mapped = z.object({ status: z.enum(["linked", "unchanged", "kept", "relinked"]) });
export const unlinked = z.object({ status: z.literal("unlinked") });
export const mapping = z.object({ user_id: text, linked_at: text });
export const queued = z.object({ id: text });

const contact = z.object({ value: text, proof: text });

export const authorized = z.object({
  status: z.enum([
    "authorized",
    "already_authorized",
    "conflict",
    "conflict_other",
    "link_required",
    "registration_required",
    "confirmation_required",
  ]),
  user_id: may(text),
  linked_user_id: may(text),
  also_linked: may(z.boolean()),
  options: may(z.array(z.enum(["keep", "relink"]))),
  buid: text,
  method: z.enum(["pin", "trusted_link"]),
  profile: z.record(text, z.union([text, contact])),
});

/** What we post to a site's `webhook_url` when a mapping changed. */
export const mappingNews = z.object({
  type: z.enum(["mapping.created", "mapping.moved", "mapping.deleted"]),
  data: z.object({ user_id: maybe(text), previous_user_id: may(text), by: text, at: text }),
});

const touch = z.object({
  at: text,
  source: text,
  link: maybe(text),
  utm_source: maybe(text),
  utm_campaign: maybe(text),
  utm_content: maybe(text),
});

export const card = z.object({
  id: text,
  key: text,
  state: z.enum(["anon", "known"]),
  identifiers: z.array(
    z.object({
      type: text,
      scope: text,
      value: text,
      proof: z.enum(["proved", "native", "claimed", "inferred"]),
      first_seen: text,
      last_seen: text,
      by_operator: z.boolean(),
    }),
  ),
  stages: texts,
  net: text,
  first_touch: maybe(touch),
  last_touch: maybe(touch),
  first_seen: text,
  last_seen: text,
  referred_by: maybe(text),
  merged: z.array(text),
  profile: texts,
});

export const person = z.object({ person: card });

export const timelineEntry = z.object({
  event_id: text,
  type: text,
  at: text,
  received_at: text,
  connection: text,
  label: may(text),
  amount: may(text),
  currency: may(text),
  order: may(text),
  tid: may(text),
  link: may(text),
  status: text,
  counted: z.boolean(),
  flags: z.array(text),
  via: maybe(text),
  why: text,
});

const eventMembers = {
  id: text,
  status: text,
  connection: text,
  type: text,
  received_at: text,
  at: maybe(text),
  person_id: maybe(text),
  cause: maybe(text),
  field: maybe(text),
  label: maybe(text),
  amount: maybe(text),
  currency: maybe(text),
  flags: z.array(text),
  outcome: text,
};
export const event = z.object(eventMembers);

export const delivery = z.object({
  id: text,
  event_id: maybe(text),
  person_id: maybe(text),
  connection: text,
  action: text,
  status: z.enum(["queued", "retrying", "delivered", "dead", "cancelled"]),
  reason: maybe(text),
  generation: count,
  created_at: text,
  next_attempt_at: maybe(text),
  settled_at: maybe(text),
  replayed_at: maybe(text),
  attempts: z.array(z.object({ at: text, status: maybe(count), outcome: text, reply: maybe(text), generation: count })),
});

export const story = z.object({
  ...eventMembers,
  bound_at: maybe(text),
  via: maybe(text),
  tid: maybe(text),
  order: maybe(text),
  raw: z.unknown(),
  normalised: z.unknown(),
  trace: z.array(text),
  steps: z.array(unknowns),
  deliveries: z.array(delivery),
});

export const replayedEvent = z.object({
  id: text,
  deliveries: z.array(z.object({ id: text, generation: may(count), reason: may(text) })),
});
export const replayed = z.object({ id: text, generation: count, status: z.literal("queued") });
export const cancelled = z.object({ id: text, status: text, detail: may(text) });

export const recovery = z.object({
  id: text,
  connection: text,
  since: text,
  per_second: z.number(),
  deliveries: count,
  replayed: count,
  status: z.enum(["running", "finished"]),
});

export const openProblem = z.object({
  id: text,
  kind: text,
  cause: text,
  count,
  connection: may(text),
  persons: may(z.array(text)),
  identifier: may(z.object({ type: maybe(text), scope: text, value: text })),
  field: may(text),
  event_id: may(text),
  first_at: text,
  last_at: text,
});

export const decided = z.object({ persons: z.array(text), person: maybe(text), lifted_keep_apart: may(z.literal(true)) });

export const erasure = z.object({
  id: text,
  person_id: text,
  erased_at: text,
  basis: text,
  operator: text,
  scope: z.array(text),
  counts: z.record(text, z.number()),
  method: text,
  copies: text,
});

export const savedConfig = z.object({ version: count });
export const configVersions = listOf(z.object({ version: count, author: text, note: text, created_at: text }));
export const shared = z.object({ url: text });
export const health = z.object({ ok: z.literal(true), version: text });

/** The report's own members are told in docs; their values are text, numbers and lists. */
export const report = z.object({
  range: unknowns,
  cohort: count,
  intake: z.record(text, count),
  stages: z.array(unknowns),
  sources: z.array(unknowns),
  money: unknowns,
  time_to_sale: z.object({ median_minutes: maybe(z.number()), p90_minutes: maybe(z.number()) }),
  times: unknowns,
  weeks: z.array(unknowns),
  clicks: unknowns,
});
