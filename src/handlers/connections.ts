/** `POST /v1/connections/:id/test`: a test event through the real pipeline. */
import type { Context } from "../context.ts";
import { sendTestEvent } from "../flows/send-test-event.ts";
import { requireAdmin } from "./admin.ts";
import { json, problem } from "./problem.ts";
import { type Routed, pathName } from "../lib/routed.ts";

export async function postConnectionTest(request: Routed, ctx: Context): Promise<Response> {
  const operator = await requireAdmin(ctx, request);
  if (operator instanceof Response) return operator;
  const connection = ctx.config.connections.get(pathName(request, "id") ?? "");
  if (!connection) return problem(ctx, { status: 404, reason: "not_found" });
  const sent = await sendTestEvent(ctx, connection);
  if (!sent.ok) return problem(ctx, { status: 422, reason: "invalid_request", detail: sent.error.reason });
  return json({ id: sent.value.id, status: sent.value.outcome }, 202);
}
