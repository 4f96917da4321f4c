/** What the API document knows of one call. Request bodies and parameters are the very schemas that judge the request, so the document cannot promise
 *  what the gateway refuses. Paths are written as the router writes them, and a test holds the two
 *  lists to each other: a call without its entry here does not pass. */
import type * as z from "zod/mini";

export type Method = "get" | "head" | "post" | "put" | "delete";

/** `path` = nobody but who knows the path's secret segment; `public` = anybody. */
export type Caller = "public" | "path" | "connection" | "bot" | "site" | "operator" | "telegram";

export type Schema = z.ZodMiniType;

export type Body = {
  /** The component's name. */
  readonly name: string;
  readonly schema: Schema;
  /** Without it JSON. */
  readonly types?: readonly string[];
  readonly optional?: true;
};

export type Answer = {
  readonly says: string;
  readonly schema?: Schema;
  /** Without it JSON where there is a schema, nothing where there is none. */
  readonly type?: string;
};

/** One call. A test looks for one behind every route of the router and holds real answers to these schemas. */
export type Operation = {
  readonly method: Method;
  readonly path: string;
  readonly tag: Tag;
  readonly says: string;
  readonly callers: readonly Caller[];
  /** An object whose members are the query parameters. */
  readonly query?: z.ZodMiniObject;
  readonly headers?: z.ZodMiniObject;
  readonly bodies?: readonly Body[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** Reasons of refusals by status, beside the ones of every call with these callers. */
  readonly refusals?: Readonly<Record<number, readonly string[]>>;
};

export const TAGS = {
  Intake: "Facts come in. Any of JSON, form, text or query; query and body are merged, the body wins; at most 256 KiB.",
  Links: "What visitors open: tracked links, the site's snippet, the PIN page.",
  Bot: "Called by a bot connection with its token.",
  Site: "Called by a site's backend, signed by Standard Webhooks.",
  Operator: "What the console uses, with the admin token.",
} as const;

export type Tag = keyof typeof TAGS;

type Told = Omit<Operation, "method" | "path" | "tag" | "callers"> & { readonly callers?: readonly Caller[] };

/** Describes calls under one heading and, unless a call says otherwise, of the same callers. */
export const callsOf =
  (tag: Tag, callers: readonly Caller[]) =>
  (method: Method, path: string, told: Told): Operation => ({ method, path, tag, callers, ...told });

/** What many calls may also answer. */
export const INVALID = { 422: ["invalid_request"] };
export const MISSING = { 404: ["not_found"] };
