/** `GET /r/:slug`: record the click, then let the visitor go. The record is durable before the redirect leaves, because what a browser may strip
 *  later is then already ours. Previews, robots, HEAD and prefetches get the same redirect without a click id and count nothing.
 *  If storage fails the visitor still goes on: a paid click must not end on an error page of ours, and its start carries the click id anyway. */
import type { Context } from "../context.ts";
import { fillClick } from "../domain/link/deep-link.ts";
import { isPreview } from "../domain/preview.ts";
import { recordClick } from "../flows/record-click.ts";
import { parseQuery } from "../lib/body/query.ts";
import { newClickId, randomBase62 } from "../lib/ids.ts";
import { languageOf } from "../ui/language.ts";
import { linkGonePage } from "../ui/link-gone.ts";
import { type Routed, pathName } from "../lib/routed.ts";
import { isNoVisit } from "./no-visit.ts";
import { pageAnswer } from "./page-answer.ts";

const COOKIE = "tl_v";
const COOKIE_SECONDS = 400 * 86_400;
const VISITOR = /^v_[A-Za-z0-9]{22}$/;

/** 302, or the page «ссылка устарела» with 404. The cookie is set only where the link asks for it. */
export async function followLink(request: Routed, ctx: Context): Promise<Response> {
  const slug = pathName(request, "slug") ?? "";
  const link = ctx.config.links.get(slug);
  if (!link) return linkGone(request, ctx);
  const headers = new Headers({ "cache-control": "no-store", "referrer-policy": "strict-origin-when-cross-origin" });
  const url = new URL(request.url);
  const userAgent = request.headers.get("user-agent");
  const facts = { slug, link, query: parseQuery(url.search.slice(1)), referrerHost: referrerHost(request), userAgent };
  if (request.method === "HEAD" || isNoVisit(request) || isPreview(userAgent)) {
    if (request.method === "GET" && isPreview(userAgent))
      ctx.waitUntil(recordClick(ctx, { ...facts, click: newClickId(), visitor: null }));
    headers.set("location", fillClick(link.to, ""));
    return new Response(null, { status: 302, headers });
  }
  const click = newClickId();
  const visitor = link.cookie ? (knownVisitor(request) ?? `v_${randomBase62(22)}`) : null;
  await recordClick(ctx, { ...facts, click, visitor }).catch((failure: unknown) => {
    ctx.log("error", "click.lost", { link: slug, message: failure instanceof Error ? failure.message : "unknown" });
  });
  if (visitor !== null) headers.set("set-cookie", visitorCookie(visitor, url.protocol === "https:"));
  headers.set("location", fillClick(link.to, click));
  return new Response(null, { status: 302, headers });
}

/** A page and no problem document: it is a visitor who followed the link. */
async function linkGone(request: Routed, ctx: Context): Promise<Response> {
  const language = languageOf(new URLSearchParams(), request.headers, ctx.config.workspace.locale);
  return pageAnswer(linkGonePage(language), { status: 404 });
}

function referrerHost(request: Routed): string | null {
  const referrer = request.headers.get("referer");
  return referrer === null ? null : (URL.parse(referrer)?.host ?? null);
}

/** The cookie as we set it; any other form is nobody's. */
function knownVisitor(request: Routed): string | null {
  const match = /(?:^|;\s*)tl_v=([^;]+)/.exec(request.headers.get("cookie") ?? "");
  return match?.[1] !== undefined && VISITOR.test(match[1]) ? match[1] : null;
}

const visitorCookie = (visitor: string, secure: boolean): string =>
  `${COOKIE}=${visitor}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
