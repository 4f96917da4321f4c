/** Deep links of the messengers: where a click id goes and how much of it fits. Five UTM never fit Telegram's 64 characters, so a link carries the
 *  18-character click and the server keeps the rest. Limits: core.telegram.org/bots/features#deep-linking, dev.max.ru (both 2026-09). Pure. */
import { readPhone } from "../normalise/phone.ts";

export type Messenger = "telegram" | "max" | "vk" | "whatsapp";

/** Where a messenger takes a payload from: the parameter, how many characters it carries and which. */
export type Place = { readonly parameter: string; readonly limit: number; readonly charset: RegExp };

/** VK and WhatsApp have no documented limit: 512 and free text keep a link sane. */
export const START_PLACES: Readonly<Record<Messenger, Place>> = {
  telegram: { parameter: "start", limit: 64, charset: /^[A-Za-z0-9_-]*$/ },
  max: { parameter: "start", limit: 128, charset: /^[A-Za-z0-9_-]*$/ },
  vk: { parameter: "ref", limit: 512, charset: /^[A-Za-z0-9_-]*$/ },
  whatsapp: { parameter: "text", limit: 1_000, charset: /^[\s\S]*$/ },
};

const HOSTS: readonly (readonly [RegExp, Messenger])[] = [
  [/^(t\.me|telegram\.me|telegram\.dog)$/, "telegram"],
  [/^(max\.ru|web\.max\.ru)$/, "max"],
  [/^(vk\.me|vk\.com|m\.vk\.com|vk\.ru)$/, "vk"],
  [/^(wa\.me|api\.whatsapp\.com)$/, "whatsapp"],
];

/** The messenger a URL opens, or null for a site or an offer. */
export const messengerOf = (url: URL): Messenger | null =>
  HOSTS.find(([host]) => host.test(url.hostname.replace(/^www\./, "")))?.[1] ?? null;

/** Where this very link carries its payload. A mini app takes `startapp` instead of `start`, up to 512 characters
 *  (core.telegram.org/api/links#direct-mini-app-links, 2026-09). */
export const placeIn = (url: URL, messenger: Messenger): Place =>
  messenger === "telegram" && url.searchParams.has("startapp")
    ? { ...START_PLACES.telegram, parameter: "startapp", limit: 512 }
    : START_PLACES[messenger];

/** `t.me/share/url?url=…` passes an address on and starts nothing. */
export const isShare = (url: URL): boolean => url.pathname.startsWith("/share/");

/** An address as people paste it: without a scheme, or in Telegram's own. */
export function spelledOut(address: string): string {
  const trimmed = address.trim().replace(/^tg:(?:\/\/)?resolve\?domain=(\w+)&?/i, "https://t.me/$1?");
  return /^[\p{L}\d-]+(\.[\p{L}\d-]+)+([/?#]|$)/u.test(trimmed) ? `https://${trimmed}` : trimmed;
}

/** Characters a minted click id takes: `c_` and 16. */
export const CLICK_LENGTH = 18;

/** What an operator may choose to lead to; a site and an offer are addresses. */
export type Target = Messenger | "site" | "offer";

/** What a messenger's names are made of: anything else would be an address that leads nowhere. */
export const BOT_NAMES: Readonly<Record<Exclude<Messenger, "whatsapp">, readonly [host: string, name: RegExp]>> = {
  telegram: ["t.me", /^\w+$/],
  max: ["max.ru", /^[\w-]+$/],
  vk: ["vk.me", /^[\w.-]+$/],
};

/** An address for what was typed: a whole address stays, also without its scheme; a bot's name or a phone becomes its messenger's link. null = it is
 *  none of these. */
export function addressOf(target: string, typed: string): string | null {
  const text = typed.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  if (/^[^\s/]+\.[^\s/]+\//.test(text)) return `https://${text}`;
  if (target === "telegram" || target === "max" || target === "vk") {
    const [host, name] = BOT_NAMES[target];
    const bare = text.replace(/^@/, "");
    return name.test(bare) ? `https://${host}/${bare}` : null;
  }
  if (target !== "whatsapp") return `https://${text}`;
  const phone = readPhone(text);
  return phone.ok && phone.value !== null ? `https://wa.me/${phone.value.slice(1)}` : null;
}

/** The `to` of a tracked link for an address an operator typed: the click's place added where it is missing. A site gets it as `tl`, a name that
 *  neither browsers nor blockers strip, unlike utm_*, gclid, fbclid, yclid, click_id, clickid and subid. */
export function withClickPlace(pasted: string): string {
  const address = spelledOut(pasted).replaceAll(/%7Bclick%7D/gi, "{click}");
  if (address.includes("{click}")) return address;
  const url = URL.parse(address);
  if (!url) return address;
  const messenger = messengerOf(url);
  const name = messenger === null ? SITE_PARAMETER : placeIn(url, messenger).parameter;
  if (messenger === "whatsapp" && url.searchParams.has(name)) {
    url.searchParams.set(name, `${url.searchParams.get(name) ?? ""} (CLICK)`);
    return url.href.replace("%28CLICK%29", "({click})").replace("(CLICK)", "({click})");
  }
  url.searchParams.delete(name);
  const [bare = "", hash] = url.href.split("#", 2);
  return `${bare}${url.search === "" ? "?" : "&"}${name}={click}${hash === undefined ? "" : `#${hash}`}`;
}

/** Any name would do: the snippet knows a click by its form (`ui/snippet.ts`). This one only has to survive the way, see `withClickPlace`. */
const SITE_PARAMETER = "tl";

/** Puts the click id where the link asks for it; "" when nothing is counted. A header takes no Cyrillic, so such an address goes out encoded. */
export function fillClick(to: string, click: string): string {
  const filled = to.replaceAll("{click}", click).replaceAll(/%7Bclick%7D/gi, click);
  return /^[\x21-\x7e]*$/.test(filled) ? filled : (URL.parse(filled)?.href ?? encodeURI(filled));
}
