import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { settingsOf } from "../../src/env.ts";
import { loadConfig } from "../../src/store/config.ts";
import { bindings } from "./bindings.ts";

/** Storage as on the first day, and an isolate that knows it: it keeps a configuration for half a minute. */
export async function emptyState(): Promise<void> {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await loadConfig(bindings, settingsOf(bindings), 0);
}
