/** What is wrong with a link, in the order an operator should mend it. Personal data and secrets in a URL are errors whatever the parameter:
 *  they end in logs, referrers and screenshots of strangers. Pure: redirects are walked elsewhere and each hop is checked here. */
import { hasMacro } from "../normalise/macro.ts";
import { type Messenger, CLICK_LENGTH, START_PLACES, fillClick, messengerOf } from "./deep-link.ts";

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
  | "no_click_place"
  | "no_marks"
  | "too_long";

export type Finding = {
  readonly code: FindingCode;
  readonly level: "error" | "warning";
  /** The parameter it is about, "" for the whole link. */
  readonly parameter: string;
};

export type LinkCheck = {
  readonly findings: readonly Finding[];
  readonly messenger: Messenger | null;
  /** Characters of the start payload against the messenger's limit. */
  readonly payload: { readonly length: number; readonly limit: number } | null;
  readonly length: number;
};

const EMAIL = /[^\s@/?&=]+@[^\s@/?&=]+\.[a-z]{2,}/i;
const PHONE = /^\+?[\s()-]*(?:\d[\s()-]*){10,15}$/;
/** A phone begins as Russia's, Kazakhstan's, Ukraine's, Belarus' … do; a Unix time or an order number of ten digits is none. */
const PHONE_START = /^(?:7|8|375|380|994|995|996|998|374|373|371|370|372)/;
const SECRET_NAME = /(^|[._-])(token|api[._-]?key|secret|access[._-]?token|password|passwd|authorization)$/i;
const SECRET_VALUE = /^(?:\d{6,12}:[A-Za-z0-9_-]{30,}|whsec_\S+|eyJ[\w-]+\.[\w-]+\.[\w-]+)$/;
/** What ad blockers and private browsing remove from a landing's address. */
const STRIPPED = /^(utm_\w+|gclid|fbclid|yclid|ysclid|msclkid|click_?id|subid|sub_?id)$/i;
const MARK = /^(utm_\w+|start|ref|tl|click|subid|clickid|sub\d+)$/i;
const MAX_URL = 2_000;

/** Checks one address as a visitor would get it; `{click}` counts as the click id it becomes. */
export function checkLink(address: string): LinkCheck {
  const filled = fillClick(address.trim(), "c".repeat(CLICK_LENGTH));
  const url = URL.parse(filled);
  if (!url || !/^https?:$/.test(url.protocol))
    return { findings: [error("not_a_url", "")], messenger: null, payload: null, length: filled.length };
  const messenger = messengerOf(url);
  const parameters = [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))];
  const findings: Finding[] = parameters.flatMap(([name, value]) => judgeParameter(name, value));
  if (EMAIL.test(decode(url.pathname))) findings.push(error("email_in_link", ""));
  const place = messenger === null ? null : START_PLACES[messenger];
  const payload = place === null ? null : (url.searchParams.get(place.parameter) ?? "");
  if (messenger !== null && place !== null && payload !== null) findings.push(...judgePayload(url, messenger, payload));
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

function judgeParameter(name: string, value: string): Finding[] {
  if (SECRET_NAME.test(name) || SECRET_VALUE.test(value)) return [error("token_in_link", name)];
  if (EMAIL.test(value)) return [error("email_in_link", name)];
  if (looksLikePhone(name, value)) return [error("phone_in_link", name)];
  return hasMacro(value) ? [warning("unresolved_macro", name)] : [];
}

function looksLikePhone(name: string, value: string): boolean {
  if (!PHONE.test(value.trim())) return false;
  return /phone|tel|mobile/i.test(name) || value.includes("+") || PHONE_START.test(value.replaceAll(/\D/g, ""));
}

function judgePayload(url: URL, messenger: Messenger, payload: string): Finding[] {
  const { parameter, limit, charset } = START_PLACES[messenger];
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

function judgeLanding(address: string, url: URL): Finding[] {
  const names = [...url.searchParams.keys()];
  const found: Finding[] = [];
  const marked = /\{click\}|%7Bclick%7D/i.test(address);
  if (!marked && !names.some((name) => MARK.test(name))) found.push(warning("no_marks", ""));
  const fragile = names.find((name) => STRIPPED.test(name) && url.searchParams.get(name)?.includes("c".repeat(CLICK_LENGTH)));
  if (fragile !== undefined) found.push(warning("stripped_parameters", fragile));
  return found;
}

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
