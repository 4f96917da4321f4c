/** The configuration document: the whole of what an operator decides, validated as one. Shapes only; what spans several fields (references,
 *  unique tokens, addresses, secrets) is judged in `judge.ts`. */
import * as z from "zod/mini";
import { connection } from "./connections.ts";

const id = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "an id is 1-64 of A-Z a-z 0-9 _ -"));
const decimal = z.string().check(z.regex(/^\d{1,12}(\.\d{1,8})?$/, 'a decimal string such as "90" or "90.5"'));
/** A rate of zero would count every payment of its currency as nothing, without a word; no rate at all is told in every report. */
const rate = decimal.check(z.refine((text) => Number(text) > 0, "a rate above zero"));
const utm = z.optional(z.string().check(z.maxLength(500)));

/** Where problems are told: a chat of a Telegram connection, or a request of an HTTP one (MAX, an e-mail service), whose body holds `{{text}}`. */
const alert = z.strictObject({
  to: z.string(),
  chat: z.optional(z.string().check(z.regex(/^(-?\d{1,20}|@\w{1,64})$/, "a chat id or @channel"))),
  body: z.optional(z.record(z.string(), z.unknown())),
});

/** `fx`: workspace currency per unit of the named one. `batch`: events bound per alarm, 20 by default for the free plan's 50 subrequests and 10 ms. */
export const workspace = z.strictObject({
  name: z._default(z.string().check(z.minLength(1), z.maxLength(200)), "Throughline"),
  time_zone: z._default(z.string(), "Europe/Moscow"),
  currency: z._default(z.string().check(z.regex(/^[A-Z]{3,5}$/, "an upper-case currency code")), "RUB"),
  locale: z._default(z.enum(["ru", "en"]), "ru"),
  privacy: z._default(z.enum(["sealed", "pseudonymous"]), "sealed"),
  fx: z._default(z.record(z.string().check(z.regex(/^[A-Z]{3,5}$/, "a currency code such as USD")), rate), {}),
  retention: z._default(
    z.strictObject({
      raw_days: z._default(z.int().check(z.gte(1), z.lte(400)), 30),
      event_days: z._default(z.int().check(z.gte(30), z.lte(3_650)), 400),
      waiting_days: z._default(z.int().check(z.gte(7), z.lte(180)), 90),
    }),
    { raw_days: 30, event_days: 400, waiting_days: 90 },
  ),
  alerts: z._default(z.array(alert).check(z.maxLength(10)), []),
  batch: z._default(z.int().check(z.gte(1), z.lte(100)), 20),
});

/** `to` holds `{click}` where the click id goes; `clickids`: query parameter → connection that issued its values. */
export const link = z.strictObject({
  to: z.string().check(z.minLength(1), z.maxLength(4_000)),
  utm_source: utm,
  utm_medium: utm,
  utm_campaign: utm,
  utm_content: utm,
  utm_term: utm,
  clickids: z._default(z.record(z.string(), z.string()), {}),
  cookie: z._default(z.boolean(), false),
  costs: z._default(z.array(z.strictObject({ day: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)), amount: decimal })), []),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const action = z.strictObject({ to: z.string(), action: z.string(), with: z._default(z.record(z.string(), z.unknown()), {}) });
/** Conditions of `if` must all hold; a list means any of its values. The same goes for `on` and `from`. */
export const rule = z.strictObject({
  name: z.optional(z.string().check(z.maxLength(200))),
  on: z.union([z.string().check(z.minLength(1)), z.array(z.string().check(z.minLength(1))).check(z.minLength(1))]),
  from: z.optional(z.union([z.string(), z.array(z.string())])),
  if: z.optional(z.record(z.string(), z.union([scalar, z.array(scalar)]))),
  do: z.array(action).check(z.minLength(1), z.maxLength(20)),
  disabled: z.optional(z.boolean()),
});

/** At most 500 rules, since every one is looked at for every event. Ids go into addresses and SQL paths, hence their few
 *  characters. */
export const configDocument = z.strictObject({
  $schema: z.optional(z.string()),
  workspace: z.prefault(workspace, {}),
  connections: z._default(z.record(id, connection), {}),
  links: z._default(z.record(id, link), {}),
  variables: z._default(z.record(z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,100}$/)), z.string().check(z.maxLength(5_000))), {}),
  rules: z._default(z.array(rule).check(z.maxLength(500)), []),
});

/** After parsing: defaults filled in, `$NAME`s still in place. This is what may be stored and shown; `Config` with resolved secrets may not. */
export type ConfigDocument = z.infer<typeof configDocument>;
