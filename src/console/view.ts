/** What every screen is given: the request's language, zone, session and formats. Built once per request. */
import type { Context } from "../context.ts";
import { amountText, convert, moneyText } from "../domain/funnel/amount.ts";
import type { Session } from "../flows/console-session.ts";
import type { Operator } from "../flows/operator.ts";
import { readCookie } from "../flows/console-session.ts";
import { type Lang, type Phrase, type Word, WORDS, fill } from "./copy.ts";

/** `url` is the page's own address: after an act that of the page its form stood on. `csrf` is "" without a session. `word` and
 *  `say` give text, not HTML. */
export type View = {
  readonly ctx: Context;
  readonly url: URL;
  readonly lang: Lang;
  readonly theme: "auto" | "light" | "dark";
  /** Whether single letters do something: whoever dictates or presses keys by accident switches them off (WCAG 2.1.4). */
  readonly keys: boolean;
  readonly csrf: string;
  /** Why the form that was sent is refused; null where none was. */
  readonly refusal: string | null;
  /** Who is signed in; null on pages without an account. */
  readonly operator: Operator | null;
  /** Open problems, for the navigation. */
  readonly problems: number;
  readonly word: (word: Word, ...values: (string | number)[]) => string;
  readonly say: (phrase: Phrase, ...values: (string | number)[]) => string;
};

/** As the log of acts, the erasures and the versions of the configuration name whoever acts in this view. */
export const operatorName = (view: View): string => view.operator?.who ?? "operator";

/** Language, theme and keys from the cookies of this console, else from the workspace and the system. `session` null = a page without an account. */
export function newView(request: Request, ctx: Context, session: Session | null, problems: number): View {
  const given = readCookie(request, "tl_lang");
  const lang = given === "en" || given === "ru" ? given : ctx.config.workspace.locale;
  const theme = readCookie(request, "tl_theme");
  return {
    ctx,
    url: new URL(request.url),
    lang,
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    keys: readCookie(request, "tl_keys") !== "off",
    csrf: session?.csrf ?? "",
    refusal: null,
    operator: session?.operator ?? null,
    problems,
    word: (word, ...values) => fill(WORDS[word], lang, values),
    say: (phrase, ...values) => fill(phrase, lang, values),
  };
}

/** Where others reach the gateway: what an operator copies from a page must not name the tunnel or the alias it was opened through. */
export const publicOrigin = ({ ctx, url }: View): string => ctx.settings.publicUrl ?? url.origin;

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(view: View, style: "time" | "day" | "date" | "full"): Intl.DateTimeFormat {
  const zone = view.ctx.config.workspace.time_zone;
  const key = `${view.lang} ${zone} ${style}`;
  const known = formats.get(key);
  if (known) return known;
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const day = { day: "numeric", month: "short" } as const;
  const date = { ...day, year: "numeric" } as const;
  const options = { time: clock, day, date, full: { ...date, ...clock } }[style];
  const made = new Intl.DateTimeFormat(view.lang === "ru" ? "ru-RU" : "en-GB", { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

/** HH:MM:SS in the workspace's zone. */
export const clockTime = (view: View, at: number): string => dateFormat(view, "time").format(at);
/** Day, year and clock in the workspace's zone. */
export const fullTime = (view: View, at: number): string => dateFormat(view, "full").format(at);
/** With its year once a reader would think of another. */
export const shortDay = (view: View, at: number): string =>
  dateFormat(view, Math.abs(view.ctx.clock() - at) < 300 * 86_400_000 ? "day" : "date").format(at);

/** "1–7 мар. 2026 г." for workspace dates, the end exclusive. */
export function daysText(view: View, from: string, to: string): string {
  const [start, end] = [Date.parse(`${from}T12:00:00Z`), Date.parse(`${to}T12:00:00Z`) - 86_400_000];
  const format = new Intl.DateTimeFormat(view.lang === "ru" ? "ru-RU" : "en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return format.formatRange(start, Math.max(start, end));
}

/** "8 с назад", "3 ч назад", a date after a week. */
export function ago(view: View, at: number): string {
  const seconds = Math.max(0, Math.round((view.ctx.clock() - at) / 1000));
  if (seconds < 60) return view.say(["{0} с назад", "{0} s ago"], seconds);
  if (seconds < 3_600) return view.say(["{0} мин назад", "{0} min ago"], Math.floor(seconds / 60));
  if (seconds < 86_400) return view.say(["{0} ч назад", "{0} h ago"], Math.floor(seconds / 3_600));
  return seconds < 604_800 ? view.say(["{0} дн назад", "{0} d ago"], Math.floor(seconds / 86_400)) : shortDay(view, at);
}

const SIGNS: Readonly<Record<string, string>> = { RUB: "₽", USD: "$", EUR: "€", KZT: "₸", UAH: "₴", GBP: "£" };

/** "112 600 ₽": two decimals only when there are any. Its spaces do not break: half a sum on the next line reads as another sum. */
export function moneyOf(view: View, amount: string, currency: string): string {
  const sign = SIGNS[currency] ?? currency;
  return `${numberOf(view, amount.replace(/\.00?$/, "").replace(/\.\d$/, "$&0"))}\u00a0${sign}`;
}

/** Ten-thousandths of a unit. */
export const amountE4 = (view: View, amount: number, currency: string | null): string =>
  moneyOf(view, amountText(amount), currency ?? view.ctx.config.workspace.currency);

/** With what it is worth in the workspace's currency, where there is a rate: so reports count it. */
export function withWorth(view: View, amount: number, currency: string | null): string {
  const { workspace } = view.ctx.config;
  const worth = (currency ?? workspace.currency) === workspace.currency ? null : convert(amount, currency, workspace);
  const own = amountE4(view, amount, currency);
  return worth === null ? own : `${own} (${moneyOf(view, moneyText(worth), workspace.currency)})`;
}

/** Grouped as the reader writes it: a space and a comma in Russian, a comma and a point in English, with a real minus sign. */
export function numberOf(view: View, value: number | string): string {
  const [whole = "0", fraction] = String(value).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, view.lang === "ru" ? "\u00a0" : ",").replace(/^-/, "−");
  return fraction === undefined ? grouped : `${grouped}${view.lang === "ru" ? "," : "."}${fraction}`;
}

/** A share as the report gives it; "—" when there is nothing to divide by. */
export const shareOf = (view: View, share: string | null): string => (share === null ? "—" : `${numberOf(view, share)} %`);

/** A link of the console with changed query parameters; null removes one. */
export function hrefWith(
  view: View,
  changes: Readonly<Record<string, string | number | null>>,
  path = view.url.pathname,
): string {
  const query = new URLSearchParams(path === view.url.pathname ? view.url.search : "");
  for (const name of ["live", "done", "cursor"]) query.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
