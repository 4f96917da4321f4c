/** GetCourse's Tech API v1 (getcourse.ru/pl/postback/redoc, read 2026-11; vendors.md §1.4): custom fields by number, so a write is two requests, the
 *  first to learn the numbers. It creates nobody. Failures come by status or, under HTTP 200, as `status:false`, a `code` or `data.result:false`. */
import type { Plan, PrepareInput, Reply, Verdict } from "../connector.ts";
import { isCutJson, isTrue, judgingOf, parsedBody, wordsOf } from "../replies.ts";
import { getRequest, headerValue, jsonRequest, textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";
import { baseUrl } from "./legacy.ts";

type Input = PrepareInput<"getcourse">;

/** How the vendor knows the user: by e-mail or by its own number. */
export type User = { readonly email: string } | { readonly userId: string };

/** Writes custom fields by title: reads the user's fields, matches titles without case, updates by number. The first of `users` that is found counts. */
export function writeFieldsPlan(
  input: Input,
  users: readonly User[],
  fields: readonly (readonly [string, string])[],
): Plan | null {
  const [user, ...others] = users;
  if (!user) return null;
  const other = writeFieldsPlan(input, others, fields);
  return {
    request: getRequest(`${baseUrl(input)}/pl/api/v1/user/get-custom-fields`, Object.entries(user), proof(input)),
    judge: (reply) => {
      const read = judgeTech(input, reply, "user_not_found");
      if (read.outcome === "dead" && read.reason.startsWith("user_not_found") && other) return { outcome: "next", plan: other };
      if (read.outcome !== "delivered") return read;
      const numbers = fieldNumbers(recordOf(parsedBody(reply.body))["data"]);
      const customFields: Record<string, string> = {};
      for (const [title, value] of fields) {
        const number = numbers.get(folded(title));
        if (number === undefined) return judgingOf(input).dead(`field_${title}_not_found`);
        customFields[number] = value;
      }
      return { outcome: "next", plan: updatePlan(input, user, customFields) };
    },
  };
}

/** By e-mail or by GetCourse's own user number, as a number where it is one. */
function updatePlan(input: Input, user: User, customFields: Readonly<Record<string, string>>): Plan {
  const address = "email" in user ? user : { userId: /^\d{1,15}$/.test(user.userId) ? Number(user.userId) : user.userId };
  const request = jsonRequest(
    `${baseUrl(input)}/pl/api/v1/user/update-custom-fields`,
    { ...address, customFields },
    proof(input),
  );
  return { request, judge: (reply) => judgeTech(input, reply, "user_not_found") };
}

/** Developer key and school key joined; a `dev_key` given already joined stays as it is. */
export function proof({ connection }: Pick<Input, "connection">): Record<string, string> {
  const [developer, school] = [(connection.dev_key ?? "").trim(), (connection.api_key ?? "").trim()];
  const joined = school === "" || developer.endsWith(`_${school}`) ? developer : `${developer}_${school}`;
  return { authorization: headerValue(`Bearer ${joined}`) };
}

/** Title without case → number, from the object keyed by number. */
function fieldNumbers(fields: unknown): Map<string, string> {
  return new Map(
    Object.entries(fields ?? {}).flatMap(([key, item]): [string, string][] => {
      const { name, id } = recordOf(item);
      const title = textOf(name);
      return title === null ? [] : [[folded(title), textOf(id) ?? key]];
    }),
  );
}

const folded = (title: string): string => title.trim().toLowerCase();

/** `notFound` is the reason for the API's own 404, which the caller knows the meaning of. Success needs `status` to be said: an empty 200 proves nothing
 *  (vendors.md §0.1, §1.4). */
export function judgeTech(input: Pick<Input, "connection" | "person" | "now">, reply: Reply, notFound: string): Verdict {
  const judging = judgingOf(input);
  const body = recordOf(parsedBody(reply.body));
  const failure = body["status"] !== undefined && (!isTrue(body["status"]) || Number(body["code"] ?? 200) !== 200);
  const code = failure ? Number(body["code"] ?? reply.status) : reply.status;
  const words = [wordsOf(reply.body), ...(Array.isArray(body["errors"]) ? body["errors"].map(String) : [])].join(" ").trim();
  if (/Wrong subdomain/i.test(reply.body)) return judging.dead("unknown_account", "Wrong subdomain");
  // A 404 that is not the API's own (a proxy, a wrong path) says nothing about the user.
  if (code === 404 && Object.keys(body).length > 0) return judging.dead(notFound, words);
  const settled = judging.byStatus(reply);
  if (settled) return settled;
  if (code === 429 || code >= 500) return judging.byStatus({ ...reply, status: code }) ?? judging.retry(`http_${code}`, words);
  if (code === 401 || code === 403) return judging.dead("auth_failed", words);
  if (isCutJson(reply.body)) return judging.retry("unreadable_reply");
  if (body["status"] === undefined) return judging.dead("unreadable_reply", reply.body.trim() === "" ? "empty reply" : words);
  const refused = recordOf(body["data"])["result"];
  return failure || (refused !== undefined && !isTrue(refused)) ? judging.dead("rejected", words) : { outcome: "delivered" };
}
