/** The gateway with binding switched off: what accepting an event costs by itself. `/bench/call` gives out the last call its inbox took, as hex. */
import type { Env } from "../../src/env.ts";
import { Inbox as WholeInbox } from "../../src/inbox.ts";
import type { Acceptance } from "../../src/rpc.ts";
import gateway from "../../src/worker.ts";

export { Lane } from "../../src/lane.ts";

let last = new ArrayBuffer(0);

export class Inbox extends WholeInbox {
  override async accept(packed: ArrayBuffer): Promise<Acceptance[]> {
    last = packed;
    return super.accept(packed);
  }
  override async alarm(): Promise<void> {}
}

export default {
  fetch: (request, env, execution) =>
    request.url.endsWith("/bench/call") ? new Response(new Uint8Array(last).toHex()) : gateway.fetch(request, env, execution),
} satisfies ExportedHandler<Env>;
