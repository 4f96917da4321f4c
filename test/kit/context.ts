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

/** A bot, a network, and a messenger that is told `text` on these events. */
export const tellOn = (on: string | readonly string[], text: string): Promise<void> =>
  saveDocument({
    connections: {
      bot: { kind: "salebot", project: "P1" },
      onewin: { kind: "network", network: "1win" },
      tg: { kind: "telegram" },
    },
    rules: [{ on, do: [{ to: "tg", action: "send_message", with: { text } }] }],
  });
