/** How a value is written at the place where it lands, so that a name with `&`, a quote or a tag in it stays a value. */
import { withEntities } from "../lib/html.ts";

/** The language a value lands in. A wrong one is an injection: a name would become a parameter, a tag, a header. */
export type Landing = "plain" | "url" | "query" | "form" | "json" | "html" | "markdown" | "header";

/** `url` is bare here because the template engine encodes inside URLs itself, part by part; `markdown` escapes what Telegram's MarkdownV2 reserves
 *  (core.telegram.org/bots/api#markdownv2-style, 2026-11). JSON values land inside the author's quotes, so none are added. */
export function encodeFor(landing: Landing, value: string): string {
  switch (landing) {
    case "plain":
    case "url":
      return value;
    case "query":
      return percent(value);
    case "form":
      return percent(value).replaceAll("%20", "+");
    case "json":
      return JSON.stringify(value).slice(1, -1);
    case "html":
      return withEntities(value);
    case "markdown":
      return value.replaceAll(/[_*[\]()~`>#+\-=|{}.!\\]/g, String.raw`\$&`);
    case "header":
      // A line break would start another header.
      return value.replaceAll(/\p{Cc}+/gu, " ").trim();
  }
}

/** Percent-encoding that also covers the five characters `encodeURIComponent` leaves bare; a broken surrogate becomes U+FFFD. */
const percent = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
