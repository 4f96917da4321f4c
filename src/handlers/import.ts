/** `POST /v1/import`: JSON lines, at most 1,000 a call. */
import type { Context } from "../context.ts";
import { MAX_LINES, importEvents } from "../flows/import-events.ts";
import { requireAdmin } from "./admin.ts";
import { invalidRequest } from "./json-body.ts";
import { json } from "./problem.ts";

export async function importLines(request: Request, ctx: Context): Promise<Response> {
  const refused = await requireAdmin(ctx, request);
  if (refused) return refused;
  const lines = (await request.text()).split("\n").map((line) => line.replace(/\r$/, ""));
  while (lines.at(-1)?.trim() === "") lines.pop();
  if (lines.length > MAX_LINES) return invalidRequest(ctx, [{ path: "", message: `at most ${MAX_LINES} lines a call` }]);
  const rules = new URL(request.url).searchParams.get("rules") === "1";
  return json(await importEvents(ctx, lines, rules));
}
