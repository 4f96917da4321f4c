/** The named schemas of the document, each written once. */
import { type Json, jsonSchema } from "./json-schema.ts";
import type { Schema } from "./operation.ts";

/** Grows while the document is made; the first schema of a name is the one that is kept. */
export type Components = {
  /** A reference to a named schema, which is added once. */
  readonly named: (name: string, schema: Schema) => Json;
  readonly all: () => Json;
};

/** One for a document. */
export function newComponents(): Components {
  const schemas: Json = {};
  return {
    named: (name, schema) => {
      schemas[name] ??= jsonSchema(schema);
      return { $ref: `#/components/schemas/${name}` };
    },
    all: () => schemas,
  };
}
