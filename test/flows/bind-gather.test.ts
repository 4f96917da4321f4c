import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import type { Inbox } from "../../src/inbox.ts";
import { accept, bindings, configure } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";

beforeEach(async () => {
  await emptyGraph();
  await configure({ workspace: { batch: 10 }, connections: { bot: { kind: "salebot", project: "P1" } } });
});
afterEach(() => vi.restoreAllMocks());

const ring = (): Promise<void> =>
  runInDurableObject(inboxOf(bindings) as unknown as DurableObjectStub<Inbox>, (inbox: Inbox) => inbox.alarm());

/** Lets `more` arrive while the first batch is bound. */
function during(more: () => Promise<unknown>): void {
  const batch = env.DB.batch.bind(env.DB);
  let first = true;
  vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch").mockImplementation(async (statements) => {
    if (first) {
      first = false;
      await more();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return batch(statements) as never;
  });
}

it("while events keep coming a batch that is not full waits for more of them; the first waits for nothing", async () => {
  during(() => accept({ ids: { tg: 2 } }));
  const wait = vi.spyOn(scheduler, "wait").mockImplementation(async () => void (await accept({ ids: { tg: 3 } })));
  await accept({ ids: { tg: 1 } });
  await ring();
  expect(wait).toHaveBeenCalledOnce();
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(3);
});
