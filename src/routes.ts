/** The whole URL surface. Reads as a contents page: every handler is `(request, ctx) => Response`. */
import { IttyRouter } from "itty-router/IttyRouter";
import { consoleRoutes } from "./console/console.ts";
import { sharedReport } from "./console/shared-report.ts";
import { type Context, newContext } from "./context.ts";
import type { Env } from "./env.ts";
import { postAuthorize } from "./handlers/authorize.ts";
import { getConfig, getConfigVersions, putConfig, rollbackConfig } from "./handlers/config.ts";
import { postConnectionTest, postSubscription } from "./handlers/connections.ts";
import { getDeliveries, getDelivery, postCancel, postRecover, postReplay } from "./handlers/deliveries.ts";
import {
  deletePerson,
  getErasure,
  postBlock,
  postKeepApart,
  postMerge,
  postMoveIdentifier,
  postUnmerge,
} from "./handlers/identity-acts.ts";
import { postLink } from "./handlers/links.ts";
import { postLogout } from "./handlers/logout.ts";
import { deleteMapping, getMapping, postMapping } from "./handlers/mappings.ts";
import { postMergeLink } from "./handlers/merge-links.ts";
import { postNotify } from "./handlers/notify.ts";
import { getExport } from "./handlers/person-export.ts";
import { pinPage } from "./handlers/pin-page.ts";
import { postPin } from "./handlers/pins.ts";
import { getOpenapi } from "./handlers/openapi.ts";
import { json, notAllowed, problem } from "./handlers/problem.ts";
import { followLink } from "./handlers/redirect.ts";
import { getEvent, getEvents, postEventReplay } from "./handlers/events.ts";
import { getPerson, getPersons, getTimeline } from "./handlers/persons.ts";
import { getProblems } from "./handlers/problems.ts";
import { getReport, postReportShare } from "./handlers/report.ts";
import { postTransaction } from "./handlers/transactions.ts";
import { undoPage } from "./handlers/undo-page.ts";
import { siteClick } from "./handlers/site-click.ts";
import { getSnippet } from "./handlers/snippet.ts";
import { importLines } from "./handlers/import.ts";
import { CUT_SHORT, letBy } from "./lib/body/limited.ts";
import { VERSION } from "./lib/version.ts";
import { postTelegramId } from "./handlers/update-telegram-id.ts";
import { postback, webhook } from "./handlers/webhook.ts";
import { type RequestId, newRequestId } from "./lib/ids.ts";
import { newLog } from "./lib/log.ts";
import type { Routed } from "./lib/routed.ts";

/** Every call but the health check, which needs nothing of ours; `handlers/openapi` describes each of them. */
export const router = IttyRouter<Routed, [ctx: Context], Response | undefined>();

router
  .post("/webhook/:connection/:token/update_telegram_id", postTelegramId)
  .get("/webhook/:connection/:token?/:event?", webhook)
  .post("/webhook/:connection/:token?/:event?", webhook)
  .get("/postback/:connection/:token?/:event?", postback)
  .post("/postback/:connection/:token?/:event?", postback)
  .post("/v1/import", importLines)
  .get("/r/:slug", followLink)
  .head("/r/:slug", followLink)
  .get("/snippet.js", getSnippet)
  .head("/snippet.js", getSnippet)
  .post("/hit/:site", siteClick)
  .get("/openapi.json", getOpenapi)
  .head("/openapi.json", getOpenapi)
  .get("/v1/config", getConfig)
  .put("/v1/config", putConfig)
  .get("/v1/config/versions", getConfigVersions)
  .post("/v1/config/rollback", rollbackConfig)
  .get("/v1/report", getReport)
  .post("/v1/report/share", postReportShare)
  .get("/v1/events", getEvents)
  .get("/v1/events/:id", getEvent)
  .post("/v1/events/:id/replay", postEventReplay)
  .get("/v1/problems", getProblems)
  .get("/v1/persons", getPersons)
  .get("/v1/persons/:id", getPerson)
  .get("/v1/persons/:id/timeline", getTimeline)
  .post("/v1/persons/merge", postMerge)
  .post("/v1/persons/unmerge", postUnmerge)
  .post("/v1/persons/move-identifier", postMoveIdentifier)
  .post("/v1/persons/keep-apart", postKeepApart)
  .delete("/v1/persons/:id", deletePerson)
  .get("/v1/persons/:id/erasure", getErasure)
  .get("/v1/persons/:id/export", getExport)
  .post("/v1/identifiers/block", postBlock)
  .get("/report/:token", sharedReport)
  .head("/report/:token", sharedReport)
  .post("/v1/connections/:id/test", postConnectionTest)
  .post("/v1/connections/:id/subscribe", postSubscription)
  .get("/v1/deliveries", getDeliveries)
  .post("/v1/deliveries/recover", postRecover)
  .get("/v1/deliveries/:id", getDelivery)
  .post("/v1/deliveries/:id/replay", postReplay)
  .post("/v1/deliveries/:id/cancel", postCancel)
  .all("/", pinPage)
  .all("/l/:buid", pinPage)
  .all("/undo/:token", undoPage)
  .post("/v1/authorize", postAuthorize)
  .post("/v1/links", postLink)
  .post("/v1/links/:buid/pin", postPin)
  .post("/v1/logout", postLogout)
  .get("/v1/mappings", getMapping)
  .post("/v1/mappings", postMapping)
  .delete("/v1/mappings", deleteMapping)
  .post("/v1/merge-links", postMergeLink)
  .post("/v1/notify", postNotify)
  .post("/v1/transactions", postTransaction)
  .all("/console/*", consoleRoutes);

/** Answers without settings or storage. */
const HEALTH_CHECK = /^https?:\/\/[^/]+\/healthz\/*(?:\?|$)/;

/** Always answers, with `x-request-id` and what the log is found by: a failure nobody expected is 503 with `Retry-After`, so that
 *  a sender who resends comes again. What nobody read of the body is let by before the answer leaves. */
export async function route(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
  const requestId = newRequestId();
  const response = await answer(request, env, execution, requestId).catch((failure: unknown) => broken(requestId, failure));
  response.headers.set("x-request-id", requestId);
  await letBy(request).catch(() => null);
  return response;
}

async function answer(request: Request, env: Env, execution: ExecutionContext, requestId: RequestId): Promise<Response> {
  if (HEALTH_CHECK.test(request.url)) return health(request, requestId);
  const ctx = await newContext(env, execution, requestId);
  return (await router.fetch(request, ctx)) ?? notRouted(request, ctx);
}

function health({ method }: Request, requestId: RequestId): Response {
  if (method === "GET" || method === "HEAD") return json({ ok: true, version: VERSION });
  return notAllowed({ requestId }, ["GET", "HEAD"]);
}

/** A known address with a method it does not take says which it takes. */
function notRouted(request: Request, ctx: Context): Response {
  const { pathname } = new URL(request.url);
  const allowed = router.routes.flatMap(([method, pattern]) => (pattern.test(pathname) ? [method] : []));
  if (allowed.length === 0) return problem(ctx, { status: 404, reason: "not_found" });
  return notAllowed(ctx, [...new Set(allowed)]);
}

/** What nobody expected is broken storage or broken settings until proved otherwise: never a 2xx, never a judgement, and the sender may come again. A
 *  sender that left in the middle of its body is no fault of ours. */
function broken(requestId: RequestId, failure: unknown): Response {
  const message = failure instanceof Error ? failure.message : "unknown";
  newLog("warn", { request_id: requestId })(message === CUT_SHORT ? "warn" : "error", "request.failed", { message });
  return problem({ requestId }, { status: 503, reason: "unavailable", retryAfterSeconds: 2 });
}
