/** What is wrong with a link, in the order an operator should mend it. Personal data and secrets in a URL are errors whatever the parameter:
 *  they end in logs, referrers and screenshots of strangers. Pure: redirects are walked elsewhere and each hop is checked here. */
import { isSecret } from "../../lib/mask.ts";
import { hasMacro } from "../normalise/macro.ts";
import { fromBase64, fromUtf8 } from "../../lib/crypto.ts";
import { type Messenger, type Place, CLICK_LENGTH, fillClick, isShare, messengerOf, placeIn, spelledOut } from "./deep-link.ts";

/** Stable words: `console/screens/link-check.ts` says for each what is wrong and how to mend it, in both languages. */
export type FindingCode =
  | "not_a_url"
  | "plain_http"
  | "email_in_link"
  | "phone_in_link"
  | "token_in_link"
  | "payload_too_long"
  | "payload_charset"
  | "extra_parameters"
  | "unresolved_macro"
  | "stripped_parameters"
  | "broken_query"
  | "no_click_place"
  | "no_marks"
  | "too_long"
  | WalkCode;

/** What only following the link shows. */
export type WalkCode =
  | "dead_link"
  | "refused_by_site"
  | "closed_address"
  | "redirect_loop"
  | "too_many_redirects"
  | "lost_click"
  | "lost_parameters";

/** One thing to mend. An `error` loses people or tells a stranger something; a `warning` may be meant. */
export type Finding = {
  readonly code: FindingCode;
  readonly level: "error" | "warning";
  /** The parameter it is about, "" for the whole link. */
  readonly parameter: string;
};

/** `length` is that of the link a visitor gets, click id filled in. */
export type LinkCheck = {
  readonly findings: readonly Finding[];
  readonly messenger: Messenger | null;
  /** Characters of the start payload against the messenger's limit. */
  readonly payload: { readonly length: number; readonly limit: number } | null;
  readonly length: number;
};

const EMAIL = /[^\s@/?&=]+@[^\s@/?&=]+\.[a-z]{2,}/i;
const PHONE = /^\+?[\s()-]*(?:\d[\s()-]*){10,15}$/;
/** Whole numbers of Russia and Kazakhstan, Ukraine, Belarus and their neighbours; a Unix time, a Telegram id or an order of ten digits is none. */
const PHONE_DIGITS = /^(?:[78][3-9]\d{9}|(?:380|375|998|996|995|994|993|992)\d{9}|37[0-4]\d{7,8})$/;
const SECRET_VALUE = /^(?:bot)?\d{6,12}:[A-Za-z0-9_-]{30,}$|^whsec_\S+$|^eyJ[\w-]+\.[\w-]+\.[\w-]+$|^bearer\s/i;
/** Places in a path where platforms put secrets: our own webhooks, Salebot's and Keitaro's API, Metabot's (reference pages, 2026-09). */
const SECRET_PATH = /\/(?:webhook|postback)\/[^/]+\/[^/]{8,}|\/api\/[0-9a-f]{20,}\/|\/[0-9a-f]{6,}\/postback$/i;
/** What ad blockers and private browsing remove from a landing's address. */
const STRIPPED = /^(utm_\w+|gclid|fbclid|yclid|ysclid|msclkid|click_?id|subid|sub_?id)$/i;
const MARK = /^(utm_\w+|start|ref|tl|click|subid|clickid|sub\d+)$/i;
/** Characters. Browsers take more; what stands between an advertisement and a browser may not. */
const MAX_URL = 2_000;

/** Checks one address as a visitor would get it; `{click}` counts as the click id it becomes. */
export function checkLink(address: string): LinkCheck {
  const filled = fillClick(spelledOut(address), "c".repeat(CLICK_LENGTH));
  const url = URL.parse(filled);
  if (!url || !/^https?:$/.test(url.protocol))
    return { findings: [error("not_a_url", "")], messenger: null, payload: null, length: filled.length };
  const messenger = messengerOf(url);
  const parameters = [...url.searchParams, ...new URLSearchParams(url.hash.replace(/^#[^?]*\?|^#/, ""))];
  const findings: Finding[] = parameters.flatMap(([name, value]) => judgeParameter(messenger, name, value));
  findings.push(...judgePath(url, messenger));
  if (messenger !== null && isShare(url) && [...url.searchParams.keys()].some((name) => name !== "url" && name !== "text"))
    findings.push(error("broken_query", "&"));
  const place = messenger === null || isShare(url) ? null : placeIn(url, messenger);
  const payload = place === null ? null : (url.searchParams.get(place.parameter) ?? "");
  if (place !== null && payload !== null) findings.push(...judgePayload(url, place, payload));
  if (url.protocol === "http:") findings.push(warning("plain_http", ""));
  if (filled.length > MAX_URL) findings.push(warning("too_long", ""));
  if (messenger === null) findings.push(...judgeLanding(address, url));
  return {
    findings: distinct(findings),
    messenger,
    payload: place === null || payload === null ? null : { length: payload.length, limit: place.limit },
    length: filled.length,
  };
}

/** The gravest finding first: a secret, then an e-mail, then a phone. WhatsApp's own `phone` names the chat and is no leak. */
function judgeParameter(messenger: Messenger | null, name: string, value: string): Finding[] {
  if (name.startsWith("amp;")) return [error("broken_query", "&amp;")];
  const second = /[?;&][\w-]+=/.exec(value);
  const broken = second && !/^(?:https?:|\/)/.test(value) ? [error("broken_query", second[0].slice(0, 1))] : [];
  const forms = readings(value);
  if (value !== "" && (isSecret(name, value) || forms.some((form) => SECRET_VALUE.test(form))))
    return [error("token_in_link", name), ...broken];
  if (forms.some((form) => EMAIL.test(form))) return [error("email_in_link", name), ...broken];
  const whose = messenger === "whatsapp" && name === "phone";
  if (!whose && forms.some((form) => looksLikePhone(name, form))) return [error("phone_in_link", name), ...broken];
  return hasMacro(value) ? [warning("unresolved_macro", name), ...broken] : broken;
}

/** A value, and what it says to whoever decodes it once more: an e-mail in base64 is still an e-mail in a link. */
function readings(value: string): string[] {
  const forms = [value, decode(value)];
  const bytes = /^[\w+/-]{12,}={0,2}$/.test(value) ? fromBase64(value.replaceAll("-", "+").replaceAll("_", "/")) : null;
  const text = bytes === null ? "" : fromUtf8(bytes);
  return /^[\x20-\x7e]+$/.test(text) ? [...forms, text] : forms;
}

function judgePath(url: URL, messenger: Messenger | null): Finding[] {
  const parts = url.pathname.split("/").map(decode);
  const found: Finding[] = [];
  if (url.username !== "" || url.password !== "") found.push(error("token_in_link", "login:password@"));
  if (SECRET_PATH.test(url.pathname) || parts.some((part) => SECRET_VALUE.test(part))) found.push(error("token_in_link", ""));
  if (parts.some((part) => EMAIL.test(part))) found.push(error("email_in_link", ""));
  if (messenger !== "whatsapp" && parts.some((part) => looksLikePhone("", part))) found.push(error("phone_in_link", ""));
  if (url.search === "" && /&[\w-]+=/.test(url.pathname)) found.push(error("broken_query", "&"));
  return found;
}

/** Digits alone are no phone, an id looks alike: a name, a plus or a country's form must say so. */
function looksLikePhone(name: string, value: string): boolean {
  if (!PHONE.test(value.trim())) return false;
  return /phone|tel|mobile/i.test(name) || value.trim().startsWith("+") || PHONE_DIGITS.test(value.replaceAll(/\D/g, ""));
}

/** A messenger hands its bot the payload alone: what stands beside it is lost. */
function judgePayload(url: URL, { parameter, limit, charset }: Place, payload: string): Finding[] {
  const found: Finding[] = [];
  if (payload.length > limit) found.push(error("payload_too_long", parameter));
  if (!charset.test(payload)) found.push(error("payload_charset", parameter));
  const lost = [...url.searchParams.keys()].find((name) => name !== parameter && !KEPT.has(name));
  if (lost !== undefined) found.push(error("extra_parameters", lost));
  if (payload === "") found.push(warning("no_click_place", parameter));
  return found;
}

/** Parameters messengers understand besides the payload; anything else never reaches the bot. */
const KEPT: ReadonlySet<string> = new Set([
  "startapp",
  "startgroup",
  "startattach",
  "text",
  "ref_source",
  "phone",
  "mode",
  "z",
  "w",
  "profile",
]);

/** A page needs some mark; one under a name that browsers strip is warned of when it would hold a click of ours. */
function judgeLanding(address: string, url: URL): Finding[] {
  const names = [...url.searchParams.keys()];
  const found: Finding[] = [];
  const marked = /\{click\}|%7Bclick%7D/i.test(address);
  if (!marked && !names.some((name) => MARK.test(name))) found.push(warning("no_marks", ""));
  const fragile = names.find((name) => STRIPPED.test(name) && url.searchParams.get(name)?.includes("c".repeat(CLICK_LENGTH)));
  if (fragile !== undefined) found.push(warning("stripped_parameters", fragile));
  return found;
}

/** A broken escape is judged as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const error = (code: FindingCode, parameter: string): Finding => ({ code, level: "error", parameter });
const warning = (code: FindingCode, parameter: string): Finding => ({ code, level: "warning", parameter });

const distinct = (findings: readonly Finding[]): Finding[] =>
  findings.filter(
    (one, index) => findings.findIndex((other) => other.code === one.code && other.parameter === one.parameter) === index,
  );
