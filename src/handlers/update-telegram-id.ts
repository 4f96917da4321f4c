/** `POST /webhook/:connection/:token/update_telegram_id`: the seed's answers, always 200 for a caller that proved itself. */
import type { Context } from "../context.ts";
import { updateTelegramId } from "../flows/update-telegram-id.ts";
import { json } from "./problem.ts";
import { refusal } from "./webhook.ts";
import { type Routed, pathName } from "../lib/routed.ts";

/** A refused caller gets the usual 404 or 401: nothing of the seed's protocol is shown to strangers. */
export async function postTelegramId(request: Routed, ctx: Context): Promise<Response> {
  const address = { connection: pathName(request, "connection") ?? "", pathToken: pathName(request, "token"), pathEvent: null };
  const answer = await updateTelegramId(ctx, request, address);
  return answer.ok ? json(answer.value) : refusal(ctx, answer.error);
}
