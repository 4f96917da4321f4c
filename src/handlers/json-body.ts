/** Reading a JSON request body against a schema: `400` when it is no JSON, `422` with the path of every mistake when it does not fit. */
import type * as z from "zod/mini";
import type { Context } from "../context.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type FieldError, fieldErrors } from "../lib/field-errors.ts";
import { problem } from "./problem.ts";
import { isTooDeep } from "../lib/body/json.ts";

/** Parses `text` (already read) with `schema`. */
export function parseJson<T>(ctx: Context, text: string, schema: z.ZodMiniType<T>): Result<T, Response> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return err(problem(ctx, { status: 400, reason: "invalid_json", detail: "the body is not JSON" }));
  }
  if (isTooDeep(body)) return err(problem(ctx, { status: 400, reason: "invalid_json", detail: "JSON nested too deeply" }));
  const parsed = schema.safeParse(body);
  if (parsed.success) return ok(parsed.data);
  return err(invalidRequest(ctx, fieldErrors(parsed.error.issues, body)));
}

/** 422, every mistake at once, each with its path. */
export const invalidRequest = (ctx: Context, errors: readonly FieldError[]): Response =>
  problem(ctx, { status: 422, reason: "invalid_request", errors });
