import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { settingsOf } from "../../src/env.ts";
import { loadConfig, saveConfig } from "../../src/store/config.ts";
import { bindings } from "./bindings.ts";

/** Storage as on the first day, and an isolate that knows it. It keeps a configuration for half a minute, and a read that is still under way would bring
 *  an older one back: a save ends both, and is taken away again. */
export async function emptyState(): Promise<void> {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  const settings = settingsOf(bindings);
  await saveConfig(bindings, settings, { document: {}, author: "test", note: "", now: 0 });
  await env.DB.prepare("DELETE FROM config_versions").run();
  for (const { name } of (await env.CONFIG.list()).keys) await env.CONFIG.delete(name);
  await loadConfig(bindings, settings, 0);
}
