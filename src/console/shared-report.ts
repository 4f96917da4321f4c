/** `/report/:token`: one report for somebody without an account. Numbers only: no person, no link into the console. */
import type { Context } from "../context.ts";
import { reportCsv } from "../domain/funnel/csv.ts";
import { runReport } from "../flows/run-report.ts";
import { openSharedReport } from "../flows/share-report.ts";
import { type Html, html, render } from "../lib/markup.ts";
import { frame } from "./page.ts";
import { basis, funnelBars, reportTables } from "./report-view.ts";
import { CONSOLE_POLICY } from "./policy.ts";
import { fullTime, newView } from "./view.ts";
import { type Routed, pathName } from "../lib/routed.ts";
import { CSV, fileAnswer } from "../lib/file-answer.ts";

/** 404 for a token that is forged or over, which are not told apart. `?format=csv|excel` is what a spreadsheet reads without an account. */
export async function sharedReport(request: Routed, ctx: Context): Promise<Response> {
  const view = newView(request, ctx, null, 0);
  const opened = await openSharedReport(ctx, pathName(request, "token") ?? "");
  if (!opened)
    return page(
      frame(
        view,
        "Throughline",
        html`<main id="main"><h1>${view.say(["Ссылка на отчёт устарела", "This report link has expired"])}</h1><p>${view.say(["Попросите новую у того, кто её прислал.", "Ask whoever sent it for a new one."])}</p></main>`,
      ),
      404,
    );
  const report = await runReport(ctx, opened.query, "all");
  if (!report.ok) return page(frame(view, "Throughline", html`<main id="main"><h1>${view.word("gone")}</h1></main>`), 404);
  const format = view.url.searchParams.get("format");
  if (format === "csv" || format === "excel") return fileAnswer(reportCsv(report.value, format), CSV);
  const body = html`<main id="main"><header class="top"><h1>${ctx.config.workspace.name}: ${view.word("funnel")}</h1><a class="btn" href="?format=csv">CSV</a><a class="btn" href="?format=excel" download="report.csv">Excel</a><span class="dim">${view.say(["ссылка действует до {0}", "this link works until {0}"], fullTime(view, opened.expiresAt))}</span></header>${basis(view, report.value)}${funnelBars(view, report.value, null)}${reportTables(view, report.value, null)}</main>`;
  return page(frame(view, view.word("funnel"), body), 200);
}

const page = (body: Html, status: number): Response =>
  new Response(render(body), { status, headers: { ...CONSOLE_POLICY, "x-robots-tag": "noindex" } });
