import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import type { Inbox } from "../../src/inbox.ts";
import { accept } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument } from "../kit/context.ts";

/** Stands still: how long a batch takes here is no matter of the machine. */
let now = 0;

beforeEach(async () => {
  await emptyGraph();
  await saveDocument({ workspace: { batch: 10 }, connections: { bot: { kind: "salebot", project: "P1" } } });
  now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

const ring = (): Promise<void> =>
  runInDurableObject(inboxOf(bindings) as unknown as DurableObjectStub<Inbox>, (inbox: Inbox) => inbox.alarm());

/** Lets `more` happen while the first `times` batches of D1 are out. */
function during(times: number, more: (n: number) => Promise<unknown>): void {
  const batch = env.DB.batch.bind(env.DB);
  let n = 0;
  vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch").mockImplementation(async (statements) => {
    n += 1;
    if (n <= times) {
      await more(n);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return batch(statements) as never;
  });
}

it("while events keep coming a batch that is not full waits for more of them; the first waits for nothing", async () => {
  during(1, () => accept({ ids: { tg: 2 } }));
  const wait = vi.spyOn(scheduler, "wait").mockImplementation(async () => void (await accept({ ids: { tg: 3 } })));
  await accept({ ids: { tg: 1 } });
  await ring();
  expect(wait).toHaveBeenCalledOnce();
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(3);
});

const acceptMany = (from: number, n: number): Promise<unknown> =>
  accept(...Array.from({ length: n }, (_, place) => ({ ids: { tg: from + place } })));

it("while as many come as are bound, a full batch waits as well, so that answers have their turn", async () => {
  during(1, () => acceptMany(40, 10));
  const wait = vi.spyOn(scheduler, "wait").mockResolvedValue();
  await acceptMany(20, 20);
  await ring();
  expect(wait).toHaveBeenCalledOnce();
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(30);
});

/** Each rest brings ten more and ends `lateMs` after its time, for the first `busy` of them. */
const rests = (lateMs: number, busy: number) => {
  let n = 0;
  return vi.spyOn(scheduler, "wait").mockImplementation(async (ms) => {
    n += 1;
    if (n > busy) return;
    await acceptMany(1_000 + n * 10, 10);
    now += ms + lateMs;
  });
};

it("while senders wait for the thread the next batch gives way to them, but not for ever", async () => {
  during(1, () => acceptMany(40, 10));
  const wait = rests(20, 8);
  await acceptMany(20, 20);
  await ring();
  expect(wait.mock.calls.filter(([ms]) => ms > 0)).toHaveLength(8);
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(110);
});

it("a thread that has leisure binds on, however many come", async () => {
  during(1, () => acceptMany(40, 10));
  const wait = rests(0, 1);
  await acceptMany(20, 20);
  await ring();
  expect(wait.mock.calls.filter(([ms]) => ms > 0)).toHaveLength(1);
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(40);
});

it("a backlog to which little is added is bound as fast as it can be", async () => {
  during(1, () => acceptMany(60, 2));
  const wait = vi.spyOn(scheduler, "wait").mockResolvedValue();
  await acceptMany(20, 28);
  await ring();
  expect(wait).not.toHaveBeenCalled();
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(30);
});

it("a long backlog lets others have a turn now and then: who calls meanwhile is heard", async () => {
  during(100, async () => {
    now += 60;
  });
  const wait = vi.spyOn(scheduler, "wait").mockResolvedValue();
  await acceptMany(100, 90);
  await ring();
  const turns = wait.mock.calls.length;
  expect(turns).toBeGreaterThanOrEqual(2);
  await acceptMany(200, 90);
  await inboxOf(bindings).drain();
  expect(wait.mock.calls.length).toBeGreaterThanOrEqual(turns + 2);
  expect(new Set(wait.mock.calls.flat())).toEqual(new Set([0]));
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(180);
});

it("a configuration saved while events keep coming holds for what comes after it", async () => {
  const ping = { on: "ping", do: [{ to: "crm", action: "request", with: { url: "https://crm.example/" } }] };
  const connections = { bot: { kind: "salebot", project: "P1" }, crm: { kind: "http", disabled: true } };
  during(1, async () => {
    await saveDocument({ connections, rules: [ping] });
    await accept({ type: "ping", ids: { tg: 2 } });
  });
  vi.spyOn(scheduler, "wait").mockResolvedValue();
  await accept({ type: "ping", ids: { tg: 1 } });
  await ring();
  expect(await rows("SELECT id FROM events WHERE status = 'bound'")).toHaveLength(2);
  expect(await rows("SELECT id FROM deliveries")).toHaveLength(1);
});

it("an operator does not wait for a stream of events to end", async () => {
  const BUSY = 60;
  let coming = 0;
  during(BUSY, (n) => {
    coming = n;
    return accept({ ids: { tg: 100 + n } });
  });
  await accept({ ids: { tg: 100 } });
  const ringing = ring();
  await vi.waitFor(() => expect(coming).toBeGreaterThan(0), { interval: 1 });
  await inboxOf(bindings).drain();
  expect(coming).toBeLessThan(BUSY / 2);
  await ringing;
});
