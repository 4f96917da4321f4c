/** Operator API: `GET /v1/persons/:id/export`, a person's copy of her data as JSON or as a page. */
import type { Context } from "../context.ts";
import { exportPerson } from "../flows/export-person.ts";
import { leavesOf } from "../store/persons.ts";
import { exportPage } from "../ui/export-page.ts";
import { requireAdmin } from "./admin.ts";
import { printedPage } from "./printed-page.ts";
import { problem } from "./problem.ts";
import { type Routed, pathName } from "../lib/routed.ts";

/** JSON, or a page for `Accept: text/html`. 404 `gone` after an erasure: there is nothing left to hand out. */
export async function getExport(request: Routed, ctx: Context): Promise<Response> {
  const operator = await requireAdmin(ctx, request);
  if (operator instanceof Response) return operator;
  const leaves = await leavesOf(ctx.env.DB, pathName(request, "id") ?? "");
  if (leaves.some(({ erased_at }) => erased_at !== null)) return problem(ctx, { status: 404, reason: "gone" });
  const copy = await exportPerson(ctx, leaves);
  if (copy === null) return problem(ctx, { status: 404, reason: "not_found" });
  return printedPage(request, copy, () => exportPage(copy, ctx.config.workspace));
}
