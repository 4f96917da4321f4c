import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { ALL_PARAMETERS } from "../../src/domain/config/action-parameters.ts";
import { jsonSchema } from "../../src/handlers/openapi/json-schema.ts";
import { LOGIN_CALLS } from "../../src/handlers/openapi/login-calls.ts";
import type { Operation, Schema } from "../../src/handlers/openapi/operation.ts";
import { OPERATOR_CALLS } from "../../src/handlers/openapi/operator-calls.ts";
import { PUBLIC_CALLS } from "../../src/handlers/openapi/public-calls.ts";

const CALLS: readonly Operation[] = [...PUBLIC_CALLS, ...LOGIN_CALLS, ...OPERATOR_CALLS];

const SCHEMAS: readonly (readonly [name: string, schema: Schema])[] = [
  ...CALLS.flatMap(({ method, path, query, headers, bodies = [], answers }) => {
    const all = [query, headers, ...bodies.map(({ schema }) => schema), ...Object.values(answers).map(({ schema }) => schema)];
    return all.flatMap((schema, index) => (schema ? [[`${method} ${path} ${index}`, schema] as const] : []));
  }),
  ...Object.entries(ALL_PARAMETERS).flatMap(([kind, actions]) =>
    Object.entries(actions).map(([action, schema]) => [`${kind}.${action}`, schema] as const),
  ),
];

/** Both as a reader of the document gets them. zod names "any JSON" by a reference and leaves out an empty default of what it transforms. */
const written = (words: unknown): unknown =>
  JSON.parse(
    JSON.stringify(words, (name, value: unknown) => {
      if (name === "default" && ["[]", "{}"].includes(JSON.stringify(value))) return undefined;
      return typeof value === "object" && value !== null && "$ref" in value ? {} : value;
    }),
  );

function byLibrary(schema: Schema): unknown {
  const { $schema: _, $defs: _shared, ...words } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return words;
}

describe("a schema in the words of JSON Schema", () => {
  it.each(SCHEMAS)("says what zod says: %s", (_, schema) => {
    expect(written(jsonSchema(schema))).toEqual(written(byLibrary(schema)));
  });

  it("refuses a kind it has no words for rather than promise anything", () => {
    expect(() => jsonSchema(z.map(z.string(), z.string()))).toThrow("map");
  });
});
