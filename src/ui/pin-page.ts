/** The PIN page: one document, no script, nothing to load, at most 3,000 bytes. A pure function of the site, the language and what is typed in the
 *  address: it knows nothing about the link, so a dead one looks like a live one. */
import type { ConnectionOf } from "../domain/config.ts";
import { siteHost } from "../domain/login-url.ts";
import { escapeHtml } from "../lib/html.ts";
import { type Language, PAGE_COPY, fill } from "./copy.ts";
import { sheet } from "./styles.ts";

/** Nothing of it comes from storage: the page of a link that never was is made of the same. */
export type PinPage = {
  readonly site: ConnectionOf<"site">;
  readonly language: Language;
  readonly formToken: string;
  /** `trusted` = a link without a PIN: one button. */
  readonly state: "form" | "failed" | "sent" | "trusted";
  /** Who sends the codes: its public name, and its address where it has one. */
  readonly bot: { readonly name: string; readonly telegram: string | null } | null;
  /** Site-first login: opens the bot. */
  readonly deepLink: string | null;
  /** What was typed, kept after a failure. */
  readonly typed: string;
};

/** The page and what its headers have to allow (`page-headers.ts`). */
export type RenderedPage = { readonly html: string; readonly style: string; readonly images: boolean };

const MOST_BYTES = 3_000;

/** The logo is dropped when the page would pass 3,000 bytes with it: a page of that size comes in the first packets of any connection. */
export function renderPinPage(page: PinPage): RenderedPage {
  const style = sheet(page.site.brand?.accent);
  const logo = logoImage(page.site.brand?.logo);
  const html = documentOf(page, style, logo);
  const fits = logo === "" || new TextEncoder().encode(html).length <= MOST_BYTES;
  return { html: fits ? html : documentOf(page, style, ""), style, images: fits && logo !== "" };
}

function documentOf(page: PinPage, style: string, logo: string): string {
  const copy = PAGE_COPY[page.language];
  const host = siteHost(page.site);
  const name = escapeHtml(page.site.brand?.name ?? host);
  return (
    head(page.language, `${name}: ${copy.title}`, style) +
    `<main>${logo}<h1>${name}</h1><p>${parties(page, escapeHtml(host))}</p>` +
    deepLink(page) +
    `<form method="post"><input type="hidden" name="token" value="${escapeHtml(page.formToken)}">` +
    (page.state === "trusted" ? `<button>${copy.proceed}</button>` : fields(page)) +
    `</form>${legalLine(page.site.brand?.legal)}</main></html>`
  );
}

/** Both ends of the login by name: somebody who was sent a stranger's link reads here that it is for another site, or of another bot. */
function parties({ bot, state, language }: PinPage, host: string): string {
  const copy = PAGE_COPY[language];
  const name = bot === null ? "" : escapeHtml(bot.telegram === null ? bot.name : `@${bot.name}`);
  const named =
    bot === null || bot.telegram === null ? name : `<a href="${escapeHtml(bot.telegram)}" rel="noreferrer">${name}</a>`;
  const words = state === "trusted" ? copy.trusted : bot === null || bot.telegram === null ? copy.named : copy.telegram;
  return fill(words, { host, bot: named === "" ? "" : ` ${named}` });
}

/** The operator's own words to whoever signs in: consent, terms, who runs the site. */
function legalLine(legal: { readonly text: string; readonly url?: string | undefined } | undefined): string {
  if (legal === undefined) return "";
  const text = escapeHtml(legal.text);
  return `<p><small>${legal.url === undefined ? text : `<a href="${escapeHtml(legal.url)}" rel="noreferrer">${text}</a>`}</small></p>`;
}

/** The input takes what phones paste: spaces, dashes, digits of any script. What was typed is given back, so that one wrong digit
 *  is not six. */
function fields({ state, language, typed }: PinPage): string {
  const copy = PAGE_COPY[language];
  const failed = state === "failed";
  return (
    (failed ? `<p id="err" role="alert">${copy.failed}</p>` : "") +
    (state === "sent" ? `<p role="status">${copy.sent}</p>` : "") +
    `<label for="pin">${copy.label}</label><input id="pin" name="pin" type="text" inputmode="numeric" autocomplete="one-time-code"` +
    ` pattern="[\\p{Nd}\\s\\-\\p{Pd}\\p{Cf}]{6,11}" maxlength="11" required autofocus aria-describedby="${failed ? "err " : ""}hint"` +
    (failed ? ` aria-invalid="true" value="${escapeHtml(typed.slice(0, 11))}"` : "") +
    `><small id="hint">${copy.hint}</small><button>${copy.submit}</button>` +
    `<button name="resend" value="1" formnovalidate>${copy.resend}</button>`
  );
}

const deepLink = ({ deepLink: href, language }: PinPage): string =>
  href === null ? "" : `<a href="${escapeHtml(href)}" rel="noreferrer">${PAGE_COPY[language].deep}</a>`;

/** `title` is already escaped. No script and no address to load, hence nothing to escape in `style`, which is ours. */
export const head = (language: Language, title: string, style: string): string =>
  `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<title>${title}</title><style>${style}</style>`;

/** Always an image: what stands in an image cannot run. Inline SVG is turned into a data URI. */
function logoImage(logo: string | undefined): string {
  if (logo === undefined) return "";
  const source = logo.trimStart().startsWith("<svg") ? `data:image/svg+xml,${encodeSvg(logo)}` : logo;
  return source.startsWith("data:image/") ? `<img src="${escapeHtml(source)}" alt="">` : "";
}

const encodeSvg = (svg: string): string =>
  svg.replaceAll('"', "'").replace(/[%#<>&\r\n]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** A page that only says something, with the same look and headers. */
export function renderNotice(language: Language, text: string, form: string): RenderedPage {
  const style = sheet(undefined);
  return { html: `${head(language, text, style)}<main><h1>${text}</h1>${form}</main></html>`, style, images: false };
}
