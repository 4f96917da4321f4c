/** The API document as its readers see it, and values held to its schemas. */
import { exports } from "cloudflare:workers";
import { config, fromJSONSchema } from "zod";
import { ORIGIN } from "./operator.ts";

// The whole zod brings English texts, for everybody in the isolate; the product's zod/mini has none.
config({ localeError: () => undefined });

type Json = Record<string, unknown>;
type DocumentedCall = {
  readonly operationId: string;
  readonly security: readonly Record<string, unknown>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Json }> }>;
};
export type ApiDocument = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, DocumentedCall>>;
  readonly webhooks: Record<string, Record<string, DocumentedCall>>;
  readonly components: { readonly schemas: Record<string, Json>; readonly securitySchemes: Json };
};

export async function readDocument(): Promise<ApiDocument> {
  return (await exports.default.fetch(`${ORIGIN}/openapi.json`)).json<ApiDocument>();
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema with references replaced; what refers to itself accepts anything there. */
export function resolved(document: ApiDocument, schema: unknown, within: readonly string[] = []): unknown {
  if (Array.isArray(schema)) return schema.map((inner) => resolved(document, inner, within));
  if (!isObject(schema)) return schema;
  const reference = schema["$ref"];
  if (typeof reference !== "string") {
    return Object.fromEntries(Object.entries(schema).map(([name, inner]) => [name, resolved(document, inner, within)]));
  }
  const name = reference.replace("#/components/schemas/", "");
  const found = document.components.schemas[name];
  if (!found) throw new Error(`${reference} leads nowhere`);
  return within.includes(name) ? {} : resolved(document, found, [...within, name]);
}

const judge = (document: ApiDocument, schema: unknown, value: unknown): boolean => {
  const plain = resolved(document, schema);
  return fromJSONSchema(isObject(plain) ? plain : {}).safeParse(value).success;
};

/** Whether the document lets a caller send this body. */
export const documentTakes = (document: ApiDocument, call: readonly [method: string, path: string], body: unknown): boolean => {
  const schema = document.paths[call[1]]?.[call[0]]?.requestBody?.content["application/json"]?.schema;
  if (!schema) throw new Error(`${call.join(" ")} documents no body`);
  return judge(document, schema, body);
};

/** What is wrong with an answer by the document: nothing = []. Members that the document does not know are named. */
export function strayFrom(
  document: ApiDocument,
  call: readonly [method: string, path: string],
  answer: { readonly status: number; readonly type: string; readonly body: unknown },
): string[] {
  const response = document.paths[call[1]]?.[call[0]]?.responses[String(answer.status)];
  const place = `${call.join(" ")} ${answer.status}`;
  if (!response) return [`${place} is not documented`];
  const schema = response.content?.[answer.type]?.schema;
  if (!schema) return [`${place} ${answer.type} is not documented`];
  const fits = judge(document, schema, answer.body) ? [] : [`${place} does not fit: ${JSON.stringify(answer.body)}`];
  return [...fits, ...unknownMembers(resolved(document, schema), answer.body, place)];
}

function unknownMembers(schema: unknown, value: unknown, place: string): string[] {
  if (!isObject(schema)) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownMembers(schema["items"], item, `${place}[${index}]`));
  if (!isObject(value)) return [];
  const branches = [schema, ...["anyOf", "allOf", "oneOf"].flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []))];
  const maps = branches.map((branch) => (isObject(branch) && isObject(branch["properties"]) ? branch["properties"] : {}));
  const open = branches.some((branch) => isObject(branch) && branch["additionalProperties"] !== undefined);
  if (maps.every((map) => Object.keys(map).length === 0)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = maps.find((map) => name in map);
    if (!known) return open ? [] : [`${place}.${name} is not documented`];
    return unknownMembers(known[name], inner, `${place}.${name}`);
  });
}
