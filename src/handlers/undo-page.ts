/** `/undo/:token`: "it was not me" from the bot's message. Opening it changes nothing (previews open links); pressing the button does. */
import type { Context } from "../context.ts";
import { undoChange } from "../flows/login/unlink-account.ts";
import { clientAddress } from "../lib/client-address.ts";
import { PAGE_COPY } from "../ui/copy.ts";
import { languageOf } from "../ui/language.ts";
import { pageHeaders } from "../ui/page-headers.ts";
import { renderNotice } from "../ui/pin-page.ts";
import { originOf } from "./login-fields.ts";
import { comesFromOurPage } from "../lib/same-origin.ts";
import { type Routed, pathName } from "../lib/routed.ts";

/** Needs no proof but the token: it was sent to the messenger account that the change was about. */
export async function undoPage(request: Routed, ctx: Context): Promise<Response> {
  const language = languageOf(new URL(request.url).searchParams, request.headers, ctx.config.workspace.locale);
  const copy = PAGE_COPY[language];
  const limiter = request.method === "POST" ? ctx.env.PAGE_POSTS : ctx.env.PAGE_GETS;
  const { success } = await limiter.limit({ key: clientAddress(request) });
  const say = async (
    text: string,
    status: number,
    form = "",
    extra: Readonly<Record<string, string>> = {},
  ): Promise<Response> => {
    const { html, style, images } = renderNotice(language, text, form);
    const headers = await pageHeaders({ style, formTargets: [], images });
    for (const [name, value] of Object.entries(extra)) headers.set(name, value);
    return new Response(html, { status, headers });
  };
  if (!success) return say(copy.busy, 429, "", { "retry-after": "60" });
  if (request.method === "GET" || request.method === "HEAD") {
    return say(copy.undo, 200, `<form method="post"><button>${copy.undoButton}</button></form>`);
  }
  if (request.method !== "POST") return say(copy.gone, 405, "", { allow: "GET, HEAD, POST" });
  if (!comesFromOurPage(request, ctx.settings.publicUrl)) return say(copy.forbidden, 403);
  const undone = await undoChange(ctx, pathName(request, "token") ?? "", originOf(ctx, request));
  return say(undone ? copy.undone : copy.undoGone, 200);
}
