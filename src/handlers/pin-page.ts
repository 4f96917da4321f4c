/** The edge page, `/` and `/l/:buid`. GET and HEAD change nothing and read no database, so previews and scanners are harmless. A post succeeds with
 *  `303` to the site or says one text for everything that can be wrong; which it was is told to the signed back-channel only. */
import type { Context } from "../context.ts";
import { type Connection, type ConnectionOf, isKind } from "../domain/config.ts";
import { LOGIN_START, botName, deepLink } from "../domain/login-url.ts";
import { type Entry, type PageAddress, askNewPin, enterByPin, enterByToken } from "../flows/login/enter-by-page.ts";
import { formToken, isFormToken } from "../flows/login/form-token.ts";
import { clientAddress } from "../lib/client-address.ts";
import { escapeHtml } from "../lib/html.ts";
import { type Language, PAGE_COPY } from "../ui/copy.ts";
import { languageOf } from "../ui/language.ts";
import { type PinPage, renderNotice, renderPinPage } from "../ui/pin-page.ts";
import { isPlain, readForm } from "./form-post.ts";
import { noticeAnswer, pageAnswer } from "./page-answer.ts";
import { notAllowed } from "./problem.ts";
import { comesFromOurPage } from "../lib/same-origin.ts";
import { type Routed, pathName } from "../lib/routed.ts";

type Visit = PageAddress & { readonly token: string | null; readonly language: Language; readonly subject: string };

/** Limits per address are a first filter only; what stops guessing is counted with the holder (`store/seats.ts`). */
export async function pinPage(request: Routed, ctx: Context): Promise<Response> {
  const limiter = request.method === "POST" ? ctx.env.PAGE_POSTS : ctx.env.PAGE_GETS;
  const language = languageOf(new URL(request.url).searchParams, request.headers, ctx.config.workspace.locale);
  const { success } = await limiter.limit({ key: clientAddress(request) });
  if (!success) return noticeAnswer(language, "busy", { status: 429, headers: { "retry-after": "60" } });
  switch (request.method) {
    case "GET":
    case "HEAD":
      return show(request, ctx, language);
    case "POST":
      return enter(request, ctx, language);
    case "OPTIONS":
      return new Response(null, { status: 204, headers: { allow: "GET, HEAD, POST", "cache-control": "no-store" } });
    default:
      return notAllowed(ctx, ["GET", "HEAD", "POST"]);
  }
}

/** What GET and HEAD get: the form, or for a trusted link a button. Nothing is looked up, so an address that was made up looks
 *  like a real one. */
async function show(request: Routed, ctx: Context, language: Language): Promise<Response> {
  const query = new URL(request.url).searchParams;
  if ([...query.keys()].length === 0 && pathName(request, "buid") === null)
    return noticeAnswer(language, "gone", { status: 404 });
  const visit = readVisit(request, ctx, language);
  if (visit === "malformed") return noticeAnswer(language, "gone", { status: 400 });
  if (visit === null) return noticeAnswer(language, "gone", { status: 404 });
  return page(ctx, visit, visit.token === null ? "form" : "trusted");
}

/** In this order: a readable address, a page of ours, a small plain form, a fresh form token; only then is the database asked. A
 *  broken database is «busy» with 503, never «wrong PIN». */
async function enter(request: Routed, ctx: Context, language: Language): Promise<Response> {
  const visit = readVisit(request, ctx, language);
  if (visit === "malformed") return noticeAnswer(language, "gone", { status: 400 });
  if (visit === null) return noticeAnswer(language, "gone", { status: 404 });
  if (!comesFromOurPage(request, ctx.settings.publicUrl)) return noticeAnswer(language, "forbidden", { status: 403 });
  const form = await readForm(request);
  if (!form.ok)
    return noticeAnswer(language, "forbidden", { status: { content_type: 415, too_large: 413, malformed: 400 }[form.error] });
  const given = form.value.get("token") ?? "";
  if (!(await isFormToken(ctx, visit.site.id, visit.subject, given))) return noticeAnswer(language, "forbidden", { status: 403 });
  try {
    if (visit.token !== null) return await answer(ctx, visit, await enterByToken(ctx, visit, visit.token), "");
    if (form.value.has("resend")) {
      await askNewPin(ctx, visit);
      return await page(ctx, visit, "sent");
    }
    const pin = form.value.get("pin") ?? "";
    return await answer(ctx, visit, await enterByPin(ctx, visit, pin, given), pin);
  } catch (failure) {
    ctx.log("error", "page.failed", { error: failure instanceof Error ? failure.name : "unknown" });
    return noticeAnswer(language, "busy", { status: 503, headers: { "retry-after": "2" } });
  }
}

/** 303 to the site; the page also carries the link, for a browser that does not follow. 409 = proved, but the stored way back is
 *  not registered any more. */
async function answer(ctx: Context, visit: Visit, entry: Entry, typed: string): Promise<Response> {
  if (!entry.entered)
    return visit.token === null ? page(ctx, visit, "failed", typed) : noticeAnswer(visit.language, "gone", { status: 200 });
  if (entry.location === null) return noticeAnswer(visit.language, "gone", { status: 409 });
  const link = `<a href="${escapeHtml(entry.location)}">${PAGE_COPY[visit.language].onward}</a>`;
  return pageAnswer(renderNotice(visit.language, escapeHtml(visit.site.id), link), {
    status: 303,
    headers: { location: entry.location },
  });
}

/** Who is asked for and where; null = no such site, "malformed" = no browser of ours made this address. */
function readVisit(request: Routed, ctx: Context, language: Language): Visit | null | "malformed" {
  const query = new URL(request.url).searchParams;
  if (!isPlain(query)) return "malformed";
  const site = siteOf(ctx, query.get("site"));
  if (site === null) return null;
  const buid = (pathName(request, "buid") ?? query.get("buid") ?? "").slice(0, 64);
  const txn = query.get("txn");
  const token = query.get("t");
  return { site, buid, txn, token, language, subject: txn === null ? `b ${buid} ${token ?? ""}` : `t ${txn} ${token ?? ""}` };
}

/** The one there is, when the address names none. */
function siteOf(ctx: Context, id: string | null): ConnectionOf<"site"> | null {
  const sites = [...ctx.config.connections.values()].filter((connection) => isKind(connection, "site"));
  if (id !== null) return sites.find((site) => site.id === id) ?? null;
  return sites.length === 1 ? (sites[0] ?? null) : null;
}

async function page(ctx: Context, visit: Visit, state: PinPage["state"], typed = ""): Promise<Response> {
  const bot = ctx.config.connections.get(visit.site.bot ?? "");
  const txn = /^[A-Za-z0-9_-]{1,64}$/.exec(visit.txn ?? "")?.[0] ?? null;
  const rendered = renderPinPage({
    site: visit.site,
    language: visit.language,
    formToken: await formToken(ctx, visit.site.id, visit.subject),
    state,
    bot: bot ? sender(bot, txn ?? LOGIN_START) : null,
    deepLink: bot && txn !== null ? deepLink(bot, "telegram", txn) : null,
    typed,
  });
  return pageAnswer(rendered, { formTargets: returnOrigins(visit.site) });
}

/** The link starts the bot with the word `login`, on which it can send a new link (U13): an old chat that is merely opened would say nothing. A page
 *  of a transaction starts it with that: the code of any other link does not work there.
 *  Salebot names its bots by their Telegram names, which end with "bot" (vendors.md §2.1). */
function sender(bot: Connection, start: string): PinPage["bot"] {
  const name = botName(bot);
  const inTelegram = name !== null && (bot.kind === "telegram" || (bot.kind === "salebot" && /^\w{2,29}bot$/i.test(name)));
  return name === null ? null : { name, telegram: inTelegram ? deepLink(bot, "telegram", start) : null };
}

/** Origins of every registered way back: the page cannot know which one this link has. */
function returnOrigins(site: ConnectionOf<"site">): string[] {
  const urls = [...site.return_to, site.origin].filter((text) => URL.canParse(text)).map((text) => new URL(text).origin);
  return [...new Set(urls)].filter((origin) => origin !== "null");
}
