/** The control of intake: the same bytes, one Durable Object call, one bare SQLite insert, nothing else. */
import { DurableObject } from "cloudflare:workers";

export class Bare extends DurableObject {
  constructor(state: DurableObjectState, env: unknown) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB) STRICT");
  }
  async put(body: ArrayBuffer): Promise<number> {
    return this.ctx.storage.sql.exec("INSERT INTO rows (body) VALUES (?1)", body).rowsWritten;
  }
}

export default {
  async fetch(request, env) {
    const n = await env.BARE.get(env.BARE.idFromName("bare")).put(await request.arrayBuffer());
    return Response.json({ n }, { status: 202 });
  },
} satisfies ExportedHandler<{ BARE: DurableObjectNamespace<Bare> }>;
