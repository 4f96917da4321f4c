/** The whole URL surface. Reads as a contents page: every handler is `(request, ctx) => Response`. */
import { type IRequest, Router } from "itty-router";
import { type Context, newContext } from "./context.ts";
import type { Env } from "./env.ts";
import { json, problem } from "./handlers/problem.ts";

const router = Router<IRequest, [ctx: Context]>();

router.all("*", (_request, ctx) => problem(ctx, { status: 404, reason: "not_found" }));

export async function route(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
  if (new URL(request.url).pathname === "/healthz") return json({ ok: true, version: "0.1.0" });
  const ctx = await newContext(env, execution);
  const response: Response = await router.fetch(request, ctx);
  response.headers.set("x-request-id", ctx.requestId);
  return response;
}
