/** `POST /v1/import`: JSON lines, at most 1,000 and 16 MiB a call. */
import { MAX_IMPORT_BYTES, MAX_LINES, importEvents, linesOf } from "../flows/import-events.ts";
import { readLimited } from "../lib/body/limited.ts";
import { decodeText } from "../lib/body/text.ts";
import { operatorCall } from "./admin.ts";
import { invalidRequest } from "./json-body.ts";
import { json, problem } from "./problem.ts";

/** 200 even when lines were refused: the report names them by number, and the others are in. `rules=1` runs rules for history too. */
export const importLines = operatorCall(async (ctx, { query, request }) => {
  const bytes = await readLimited(request, MAX_IMPORT_BYTES);
  if (bytes === null) return problem(ctx, { status: 413, reason: "too_large", detail: "at most 16 MiB a call" });
  const lines = linesOf(decodeText(bytes));
  if (lines.length > MAX_LINES) return invalidRequest(ctx, [{ path: "", message: `at most ${MAX_LINES} lines a call` }]);
  const rules = query.get("rules") === "1";
  return json(await importEvents(ctx, lines, rules));
});
