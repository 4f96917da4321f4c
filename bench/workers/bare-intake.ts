/** The control of intake: the same bytes, one Durable Object call, one bare SQLite insert, nothing else. */
import type { Bare } from "./bare.ts";

export { Bare } from "./bare.ts";

export default {
  async fetch(request, env) {
    const n = await env.BARE.get(env.BARE.idFromName("bare")).put(await request.arrayBuffer());
    return Response.json({ n }, { status: 202 });
  },
} satisfies ExportedHandler<{ BARE: DurableObjectNamespace<Bare> }>;
