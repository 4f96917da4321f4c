/** A Context for flows under test: the real bindings, a configuration given as a document. */
import { env } from "cloudflare:workers";
import { type Context, newContext } from "../../src/context.ts";
import { configDocument } from "../../src/domain/config/document.ts";
import { resolveConfig } from "../../src/domain/config/resolve.ts";
import type { Env } from "../../src/env.ts";

/** `changes` replaces members of the context, e.g. the clock. */
export async function contextWith(document: unknown, changes: Partial<Context> = {}): Promise<Context> {
  const bindings = env as unknown as Env;
  const ctx = await newContext(bindings, { waitUntil: (promise) => void promise });
  const config = resolveConfig(configDocument.parse(document), 1, () => null);
  return { ...ctx, config, ...changes };
}
