/** A zod schema in the words of JSON Schema, by zod itself. What the caller writes is described, not what a transform makes of it; a refinement that
 *  JSON Schema has no word for is left out, so the document is never narrower than the gateway. */
import * as z from "zod/mini";

export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** OpenAPI 3.1 names the dialect once for the whole document. */
export function jsonSchema(schema: z.ZodMiniType): Json {
  const { $schema: _dialect, ...words } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return words;
}
