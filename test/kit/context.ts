/** A Context for flows under test: the real bindings, a configuration saved before or given as a document. */
import { type Context, newContext } from "../../src/context.ts";
import { saveConfig } from "../../src/store/config.ts";
import { bindings } from "./bindings.ts";
import { configOf } from "./facts.ts";

export const testContext = (): Promise<Context> => newContext(bindings, { waitUntil: (promise) => void promise });

/** `changes` replaces members of the context, e.g. the clock. */
export const contextWith = async (
  document: Readonly<Record<string, unknown>>,
  changes: Partial<Context> = {},
): Promise<Context> => ({ ...(await testContext()), config: configOf(document), ...changes });

/** Makes a document the configuration in force, past the API. */
export async function saveDocument(document: unknown): Promise<void> {
  const { settings } = await testContext();
  await saveConfig(bindings, settings, { document, author: "test", note: "", now: Date.now() });
}
