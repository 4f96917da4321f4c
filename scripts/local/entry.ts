/** What runs locally instead of src/worker.ts: the same Worker, which first brings its database up to date.
 *  The migrations travel as a binding and are applied inside the runtime, so the port never answers before the schema stands.
 *  What keeps it from serving is its answer, which the launcher tells before it gives up. In production `wrangler d1 migrations apply` does this; both keep the same `d1_migrations` table. */
import worker from "../../src/worker.ts";
import { type Env, settingsOf } from "../../src/env.ts";

export { Inbox, Lane } from "../../src/worker.ts";

type LocalEnv = Env & { readonly MIGRATIONS: readonly { readonly name: string; readonly statements: readonly string[] }[] };

const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

let current = false;

const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));

async function appliedNames(env: LocalEnv): Promise<Set<string>> {
  await env.DB.prepare(TABLE).run();
  const { results } = await env.DB.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  return new Set(results.map(({ name }) => name));
}

/** Each migration is one transaction with its row in the ledger: two requests at once cannot apply it twice, the later one fails and looks again. */
async function migrate(env: LocalEnv): Promise<void> {
  let applied = await appliedNames(env);
  for (const { name, statements } of env.MIGRATIONS) {
    if (applied.has(name)) continue;
    const ledger = env.DB.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name);
    try {
      await env.DB.batch([ledger, ...statements.map((statement) => env.DB.prepare(statement))]);
    } catch (failure) {
      applied = await appliedNames(env);
      if (!applied.has(name)) throw new Error(`migration ${name} failed: ${wordsOf(failure)}`, { cause: failure });
    }
  }
  current = true;
}

export default {
  ...worker,
  fetch: async (request, env, execution) => {
    try {
      settingsOf(env);
      if (!current) await migrate(env);
    } catch (failure) {
      return new Response(wordsOf(failure), { status: 503 });
    }
    return worker.fetch(request, env, execution);
  },
} satisfies ExportedHandler<LocalEnv>;
