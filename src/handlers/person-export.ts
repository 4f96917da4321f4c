/** Operator API: `GET /v1/persons/:id/export`, a person's copy of her data as JSON or as a page. */
import { exportPerson } from "../flows/export-person.ts";
import { leavesOf } from "../store/persons.ts";
import { exportPage } from "../ui/export-page.ts";
import { operatorCall } from "./admin.ts";
import { printedPage } from "./printed-page.ts";
import { problem } from "./problem.ts";

/** JSON, or a page for `Accept: text/html`. 404 `gone` after an erasure: there is nothing left to hand out. */
export const getExport = operatorCall(async (ctx, { id, request }) => {
  const leaves = await leavesOf(ctx.env.DB, id);
  if (leaves.some(({ erased_at }) => erased_at !== null)) return problem(ctx, { status: 404, reason: "gone" });
  const copy = await exportPerson(ctx, leaves);
  if (copy === null) return problem(ctx, { status: 404, reason: "not_found" });
  return printedPage(request, copy, () => exportPage(copy, ctx.config.workspace));
});
