/** The OpenAPI 3.1 document from the table of calls. Nothing is written twice: components come from the schemas that validate, parameters of a path
 *  from the path, refusals from the callers and the call's own reasons. */
import { ALL_PARAMETERS } from "../../domain/config/action-parameters.ts";
import { mappingNews, problemDocument } from "./answers.ts";
import { type Components, newComponents } from "./components.ts";
import { type Json, isJson, jsonSchema } from "./json-schema.ts";
import { LOGIN_CALLS } from "./login-calls.ts";
import { type Answer, type Operation, TAGS } from "./operation.ts";
import { OPERATOR_CALLS } from "./operator-calls.ts";
import { PUBLIC_CALLS } from "./public-calls.ts";
import { SECURITY_SCHEMES, refusalsOf, securityOf } from "./security.ts";

const CALLS: readonly Operation[] = [...PUBLIC_CALLS, ...LOGIN_CALLS, ...OPERATOR_CALLS];

const ABOUT =
  "Wire names are snake_case, ids are strings, times ISO 8601 UTC, amounts decimal strings. Reasons of refusals: docs/errors.md. What a rule's action takes in `with` are the schemas named `With.kind.action`.";

/** `origin` is ours and becomes the one server. A pure function of it and the code: nothing of a configuration is told. */
export function openapiDocument(origin: string, version: string): Json {
  const components = newComponents();
  components.named("Problem", problemDocument);
  const paths: Record<string, Json> = {};
  for (const operation of CALLS) {
    for (const path of spelledOut(operation.path)) {
      const place = path.replaceAll(/:(\w+)/g, "{$1}");
      paths[place] = { ...paths[place], [operation.method]: operationObject(components, operation, path) };
    }
  }
  for (const [kind, actions] of Object.entries(ALL_PARAMETERS)) {
    for (const [action, schema] of Object.entries(actions)) components.named(`With.${kind}.${action}`, schema);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Throughline", version, description: ABOUT },
    servers: [{ url: origin }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: { mapping: { post: mappingWebhook(components) } },
    components: { schemas: components.all(), securitySchemes: SECURITY_SCHEMES },
  };
}

/** `/a/:b/:c?/:d?` is three addresses. */
function spelledOut(path: string): string[] {
  const [stem = "", ...optional] = path.split(/\/(?=:\w+\?)/);
  return [stem, ...optional.map((_, index) => [stem, ...optional.slice(0, index + 1)].join("/").replaceAll("?", ""))];
}

function operationObject(components: Components, operation: Operation, path: string): Json {
  const security = securityOf(operation, path);
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...parametersOf(operation.query, "query"),
    ...parametersOf(operation.headers, "header"),
  ];
  return {
    operationId: `${operation.method}${path.replaceAll(/[^A-Za-z0-9]+/g, "_")}`.replace(/_$/, ""),
    tags: [operation.tag],
    summary: operation.says,
    security: operation.callers.includes("public") || security.length === 0 ? [] : security,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(components, operation),
    responses: {
      ...Object.fromEntries(Object.entries(operation.answers).map(([status, answer]) => [status, answerObject(answer)])),
      ...refusals(operation),
    },
  };
}

function parametersOf(members: Operation["query"], place: "query" | "header"): Json[] {
  if (!members) return [];
  const { properties, required } = jsonSchema(members);
  const needed = new Set<unknown>(Array.isArray(required) ? required : []);
  return Object.entries(isJson(properties) ? properties : {}).map(([name, schema]) => ({
    name,
    in: place,
    required: needed.has(name),
    schema,
  }));
}

function requestBody(components: Components, { bodies }: Operation): Json {
  const [first, ...others] = bodies ?? [];
  if (!first) return {};
  const references = [first, ...others].map(({ name, schema }) => components.named(name, schema));
  const schema = references.length === 1 ? references[0] : { anyOf: references };
  const types = first.types ?? ["application/json"];
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  return { requestBody: { required: first.optional !== true, content } };
}

function answerObject({ says, schema, type }: Answer): Json {
  if (!schema && type === undefined) return { description: says };
  const shape = schema ? jsonSchema(schema) : { type: "string" };
  return { description: says, content: { [type ?? "application/json"]: { schema: shape } } };
}

/** A status that is also an answer (404 of a page) is told once. */
function refusals(operation: Operation): Json {
  const told = [...refusalsOf(operation)].filter(([status]) => !(status in operation.answers));
  return Object.fromEntries(told.map(([status, reasons]) => [status, refusal(status, reasons)]));
}

function refusal(status: number, reasons: readonly string[]): Json {
  const schema = {
    allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { reason: { enum: reasons } } }],
  };
  const wait = { "Retry-After": { schema: { type: "integer" }, description: "Seconds." } };
  return {
    description: reasons.map((reason) => `\`${reason}\``).join(", "),
    ...(status === 429 || status === 503 ? { headers: wait } : {}),
    content: { "application/problem+json": { schema } },
  };
}

/** What a site's `webhook_url` receives. */
const mappingWebhook = (components: Components): Json => ({
  operationId: "mapping_news",
  tags: ["Site"],
  summary:
    "A mapping of the site has changed. Signed like the site's own calls, with the same secret; `webhook-id` is the delivery's id, the same in every attempt.",
  security: [{ webhookId: [], webhookTimestamp: [], webhookSignature: [] }],
  requestBody: { required: true, content: { "application/json": { schema: components.named("MappingNews", mappingNews) } } },
  responses: { "2XX": { description: "Received; anything else is tried again by the schedule." } },
});
