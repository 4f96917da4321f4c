/** A zod schema in the words of JSON Schema. What the caller writes is described, not what a transform makes of it; a refinement that JSON Schema has no
 *  word for is left out, so the document is never narrower than the gateway. zod's own `toJSONSchema` knows every kind of schema and every dialect and
 *  is 7 KB of the compressed bundle; these are the kinds we use in the one dialect OpenAPI takes, and a test holds the two equal. */
import type * as z from "zod/mini";

export type Json = Record<string, unknown>;
type Schema = z.core.$ZodType;

export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** zod's public type of "any schema" does not say which kinds there are. */
const isKnown = (schema: Schema): schema is z.core.$ZodTypes => "type" in schema._zod.def;

export function jsonSchema(schema: Schema): Json {
  if (!isKnown(schema)) return {};
  const { def } = schema._zod;
  switch (def.type) {
    case "string":
    case "number":
      return { type: def.type, ...bounds(schema, "Length") };
    case "boolean":
    case "null":
      return { type: def.type };
    case "enum":
      return { type: "string", enum: Object.values(def.entries) };
    case "literal":
      return { type: typeof def.values[0], const: def.values[0] };
    case "array":
      return { type: "array", items: jsonSchema(def.element), ...bounds(schema, "Items") };
    case "tuple": {
      const { length } = def.items;
      return { type: "array", prefixItems: def.items.map(jsonSchema), items: false, minItems: length, maxItems: length };
    }
    case "record":
      return { type: "object", propertyNames: jsonSchema(def.keyType), additionalProperties: jsonSchema(def.valueType) };
    case "object":
      return objectSchema(def);
    case "union":
      return def.inclusive === false ? { oneOf: def.options.map(jsonSchema) } : anyOf(def.options.map(jsonSchema));
    case "nullable":
      return anyOf([jsonSchema(def.innerType), { type: "null" }]);
    case "optional":
      return jsonSchema(def.innerType);
    case "default":
    case "prefault":
      return { ...jsonSchema(def.innerType), default: def.defaultValue };
    case "pipe":
      return jsonSchema(def.in);
    // `z.json()` is the one that refers to itself, and what arrived as JSON is JSON.
    case "lazy":
    case "unknown":
      return {};
    default:
      throw new Error(`no words for a schema of the kind ${def.type}`);
  }
}

/** Bare types are one list. */
const anyOf = (schemas: readonly Json[]): Json =>
  schemas.every((schema) => Object.keys(schema).join() === "type")
    ? { type: schemas.map(({ type }) => type) }
    : { anyOf: schemas };

function objectSchema({ shape, catchall }: z.core.$ZodObjectDef): Json {
  const members = Object.entries(shape);
  const required = members.filter(([, member]) => member._zod.optin === undefined).map(([name]) => name);
  const rest = catchall?._zod.def.type === "never" ? false : catchall && jsonSchema(catchall);
  return {
    type: "object",
    properties: Object.fromEntries(members.map(([name, member]) => [name, jsonSchema(member)])),
    ...(required.length > 0 && { required }),
    ...(rest !== undefined && { additionalProperties: rest }),
  };
}

/** What the checks of a schema say; a format such as `z.int()` is the first of its own checks, and a narrower one follows a wider one. */
function bounds(schema: Schema, counted: "Length" | "Items"): Json {
  const own = "check" in schema._zod.def ? [schema] : [];
  const all = [...own, ...(schema._zod.def.checks ?? [])].map((check) => words(check, counted));
  return all.reduce((said, more) => ({ ...said, ...more }), {});
}

/** As `isKnown`, of checks. */
const isCheck = (check: object): check is z.core.$ZodChecks => "_zod" in check;

function words(check: object, counted: "Length" | "Items"): Json {
  if (!isCheck(check)) return {};
  const { def } = check._zod;
  switch (def.check) {
    case "number_format":
      return { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case "greater_than":
      return { [def.inclusive ? "minimum" : "exclusiveMinimum"]: def.value };
    case "less_than":
      return { [def.inclusive ? "maximum" : "exclusiveMaximum"]: def.value };
    case "min_length":
      return { [`min${counted}`]: def.minimum };
    case "max_length":
      return { [`max${counted}`]: def.maximum };
    case "string_format":
      return { ...(def.format === "datetime" && { format: "date-time" }), pattern: def.pattern?.source };
    default:
      return {};
  }
}
