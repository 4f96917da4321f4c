/** The control of intake: the same request, the same Durable Object call with the same bytes (a call of the gateway's, given as hex in CALL; without it
 *  what came in), one bare SQLite insert, nothing else. */
import type { Bare } from "./bare.ts";

export { Bare } from "./bare.ts";

type Bindings = { readonly BARE: DurableObjectNamespace<Bare>; readonly CALL?: string };

let call: ArrayBuffer | null = null;

export default {
  async fetch(request, env) {
    const body = await request.arrayBuffer();
    if (env.CALL !== undefined) call ??= Uint8Array.fromHex(env.CALL).buffer;
    const n = await env.BARE.get(env.BARE.idFromName("bare")).put(call ?? body);
    return Response.json({ n }, { status: 202 });
  },
} satisfies ExportedHandler<Bindings>;
