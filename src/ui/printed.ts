/** Building blocks of printed documents; every value is escaped here. */
import { escapeHtml } from "../lib/html.ts";

/** The look of documents that are read once and printed. */
export const PRINT_STYLE =
  "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111;background:#fff}" +
  "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse;width:100%}" +
  "th,td{border:1px solid #ccc;padding:.35em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f6f6f6}";

/** The workspace's, not the reader's browser's: the paper is the operator's. */
export type PrintedLocale = "ru" | "en";

/** `body` is HTML already, the title is not. */
export const printedDocument = (locale: PrintedLocale, title: string, body: string): string =>
  `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${PRINT_STYLE}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;

/** A table of text cells; nothing when there are no rows. */
export function printedTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "<p>—</p>";
  const line = (cells: readonly string[], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}${rows.map((cells) => line(cells, "td")).join("")}</table>`;
}

/** Both are HTML already: titles here are our own words. */
export const printedSection = (title: string, content: string): string => `<h2>${escapeHtml(title)}</h2>${content}`;
