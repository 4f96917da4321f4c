/** `POST /hit/:site`: the snippet tells of a landing that carries marks (UTM, an advertiser's click id) and no click of ours, and gets one.
 *  Anybody can call it, so it believes little. Only pages of the site may (Origin; a script of a stranger's page cannot forge it, a program can, and
 *  gains what following `/r/` would give it: an anonymous click). Of what is told only marks are read, and none becomes an identifier; the
 *  visitor's id is digested per site, so no caller can name a visitor or a click of somebody else. Opening the page again is the same click. */
import type { Context } from "../context.ts";
import { isPreview } from "../domain/preview.ts";
import { isPageOf, marksOf } from "../domain/link/landing.ts";
import { recordSiteClick } from "../flows/record-click.ts";
import { readLimited } from "../lib/body/limited.ts";
import { clientAddress } from "../lib/client-address.ts";
import { fromUtf8 } from "../lib/crypto.ts";
import { type Routed, pathName } from "../lib/routed.ts";
import { invalidRequest } from "./json-body.ts";
import { isNoVisit } from "./no-visit.ts";
import { json, problem } from "./problem.ts";

const MOST_BYTES = 8 * 1024;
/** What the snippet makes up for a browser. */
const VISITOR = /^[\w.-]{16,64}$/;

/** 201 with a click, 204 for a robot or a page loaded ahead, 403 for a page of another site. Throws when the click could not be stored: no answer gives a
 *  click that is not ours. */
export async function siteClick(request: Routed, ctx: Context): Promise<Response> {
  const { success } = await ctx.env.PAGE_GETS.limit({ key: `hit:${clientAddress(request)}` });
  if (!success) return problem(ctx, { status: 429, reason: "rate_limited", retryAfterSeconds: 60 });
  const site = ctx.config.connections.get(pathName(request, "site") ?? "");
  if (site?.kind !== "site") return problem(ctx, { status: 404, reason: "not_found" });
  const origin = request.headers.get("origin") ?? "";
  if (!isPageOf(origin, [site.origin, ...site.return_to])) return problem(ctx, { status: 403, reason: "origin_not_allowed" });
  const answer = await judged(request, ctx, site.id);
  answer.headers.set("access-control-allow-origin", origin);
  answer.headers.set("vary", "origin");
  return answer;
}

/** 204 for robots and previews: answered, not recorded. A visitor id of another form than ours is left out, the click is kept. */
async function judged(request: Routed, ctx: Context, site: string): Promise<Response> {
  const bytes = await readLimited(request, MOST_BYTES);
  if (bytes === null) return problem(ctx, { status: 413, reason: "too_large" });
  const told = new URLSearchParams(fromUtf8(bytes));
  const marks = marksOf(told);
  if (marks.length === 0) return invalidRequest(ctx, [{ path: "", message: "a landing without marks is no click" }]);
  const userAgent = request.headers.get("user-agent");
  if (isNoVisit(request) || isPreview(userAgent))
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  const visitor = told.get("visitor") ?? "";
  const known = VISITOR.test(visitor) ? visitor : null;
  const referrerHost = URL.parse(told.get("referrer") ?? "")?.host ?? null;
  const click = await recordSiteClick(ctx, { site, marks, visitor: known, referrerHost, userAgent });
  return json({ click }, 201);
}
