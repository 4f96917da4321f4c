/** A zod schema as a component of the document. What the caller writes is described (`io: "input"`), not what a transform makes of it; a refinement
 *  that JSON Schema has no word for is left out, so the document is never narrower than the gateway. */
import * as z from "zod/mini";
import type { Schema } from "./operation.ts";

export type Json = Record<string, unknown>;

const SCHEMAS = "#/components/schemas/";

export type Components = {
  /** The schema in place. */
  readonly inline: (schema: Schema) => Json;
  /** A reference to a named schema, which is added once. */
  readonly named: (name: string, schema: Schema) => Json;
  readonly all: () => Json;
};

export function newComponents(): Components {
  const schemas: Json = {};
  const convert = (schema: Schema, name: string | null): Json => {
    const { $schema: _, $defs, ...body } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    if ($defs === undefined) return body;
    // What refers to itself is kept beside its owner: a reference into `$defs` would mean the document's root.
    const owner = `${SCHEMAS}${name ?? "Shared"}.`;
    for (const [key, inner] of Object.entries($defs)) schemas[`${owner}${key}`.slice(SCHEMAS.length)] = pointed(inner, owner);
    const moved = pointed(body, owner);
    return isJson(moved) ? moved : {};
  };
  return {
    inline: (schema) => convert(schema, null),
    named: (name, schema) => {
      schemas[name] ??= convert(schema, name);
      return { $ref: `${SCHEMAS}${name}` };
    },
    all: () => schemas,
  };
}

export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** The same schema with its references into `$defs` led to `owner`. */
function pointed(schema: unknown, owner: string): unknown {
  if (Array.isArray(schema)) return schema.map((inner) => pointed(inner, owner));
  if (typeof schema === "string") return schema.replace(/^#\/\$defs\//, owner);
  return isJson(schema) ? Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, pointed(inner, owner)])) : schema;
}
