/** Fields of the login API as senders really write them: a Salebot block sends every value as text, an unset variable as "" or as its own
 *  placeholder. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type ConnectionOf, isKind } from "../domain/config.ts";
import { readIdentifierValue } from "../domain/normalise/identifier.ts";
import type { Caller } from "../flows/verify-caller.ts";

/** Control characters would split headers and log lines wherever the value goes. */
const clean = z.refine<string>((text) => !/\p{Cc}/u.test(text), "holds control characters");

/** A JSON number is taken as its digits; one beyond exact integers was spoiled by the sender's own JSON and is refused by `z.int`. */
export const idText = z.union([
  z.string().check(z.minLength(1), z.maxLength(255), clean),
  z.pipe(
    z.int(),
    z.transform((value: number) => String(value)),
  ),
]);

/** A site's user as the person graph reads her too, or null when it is nobody: PHP's 0, a printed null, "guest", a template that was not filled in.
 *  Two guests must never be one user; spaces around and invisible characters make no other user. */
export const readUserId = (given: string | null | undefined): string | null => readIdentifierValue("user_id", given ?? "");

/** An id that may be absent: "", null and placeholders are read as absent later. */
const looseId = z.optional(z.nullable(z.union([z.string().check(z.maxLength(255), clean), z.int()])));

/** Absent, null, "" and placeholders are read as absent later, by `present`. */
export const looseText = (most: number) => z.optional(z.nullable(z.string().check(z.maxLength(most), clean)));

/** A whole number within limits, also as text; an unset variable ("" or null) leaves the usual time. */
export const seconds = (most: number) =>
  z.optional(
    z.pipe(
      z.nullable(z.union([z.number(), z.string().check(z.regex(/^\d{0,6}$/, "a whole number of seconds"))])),
      z.transform((value: number | string | null, payload) => {
        if (value === null || value === "") return undefined;
        const given = Number(value);
        if (Number.isInteger(given) && given >= 1 && given <= most) return given;
        payload.issues.push({ code: "custom", message: `a whole number of seconds from 1 to ${most}`, input: value });
        return z.NEVER;
      }),
    ),
  );

/** Salebot sends every value as text, an unset one as ""; what is not set is not wished for. */
export const flag = z.pipe(
  z.nullable(z.union([z.boolean(), z.enum(["true", "false", ""])])),
  z.transform((value: boolean | "true" | "false" | "" | null) => value === true || value === "true"),
);

/** As it came: a buid's case matters (vendors.md §4.1), and a wrong one is no malformed one, or the answers would tell them
 *  apart. */
export const buidText = z.string().check(z.minLength(1), z.maxLength(64), clean);

/** Fields that name a messenger account. */
export const identityFields = {
  telegram_id: looseId,
  client_id: looseId,
  lead_id: looseId,
  person_id: looseId,
  chat_id: looseId,
  max_id: looseId,
  vk_id: looseId,
};

/** Where a bot serves several sites, or none, and names none. */
export const NO_SITE = { path: "site", message: "name one of the site connections" };
/** The path is one of several that would do. */
export const NO_ACCOUNT = { path: "telegram_id", message: "at least one native messenger id is required" };
/** The registered ones are not listed: the caller has them, anybody else need not. */
export const NO_RETURN = { path: "return_to", message: "is not one of the site's registered addresses" };

/** null for what an unset variable looks like: "", `{name}`, `#{name}`. */
export const present = (text: string | null | undefined): string | null =>
  text === undefined || text === null || text.trim() === "" || /^#?\{.*\}$/.test(text.trim()) ? null : text;

/** The site a bot means: the one it names, the one it serves, the only one. */
export function siteFor(ctx: Context, caller: Caller, named: string | null): ConnectionOf<"site"> | null {
  const sites = [...ctx.config.connections.values()].filter((connection) => isKind(connection, "site"));
  if (named !== null) return sites.find(({ id }) => id === named) ?? null;
  const served = sites.filter(({ bot }) => bot === caller.connection.id);
  const fitting = served.length > 0 ? served : sites;
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** Our public origin; only a local server without one takes the request's own. */
export const originOf = (ctx: Context, request: Request): string => ctx.settings.publicUrl ?? new URL(request.url).origin;
