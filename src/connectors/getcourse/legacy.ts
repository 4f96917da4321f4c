/** GetCourse's legacy import (getcourse.ru/help/api, read 2026-11; vendors.md §1.2): a form of `action`, `key` and `params`, the last being base64 of
 *  UTF-8 JSON. It creates what it does not find, takes custom fields by their title, and answers HTTP 200 to nearly every failure. */
import { base64, utf8 } from "../../lib/crypto.ts";
import type { Plan, PrepareInput, Reply, Verdict } from "../connector.ts";
import { isCutJson, isTrue, judgingOf, parsedBody } from "../replies.ts";
import { formRequest, textOf } from "../requests.ts";
import { recordOf } from "../../lib/record.ts";

type Input = Pick<PrepareInput<"getcourse">, "connection" | "person" | "now">;

/** The account's real domain: `*.getcourse.ru` of a school with its own domain redirects, and a redirected POST loses its body (vendors.md §1.2). */
export const baseUrl = ({ connection }: Pick<Input, "connection">): string =>
  (connection.base_url ?? `https://${connection.account.replace(/^https?:\/\//i, "")}`).replace(/\/+$/, "");

/** UTF-8 before base64: `btoa` of Cyrillic throws, and the vendor reads `params` as base64 of UTF-8 JSON (vectors 1–3). */
export function importPlan(input: Input, object: "users" | "deals", params: unknown, repeatable = true): Plan {
  const form = {
    action: "add",
    key: (input.connection.api_key ?? "").trim(),
    params: base64(utf8(JSON.stringify(params))),
  };
  const request = formRequest(`${baseUrl(input)}/pl/api/${object}`, form);
  return { request, repeatable, judge: (reply) => judgeImport(input, reply, repeatable) };
}

/** The quota's window: 100 export calls in two hours per account, status polls included (getcourse.ru/help/api, read 2026-11). */
const TWO_HOURS = 7_200;
const MINUTE = 60;

type Fate = { readonly dead: string } | { readonly retry: string; readonly afterSeconds: number };

/** The vendor's errors, by code where it sends one, else by text (its spelling). What is not listed is refused for good. */
const ERRORS: readonly (readonly [code: number | null, text: RegExp | null, fate: Fate])[] = [
  [901, /Неавторизованное|Access denied/i, { dead: "auth_failed" }],
  [903, /Слишком много запросов/i, { retry: "quota", afterSeconds: TWO_HOURS }],
  [905, /Уже запущен один экспорт/i, { retry: "busy", afterSeconds: MINUTE }],
  [909, /Файл еще не создан/i, { retry: "pending", afterSeconds: MINUTE }],
  [917, /Функционал недоступен/i, { dead: "plan_without_api" }],
  [null, /Действие запрещено/i, { dead: "auth_failed" }],
  [null, /Достигнут лимит/i, { dead: "quota_exhausted" }],
  [null, /Объект не найден/i, { dead: "not_found" }],
  [null, /Пустой параметр action/i, { dead: "redirect_refused" }],
  [null, /только по https/i, { dead: "plain_http" }],
];

/** Success ⇔ 200, JSON, both `success` true, no `error` (vector 5). `repeatable: false` turns every unknown outcome into `unknown_outcome`: an order
 *  without a number that may have been made must not be made again. */
function judgeImport(input: Input, reply: Reply, repeatable: boolean): Verdict {
  const judging = judgingOf(input);
  const body = recordOf(parsedBody(reply.body));
  const result = recordOf(body["result"]);
  const { status } = reply;
  // A page of somebody in between, or a success that does not name what was made.
  const untold =
    Object.keys(body).length === 0 || (isTrue(body["success"]) && !isError(body["error"]) && Object.keys(result).length === 0);
  const unknown = status === 0 || status >= 500 || (status >= 200 && status < 300 && reply.body.trim() !== "" && untold);
  if (unknown && !repeatable) return judging.dead("unknown_outcome", reply.failure ?? `HTTP ${status}`);
  if (/Wrong subdomain/i.test(reply.body)) return judging.dead("unknown_account", "Wrong subdomain");
  const settled = judging.byStatus(reply);
  if (settled) return settled;
  if (reply.body.trim() === "")
    return judging.dead("plan_without_api", "empty reply: the plan has no Import API, nothing was written");
  if (isCutJson(reply.body)) return judging.retry("unreadable_reply");
  if (isTrue(body["success"]) && isTrue(result["success"]) && !isError(result["error"]) && !isError(body["error"])) {
    return { outcome: "delivered" };
  }
  const words =
    sentence(result["error_message"]) ?? sentence(result["error"]) ?? sentence(body["error_message"]) ?? sentence(body["error"]);
  if (words === null && Object.keys(body).length === 0) return judging.dead("unreadable_reply");
  const code = Number(body["error_code"]);
  const fate = ERRORS.find(([known, text]) => known === code || (text?.test(words ?? "") ?? false))?.[2] ?? { dead: "rejected" };
  return "dead" in fate ? judging.dead(fate.dead, words) : judging.retry(fate.retry, words, fate.afterSeconds);
}

/** `error` is false in five spellings; a sentence or true is an error. */
const isError = (value: unknown): boolean => ![undefined, null, false, "false", "", 0, "0"].some((no) => no === value);

/** A text that says something: not a boolean in disguise. */
const sentence = (value: unknown): string | null => {
  const text = textOf(value);
  return text === null || /^(true|false|0|1)$/i.test(text) ? null : text;
};
