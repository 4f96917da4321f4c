/** Waiting until background work is done, seldom enough not to be measured itself. */
import { type Host, operator } from "./host.ts";

const POLL_MS = 100;
const PATIENCE_MS = 300_000;

/** Everything acknowledged is bound. */
export const settled = (host: Pick<Host, "origin">): Promise<void> =>
  until(async () => {
    const { items } = (await operator(host, "GET", "/v1/events?status=accepted&limit=1")) as { items: unknown[] };
    return items.length === 0;
  });

/** Throws after five minutes. */
export async function until(done: () => Promise<boolean> | boolean, pollMs = POLL_MS): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  while (!(await done())) {
    if (performance.now() > giveUp) throw new Error("the background work did not end");
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
