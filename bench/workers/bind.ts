/** The gateway with a hand on its binding: nothing is bound until `/bench/drain` says so, and what that costs D1 is counted on request. */
import { newContext, inboxOf } from "../../src/context.ts";
import type { Env } from "../../src/env.ts";
import { Inbox as WholeInbox } from "../../src/inbox.ts";
import gateway from "../../src/worker.ts";
import { countCalls, takeCounts } from "./counted.ts";

export { Lane } from "../../src/lane.ts";

export class Inbox extends WholeInbox {
  override async alarm(): Promise<void> {}
}

export default {
  async fetch(request, env, execution) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/drain") return Response.json(await inboxOf(env).drain());
    if (pathname === "/bench/persons") return Response.json(await keepPersons(env, execution, await request.json()));
    if (pathname === "/bench/count") countCalls(env);
    if (pathname === "/bench/count") return Response.json(takeCounts());
    return gateway.fetch(request, env, execution);
  },
} satisfies ExportedHandler<Env>;

/** Gives known messenger accounts to persons from all over the table. */
async function keepPersons(
  env: Env,
  execution: ExecutionContext,
  { first, n }: { readonly first: number; readonly n: number },
): Promise<{ readonly written: number }> {
  const ctx = await newContext(env, execution);
  const hashes: { hash: string; client: string }[] = [];
  for (let index = 0; index < n; index += 1) {
    const hash = await ctx.seal.index("telegram_id", "", String(700_000 + first + index));
    hashes.push({ hash, client: await ctx.seal.index("client_id", "294495", String(500_000 + first + index)) });
  }
  const { results } = await env.DB.prepare("SELECT id FROM persons WHERE id > ?1 ORDER BY id LIMIT ?2")
    .bind(`per_${(Math.abs(Math.sin(first + 1)) * 0xffff).toString(16).slice(0, 4)}`, n)
    .all<{ id: string }>();
  const given = results.map(({ id }, index) => ({ id, ...hashes[index] }));
  const sealed = await ctx.seal.seal("1");
  for (const [column, type, scope] of [
    ["hash", "telegram_id", ""],
    ["client", "client_id", "294495"],
  ] as const) {
    await env.DB.prepare(
      `INSERT INTO identifiers (hash, type, scope, person_id, home_id, proof, sealed, first_seen, last_seen, event_id)
       SELECT value ->> '$.${column}', ?2, ?3, value ->> '$.id', value ->> '$.id', 'native', ?4, 0, 0, 'evt_seed' FROM json_each(?1)`,
    )
      .bind(JSON.stringify(given), type, scope, sealed)
      .run();
  }
  return { written: given.length };
}
