/** Judging replies: what every vendor has in common. A status settles the clear failures; a 2xx is only the vendor's word that it answered, and
 *  each connector goes on to read the body (vendors.md §0.1).
 *  A reason is a stable word, then the vendor's own words: short, without secrets and without the person's contacts and names, because reasons are kept in
 *  the clear beside the delivery. */
import { parseRetryAfter } from "../domain/backoff.ts";
import type { Addressee } from "../domain/delivery.ts";
import { maskSecrets } from "../domain/mask-secrets.ts";
import type { OutgoingRequest, Plan, PrepareInput, Reply, Verdict } from "./connector.ts";
import { textOf } from "./requests.ts";
import { maskText } from "../lib/mask.ts";
import { membersOf, recordOf } from "../lib/record.ts";

/** `words` are the vendor's, of any shape: they are masked and cut on their way into a reason. */
export type Judging = {
  /** A verdict when the status decides, null when the body has to. */
  readonly byStatus: (reply: Reply) => Verdict | null;
  readonly dead: (reason: string, words?: unknown) => Verdict;
  readonly retry: (reason: string, words?: unknown, afterSeconds?: number | null) => Verdict;
};

/** Vendor words are shown in a list of problems; a page of HTML would drown it. */
const LONGEST_WORDS = 300;

type JudgingInput = Pick<PrepareInput, "connection" | "person" | "now">;

/** The judging of one delivery: it knows which texts to hide. By status: no reply, 408, 425, 429 and 5xx are worth another try, `Retry-After` is
 *  kept; 3xx is dead because a followed POST becomes a GET and takes the key along (vendors.md §0.3); 401 and 403 are dead because the next try
 *  has the same key; a 2xx is null, the body decides (§0.1). */
export function judgingOf(input: JudgingInput): Judging {
  const reasonOf = (reason: string, words: unknown): string => {
    const said = vendorWords(words, input);
    return said === "" ? reason : `${reason}: ${said}`;
  };
  const dead: Judging["dead"] = (reason, words) => ({ outcome: "dead", reason: reasonOf(reason, words) });
  const retry: Judging["retry"] = (reason, words, afterSeconds) => ({
    outcome: "retry",
    reason: reasonOf(reason, words),
    ...(afterSeconds === undefined || afterSeconds === null ? {} : { afterSeconds }),
  });
  const byStatus = (reply: Reply): Verdict | null => {
    const { status } = reply;
    if (status === 0) return retry(reply.failure ?? "network");
    if (status >= 200 && status < 300) return null;
    const words = wordsOf(reply.body);
    const wait = parseRetryAfter(reply.headers["retry-after"], input.now);
    if (status === 429) return retry("rate_limited", words, wait);
    if (status >= 500 || status === 408 || status === 425) return retry(`http_${status}`, words, wait);
    if (status < 400) return dead("redirect_refused", "the address answers with a redirect, call the final one");
    if (status === 401 || status === 403) return dead("auth_failed", words || `HTTP ${status}`);
    return dead(status === 404 || status === 410 ? "not_found" : "rejected", words || `HTTP ${status}`);
  };
  return { byStatus, dead, retry };
}

/** The body as JSON; undefined when it is none. */
export function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Begins like JSON and does not end like it: the reply was cut, so what the vendor did is not known. */
export const isCutJson = (body: string): boolean => /^\s*[{[]/.test(body) && parsedBody(body) === undefined;

/** Vendors spell truth as boolean, text and number (vendors.md §0.2); a script's language may add its capitals (`True`). */
export const isTrue = (value: unknown): boolean => /^(true|1)$/i.test(spelled(value));

const spelled = (value: unknown): string => textOf(value)?.trim() ?? "";

/** The sentence in a vendor's error, wherever it keeps it; markup says nothing to a person. */
export function wordsOf(body: string): string {
  const parsed = parsedBody(body);
  if (parsed === undefined) return /^\s*</.test(body) ? "" : body;
  const record = recordOf(parsed);
  for (const name of ["error_message", "message", "description", "detail", "error", "reason", "title"]) {
    const text = textOf(record[name]) ?? textOf(recordOf(record[name])["message"]);
    if (text !== null && text !== "true" && text !== "false") return text;
  }
  return "";
}

/** And untruth; nothing at all is untrue only of what is named success (vendors.md §0.2): an error or a status may be empty. */
const isFalse = (value: unknown): boolean => /^(false|0)$/i.test(spelled(value));
const isNo = (value: unknown): boolean => value === null || isFalse(value) || (typeof value === "string" && value.trim() === "");

const isDenial = (body: Readonly<Record<string, unknown>>): boolean => isNo(body["success"]) || isNo(body["ok"]);

/** `status` as a word or as another spelling of no; an HTTP status repeated in the body is none of these. */
const isFailed = (status: unknown): boolean =>
  isFalse(status) || (typeof status === "string" && /^(error|fail|failed|failure)$/i.test(status));

/** An error that is told: its sentence, its number, a list or an object that holds one, or a bare true. */
const namesError = (error: unknown): boolean =>
  typeof error === "object" ? Object.keys(membersOf(error)).length > 0 : error !== undefined && !isNo(error);

/** Says no in so many words, here or in the answer within: for bodies that have no status of their own. */
export function saysNo(body: Readonly<Record<string, unknown>>): boolean {
  const succeeded = isTrue(body["success"]) || isTrue(body["ok"]);
  const denied = [body, recordOf(body["result"]), recordOf(body["data"])].some(isDenial);
  return denied || (!succeeded && (namesError(body["error"]) || namesError(body["errors"])));
}

/** A request whose reply no page of the vendor describes. */
export const undocumentedPlan = (input: JudgingInput, request: OutgoingRequest): Plan => ({
  request,
  judge: (reply) => judgeUndocumented(judgingOf(input), reply),
});

/** Success by status alone, unless a JSON body plainly says otherwise (vendors.md §0.1–0.2). */
function judgeUndocumented(judging: Judging, reply: Reply): Verdict {
  const settled = judging.byStatus(reply);
  if (settled) return settled;
  const body = recordOf(parsedBody(reply.body));
  return saysNo(body) || isFailed(body["status"]) ? judging.dead("rejected", wordsOf(reply.body)) : { outcome: "delivered" };
}

/** Vendors quote the person's contacts in their errors in a spelling of their own, so the known values alone do not cover them. A word is begun once and holds
 *  one `@`, so a reply of nothing but beginnings is read through once too. */
const EMAIL = /(?<![^\s"'<>(),;:@])[^\s"'<>(),;:@]+@[^\s"'<>(),;:@]+\.[^\s"'<>(),;:@.]+/g;
const PHONE = /\+?\d[\d\s()-]{8,}\d/g;

/** A vendor's words without any e-mail or phone. */
export const withoutContacts = (text: string): string => text.replaceAll(EMAIL, "•••").replaceAll(PHONE, "•••");

function vendorWords(words: unknown, { connection, person }: JudgingInput): string {
  // A login's message holds its link, and so does the error of a vendor that quotes it.
  let text = maskSecrets(connection, textOf(words) ?? "").replaceAll(/https?:\S+/gi, (address) => maskText(address));
  for (const value of hiddenTexts(person)) text = text.replaceAll(value, "•••");
  return withoutContacts(text).replaceAll(/\s+/g, " ").trim().slice(0, LONGEST_WORDS);
}

const NAMES = ["first_name", "last_name", "username", "name"] as const;

/** Longest first, so that a value inside another is not left half shown. Of what else is known of the person only names are hidden: her other traits are
 *  the operator's own words ("gold", "paid"), and hiding those would leave the vendor's sentence without sense. */
function hiddenTexts({ identifiers, traits }: Addressee): string[] {
  const names = NAMES.flatMap((name) => traits[name] ?? []).filter((name) => name.length >= 3);
  const values = identifiers.map(({ value }) => value).filter((value) => value.length >= 4);
  return [...values, ...names].toSorted((a, b) => b.length - a.length);
}
