/** `/undo/:token`: "it was not me" from the bot's message. Opening it changes nothing (previews open links); pressing the button does. */
import type { Context } from "../context.ts";
import { undoChange } from "../flows/login/unlink-account.ts";
import { clientAddress } from "../lib/client-address.ts";
import { PAGE_COPY } from "../ui/copy.ts";
import { languageOf } from "../ui/language.ts";
import { originOf } from "./login-fields.ts";
import { noticeAnswer } from "./page-answer.ts";
import { comesFromOurPage } from "../lib/same-origin.ts";
import { type Routed, pathName } from "../lib/routed.ts";

/** Needs no proof but the token: it was sent to the messenger account that the change was about. */
export async function undoPage(request: Routed, ctx: Context): Promise<Response> {
  const language = languageOf(new URL(request.url).searchParams, request.headers, ctx.config.workspace.locale);
  const limiter = request.method === "POST" ? ctx.env.PAGE_POSTS : ctx.env.PAGE_GETS;
  const { success } = await limiter.limit({ key: clientAddress(request) });
  if (!success) return noticeAnswer(language, "busy", { status: 429, headers: { "retry-after": "60" } });
  if (request.method === "GET" || request.method === "HEAD") {
    const form = `<form method="post"><button>${PAGE_COPY[language].undoButton}</button></form>`;
    return noticeAnswer(language, "undo", { form });
  }
  if (request.method !== "POST") return noticeAnswer(language, "gone", { status: 405, headers: { allow: "GET, HEAD, POST" } });
  if (!comesFromOurPage(request, ctx.settings.publicUrl)) return noticeAnswer(language, "forbidden", { status: 403 });
  const undone = await undoChange(ctx, pathName(request, "token") ?? "", originOf(ctx, request));
  return noticeAnswer(language, undone ? "undone" : "undoGone", {});
}
