/** The operator's console: its own small router over server-rendered screens. Signed out, every address shows the sign-in page and goes on to
 *  where it led; unsafe methods need the session's CSRF token. */
import type { Context } from "../context.ts";
import { reportCsv } from "../domain/funnel/csv.ts";
import { type Session, closeSession, isSameSession, openSession, readSession } from "../flows/console-session.ts";
import { MAX_IMPORT_BYTES } from "../flows/import-events.ts";
import { type Exported, exportLines, isExported } from "../flows/export-all.ts";
import { recogniseToken } from "../flows/operator.ts";
import { runReport } from "../flows/run-report.ts";
import { clientAddress } from "../lib/client-address.ts";
import { comesFromOurPage } from "../lib/same-origin.ts";
import { type Html, html, render } from "../lib/markup.ts";
import { recordAct } from "../store/operator/access.ts";
import { countProblems } from "../store/problem-reads.ts";
import { type ActResult, failed } from "./acts/act.ts";
import { ACTS } from "./acts.ts";
import { assetAt } from "./assets.ts";
import { type PostedForm, SIGNED_OUT_BYTES, formOf, withTyped } from "./forms.ts";
import { type Page, frame, menuBody, renderPage } from "./page.ts";
import { CONSOLE_POLICY } from "./policy.ts";
import { besidePage } from "./screens/beside.ts";
import { connectionPage } from "./screens/connection.ts";
import { connectionsPage } from "./screens/connections.ts";
import { eventPage } from "./screens/event.ts";
import { eventsPage, liveVersion } from "./screens/events.ts";
import { funnelPage } from "./screens/funnel.ts";
import { linkCheckPage } from "./screens/link-check.ts";
import { linkPage, qrFile } from "./screens/link.ts";
import { linksPage } from "./screens/links.ts";
import { forgetNumbers, overviewPage } from "./screens/overview.ts";
import { peoplePage, reportPeoplePage } from "./screens/people.ts";
import { personPage } from "./screens/person.ts";
import { problemPage, problemsPage } from "./screens/problems.ts";
import { searchPage } from "./screens/search.ts";
import { accessPage } from "./screens/settings/access.ts";
import { dataPage } from "./screens/settings/data.ts";
import { projectPage } from "./screens/settings/project.ts";
import { rulesPage } from "./screens/settings/rules.ts";
import { signInPage } from "./screens/sign-in.ts";
import { welcomePage } from "./screens/welcome.ts";
import { whyPage } from "./screens/why.ts";
import { type View, newView, publicOrigin } from "./view.ts";
import { copyBox, backLink } from "./layout.ts";
import { CSV, fileAnswer } from "../lib/file-answer.ts";

type Draw = (view: View, id: string) => Promise<Page | null>;

const SCREENS: readonly (readonly [RegExp, Draw])[] = [
  [/^\/console\/?$/, overviewPage],
  [/^\/console\/events$/, eventsPage],
  [/^\/console\/events\/([^/]+)$/, eventPage],
  [/^\/console\/people$/, peoplePage],
  [/^\/console\/people\/([^/]+)$/, personPage],
  [/^\/console\/people\/([^/]+)\/beside$/, besidePage],
  [/^\/console\/funnel$/, funnelPage],
  [/^\/console\/funnel\/people$/, reportPeoplePage],
  [/^\/console\/welcome$/, welcomePage],
  [/^\/console\/why$/, whyPage],
  [/^\/console\/links$/, linksPage],
  [/^\/console\/links\/check$/, linkCheckPage],
  [/^\/console\/links\/([^/]+)$/, linkPage],
  [/^\/console\/connections$/, connectionsPage],
  [/^\/console\/connections\/([^/]+)$/, connectionPage],
  [/^\/console\/problems$/, problemsPage],
  [/^\/console\/problems\/([^/]+)$/, problemPage],
  [/^\/console\/settings$/, projectPage],
  [/^\/console\/settings\/rules$/, (view) => rulesPage(view)],
  [/^\/console\/settings\/access$/, accessPage],
  [/^\/console\/settings\/data$/, dataPage],
  [/^\/console\/search$/, searchPage],
  [/^\/console\/menu$/, async (view) => ({ title: view.word("more"), screen: "settings", body: menuBody(view) })],
];

/** Broken storage is told as what happened and what to do; nothing of it is read for that page. */
export async function consoleRoutes(request: Request, ctx: Context): Promise<Response> {
  try {
    return await respond(request, ctx);
  } catch (failure) {
    ctx.log("error", "console.failed", { message: failure instanceof Error ? failure.message : "unknown" });
    return answer(brokenPage(newView(request, ctx, null, 0)), 503, { "retry-after": "5" });
  }
}

const brokenPage = (view: View): Html =>
  frame(
    view,
    view.say(["Данные не читаются", "The data cannot be read"]),
    html`<main class="login" id="main" data-door><h1>${view.say(["Данные сейчас не читаются", "The data cannot be read right now"])}</h1><p>${view.say(["База не ответила. Принятые события не потеряны: они хранятся у входа и привяжутся, когда она вернётся.", "The database did not answer. No accepted event is lost: they are kept at the door and will be bound when it is back."])}</p><p>${view.say(["Обновите страницу через минуту. Если повторится — сообщите номер запроса:", "Reload in a minute. If it stays, tell the request's number:"])} <code>${view.ctx.requestId}</code></p><p><a class="btn main" href="${safeBack(view.url.pathname + view.url.search)}">${view.say(["Обновить", "Reload"])}</a></p></main>`,
  );

/** Assets and signing in need no session; everything else asks for one, unsafe methods for its token besides. Nothing changes by
 *  GET. */
async function respond(request: Request, ctx: Context): Promise<Response> {
  const { pathname } = new URL(request.url);
  const asset = assetAt(pathname);
  if (asset) return asset;
  if (pathname === "/console/sign-in" && request.method === "POST") return signIn(request, ctx);
  const [session, problems] = await Promise.all([readSession(ctx, request), countProblems(ctx.env.DB, ctx.clock())]);
  const view = newView(request, ctx, session, session === null ? 0 : problems);
  if (session === null) return askToSignIn(request, view);
  if (request.method === "POST") return change(request, view, session);
  if (request.method !== "GET" && request.method !== "HEAD") return answer(notFound(view), 405, { allow: "GET, HEAD, POST" });
  if (pathname === "/console/funnel.csv") return csv(view);
  const exported = /^\/console\/export\/(\w+)\.jsonl$/.exec(pathname)?.[1] ?? "";
  if (isExported(exported)) return exportFile(view, exported);
  const qr = /^\/console\/qr\/([^/]+)$/.exec(pathname);
  if (qr) return qrFile(view, qr[1] ?? "") ?? answer(notFound(view), 404);
  if (request.headers.get("x-live") !== null) return live(view);
  return drawn(view);
}

/** A form whose session ended is told that nothing was saved, and signing in leads back to the page it stood on. */
async function askToSignIn(request: Request, view: View): Promise<Response> {
  if (request.method === "GET" || request.method === "HEAD") return answer(signInPage(view, null), 200);
  const form = request.method === "POST" ? await formOf(request, SIGNED_OUT_BYTES) : null;
  return answer(signInPage(form ? at(view, safeBack(form("back"))) : view, "ended"), 401);
}

/** The view of the page a form stood on: what is drawn after an act must not lead to the act's own address. */
const at = (view: View, back: string): View => ({ ...view, url: new URL(back, view.url) });

/** A broken escape is nobody's id. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

async function draw(view: View): Promise<Page | null> {
  for (const [pattern, screen] of SCREENS) {
    const match = pattern.exec(view.url.pathname);
    if (match) return screen(view, decoded(match[1] ?? ""));
  }
  return null;
}

/** What stands at the view's address: 404 where nothing does, unless the answer's status is settled already. */
async function drawn(view: View, status?: number): Promise<Response> {
  const page = await draw(view);
  return answer(page ? renderPage(view, page) : notFound(view), status ?? (page ? 200 : 404));
}

/** The same page again, or 204 when nothing changed since the version the reader has. */
async function live(view: View): Promise<Response> {
  const version = await liveVersion(view);
  if (view.url.searchParams.get("live") === version)
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  const response = await drawn(view);
  response.headers.set("x-version", version);
  return response;
}

const answer = (body: Html, status: number, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(render(body), { status, headers: { ...CONSOLE_POLICY, ...headers } });

const notFound = (view: View): Html =>
  renderPage(view, {
    title: view.word("gone"),
    screen: null,
    body: html`<p>${view.word("goneText")}</p><a class="btn" href="/console">${view.word("overview")}</a>`,
  });

function redirect(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** Every try costs one of the address's minute, right or wrong, so that guessing on is no use once the answer is «too many». A form of another
 *  site cannot sign a browser in: it would then work in a stranger's name. */
async function signIn(request: Request, ctx: Context): Promise<Response> {
  const form = await formOf(request, SIGNED_OUT_BYTES);
  const view = at(newView(request, ctx, null, 0), safeBack(form?.("back") ?? ""));
  if (!form || !comesFromOurPage(request, ctx.settings.publicUrl)) return answer(signInPage(view, "wrong"), 400);
  const { success } = await ctx.env.FAILED_PROOFS.limit({ key: `console:${clientAddress(request)}` });
  const operator = success ? await recogniseToken(ctx, form("token").trim()) : null;
  if (operator) {
    const there = ctx.config.version === 0 ? "/console/welcome" : safeBack(form("back"));
    return redirect(there, [await openSession(ctx, request, operator)]);
  }
  ctx.log("warn", "console.sign_in.failed", { limited: !success });
  return success ? answer(signInPage(view, "wrong"), 401) : answer(signInPage(view, "limited"), 429, { "retry-after": "60" });
}

const refusedPage = (view: View, why: "expired" | "unreadableForm", back: string): Html =>
  renderPage(view, {
    title: view.word("refused"),
    screen: null,
    body: html`<p class="note bad" role="alert" data-door>${view.word(why)}</p><p><a class="btn main" data-key="Escape" href="${back}">${view.word("goBack")}</a></p>`,
  });

/** In this order: a readable form, the session's own token, a known act, a key that may act; only then the act, and after it the
 *  log. Signing out and the look of the page are nobody's right to refuse, so they come before the role. */
async function change(request: Request, view: View, session: Session): Promise<Response> {
  const form = await formOf(request, MAX_IMPORT_BYTES);
  if (!form) return answer(refusedPage(view, "unreadableForm", "/console"), 400);
  if (!(await isSameSession(session, form("csrf")))) return answer(refusedPage(view, "expired", safeBack(form("back"))), 403);
  const { pathname } = view.url;
  if (pathname === "/console/sign-out") return redirect("/console", [await closeSession(view.ctx, request, session)]);
  const back = safeBack(form("back"));
  if (pathname === "/console/preferences") return redirect(back, preferenceCookies(form));
  const name = /^\/console\/act\/(.+)$/.exec(pathname)?.[1] ?? "";
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!act) return answer(notFound(view), 404);
  const { who, role } = session.operator;
  if (role === "viewer") return afterAct(view, failed(view.word("readOnly")), form);
  const result = await act(view, form);
  const subject = SUBJECTS.map(form).find((value) => /^[\w:.-]{1,80}$/.test(value)) ?? "";
  await recordAct(view.ctx.env.DB, { at: view.ctx.clock(), who, act: name, subject });
  forgetNumbers();
  return afterAct(view, result, form);
}

/** Fields that name what an act is about, by ids and short names only. */
const SUBJECTS = ["person", "id", "connection", "slug", "problem", "version", "index", "kind"];

/** Post, redirect, get: reloading the page after an act does not repeat it. What is shown once, or typed and refused, is answered directly. */
async function afterAct(acting: View, result: ActResult, form: PostedForm): Promise<Response> {
  const back = safeBack(form("back"));
  const view = at(acting, back);
  // The page of a refused form again. Why is never read from an address: that would let anybody's link say anything here.
  const withForm = (page: Response): Promise<Response> => withTyped(page, acting.url.pathname, form);
  if ("failed" in result) return withForm(await drawn({ ...view, refusal: result.failed }, 422));
  if ("refused" in result) {
    const page = answer(renderPage(view, await rulesPage(view, result.refused)), 422);
    return result.refused.act === "save-config" ? withForm(page) : page;
  }
  if ("once" in result) {
    const blocks = result.once.blocks.map(({ title, text }, index) => html`<h2>${title}</h2>${copyBox(view, `o${index}`, text)}`);
    const body = html`<p class="note">${result.once.lead}</p>${blocks}<p class="gap">${backLink(back, view.word("goBack"))}</p>`;
    return answer(renderPage(view, { title: result.once.title, screen: "settings", body }), 200);
  }
  if ("shared" in result) {
    const url = `${publicOrigin(view)}${result.shared}`;
    const body = html`<p>${view.say(["Ссылка только для чтения, действует 30 дней:", "A read-only link, valid for 30 days:"])}</p>${copyBox(view, "shared", url)}<p>${backLink(back, view.word("goBack"))}</p>`;
    return answer(renderPage(view, { title: view.say(["Поделиться", "Share"]), screen: "funnel", body }), 200);
  }
  const target = new URL(result.next ?? (form("next") === "" ? back : safeBack(form("next"))), view.url);
  target.searchParams.set("done", "1");
  return redirect(`${target.pathname}${target.search}`);
}

/** Only pages of the console itself: an act is no page. What the last act came to is told once. */
function safeBack(text: string): string {
  if (!text.startsWith("/console")) return "/console";
  const { pathname, searchParams } = new URL(text, "https://console.invalid");
  if (!/^\/console(?:\/|$)/.test(pathname) || /^\/console\/(?:act\/|sign-|preferences)/.test(pathname)) return "/console";
  searchParams.delete("done");
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams.toString()}`;
}

/** Readable by scripts and for a year: they hold a taste, not a right. Only known words are written. */
function preferenceCookies(form: (name: string) => string): string[] {
  const keep = (name: string, value: string): string => `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
  const [lang, theme, keys] = [form("lang"), form("theme"), form("keys")];
  return [
    ...(lang === "ru" || lang === "en" ? [keep("tl_lang", lang)] : []),
    ...(lang === "" && ["auto", "light", "dark"].includes(theme) ? [keep("tl_theme", theme)] : []),
    ...(keys === "on" || keys === "off" ? [keep("tl_keys", keys)] : []),
  ];
}

/** A stream: the ledger is read page by page while the browser writes, so its length is no matter. */
const exportFile = (view: View, what: Exported): Response =>
  fileAnswer(
    exportLines(view.ctx, what, view.url.searchParams.get("from") ?? ""),
    "application/x-ndjson; charset=utf-8",
    `${what}.jsonl`,
  );

/** As the screen counts it; a mistake in the parameters is the screen with what is wrong (422), not a file. */
async function csv(view: View): Promise<Response> {
  const report = await runReport(view.ctx, Object.fromEntries(view.url.searchParams));
  if (!report.ok) {
    const there = at(view, `/console/funnel${view.url.search}`);
    return answer(renderPage(there, await funnelPage(there)), 422);
  }
  const dialect = view.url.searchParams.get("format") === "excel" ? "excel" : "csv";
  return fileAnswer(reportCsv(report.value, dialect), CSV, "funnel.csv");
}
