/** Building requests. Values are encoded here, once; addresses come from the configuration and are judged again before anything is sent. */
import { recordOf } from "../lib/record.ts";
import type { OutgoingRequest } from "./connector.ts";

/** Half a sign (the end of a cut text) becomes U+FFFD: it cannot be encoded. */
const percent = (text: string): string => encodeURIComponent(text.toWellFormed());

/** `base` continued by path segments, each percent-encoded; a path in `base` is kept. */
export function endpoint(base: string, ...segments: readonly string[]): string {
  return [base.replace(/\/+$/, ""), ...segments.map((segment) => percent(segment.trim()))].join("/");
}

/** Replaces scheme and host of `url` by `base`, whose path is put in front (forwarders, tests). */
export function rebased(url: string, base: string | undefined): string {
  const parsed = URL.parse(url);
  return base === undefined || !parsed ? url : `${base.replace(/\/+$/, "")}${parsed.pathname}${parsed.search}`;
}

type Query = readonly (readonly [string, string | null])[];

/** A GET with the parameters that have a value, in the given order. Spaces are %20: not every vendor reads a plus as one. */
export function getRequest(url: string, query: Query, headers: Readonly<Record<string, string>> = {}): OutgoingRequest {
  const text = query.flatMap(([name, value]) => (value === null ? [] : `${percent(name)}=${percent(value)}`));
  const glue = url.includes("?") ? "&" : "?";
  return { method: "GET", url: text.length === 0 ? url : `${url}${glue}${text.join("&")}`, headers, body: null };
}

/** A POST with a JSON body, UTF-8 by definition (RFC 8259 §8.1), so no charset is named. */
export function jsonRequest(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): OutgoingRequest {
  return { method: "POST", url, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** `URLSearchParams` and not concatenation: the `+`, `/` and `=` of a base64 value must be encoded or GetCourse answers «Не указаны параметры»
 *  (getcourse.ru/help/api, read 2026-11). */
export function formRequest(url: string, form: Readonly<Record<string, string>>): OutgoingRequest {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", url, headers, body: new URLSearchParams(form).toString() };
}

/** A header's value: what is not printable ASCII is percent-encoded, since a header can neither hold it nor be sent with it. */
export const headerValue = (text: string): string =>
  text
    .trim()
    .toWellFormed()
    .replaceAll(/[^ -~]/gu, (char) => encodeURIComponent(char));

/** A parameter as text: scalars only, null when absent or empty. */
export function textOf(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** An object parameter's scalar members as texts. */
export const textsOf = (value: unknown): [string, string][] =>
  Object.entries(recordOf(value)).flatMap(([name, item]): [string, string][] => {
    const text = textOf(item);
    return text === null ? [] : [[name, text]];
  });
