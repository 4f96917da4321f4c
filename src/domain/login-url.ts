/** Addresses of the login: the edge page, a bot's deep link, the way back to the site. A way back is compared as it is written,
 *  never built from what a visitor sent: an open redirect here would hand a login code to whoever wrote the link. Pure. */
import type { Connection, ConnectionOf } from "./config.ts";
import { BOT_NAMES, START_PLACES } from "./link/deep-link.ts";

type PageAddress = {
  readonly site: string;
  readonly buid?: string;
  readonly txn?: string;
  readonly token?: string;
  readonly locale?: string | null;
};

/** The edge page. `origin` is ours, never the Host of a request when a public origin is set. */
export function pageUrl(origin: string, { site, buid, txn, token, locale }: PageAddress): string {
  const url = new URL("/", origin);
  if (buid !== undefined) url.searchParams.set("buid", buid);
  url.searchParams.set("site", site);
  if (txn !== undefined) url.searchParams.set("txn", txn);
  if (token !== undefined) url.searchParams.set("t", token);
  if (locale) url.searchParams.set("lang", locale);
  return url.href;
}

/** The language a bot told of, when we have a page in it. */
export function pageLocale(told: string | null | undefined): "ru" | "en" | null {
  const language = /^([a-z]{2})(?:$|[-_])/i.exec(told ?? "")?.[1]?.toLowerCase();
  return language === "ru" || language === "en" ? language : null;
}

/** `return_to` must be, byte for byte, one of the site's registered addresses: no parsing, so no parser to disagree with. */
export const isRegistered = (site: ConnectionOf<"site">, returnTo: string): boolean => site.return_to.includes(returnTo);

/** Where a login comes back to when the link names nothing. */
const usualReturn = (site: ConnectionOf<"site">): string => site.return_to[0] ?? `${site.origin.replace(/\/+$/, "")}/`;

/** The way back with its proof, or null when the stored address is not registered any more. Its own query stays as it is written: read and written
 *  again, `%20` would become `+` and `flag` would become `flag=`. */
export function returnUrl(
  site: ConnectionOf<"site">,
  returnTo: string | null,
  code: string,
  state: string | null,
): string | null {
  if (returnTo !== null && !isRegistered(site, returnTo)) return null;
  const url = new URL(returnTo ?? usualReturn(site));
  const own = url.search
    .slice(1)
    .split("&")
    .filter((part) => part !== "" && !/^(?:code|state)(?:=|$)/.test(part));
  const proof = new URLSearchParams(state === null ? { code } : { code, state });
  url.search = [...own, proof].join("&");
  return url.href;
}

/** What the page starts the bot with, to be sent a new link. */
export const LOGIN_START = "login";

/** Messengers that can start a bot with a payload from a link. */
export type Messenger = keyof typeof BOT_NAMES;

/** A link that starts the bot with `payload` (≤ 64 of [A-Za-z0-9_-]), or null when the configuration does not name the bot. */
export function deepLink(connection: Connection, messenger: Messenger, payload: string): string | null {
  const name = botName(connection);
  const [host] = BOT_NAMES[messenger];
  return name === null ? null : `https://${host}/${encodeURIComponent(name)}?${START_PLACES[messenger].parameter}=${payload}`;
}

/** Where a connection's bot can be met, when that is one messenger only: a link to another opens nothing, or a stranger's page. */
export const soleMessenger = ({ kind }: Connection): Messenger | null =>
  kind === "telegram" || kind === "chatterfy" ? "telegram" : null;

/** Public name of a bot, as its messenger's links use it. */
export function botName(connection: Connection): string | null {
  if (connection.kind === "telegram") return connection.username ?? null;
  if (connection.kind === "salebot") return connection.group ?? null;
  return connection.name ?? null;
}

/** Host of a site, for people to recognise. */
export const siteHost = (site: ConnectionOf<"site">): string => URL.parse(site.origin)?.host ?? site.id;
