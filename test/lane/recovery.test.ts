/** What a recovery takes again beside live traffic. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { laneOf } from "../../src/context.ts";
import { bindings } from "../kit/bindings.ts";
import { configure, fine, give, laneStub, run, vendor } from "../kit/lane.ts";

afterEach(() => vi.restoreAllMocks());

it("a recovery's deliveries are due one after another at its pace, and all of them arrive", async () => {
  await configure({ again: { retry_seconds: [] } });
  let down = true;
  const calls = vendor(() => (down ? new Response(null, { status: 400 }) : fine()));
  await give(
    "again",
    Array.from({ length: 6 }, (_none, n) => ({ line: `l${n}`, with: { body: { n } } })),
  );
  await run("again");
  down = false;
  await laneOf(bindings, "again").recover("again", { since: 0, until: Date.now(), perSecond: 40 });
  await run("again");
  const due = await runInDurableObject(laneStub("again"), async (_lane, { storage }) =>
    [...storage.sql.exec<{ due_at: number }>("SELECT due_at FROM work WHERE generation = 1 ORDER BY seq")].map(
      ({ due_at: at }) => at,
    ),
  );
  expect(due.map((at) => at - (due[0] ?? 0))).toEqual([0, 25, 50, 75, 100, 125]);
  expect(calls).toHaveLength(12);
});

it("a recovery does not wait for those that are tried again in hours", async () => {
  await configure({ outage: { retry_seconds: [7_200] } });
  let down = true;
  const calls = vendor(({ body }) => (down ? new Response(null, { status: body.includes("gone") ? 400 : 500 }) : fine()));
  await give("outage", [{ line: "gone", with: { body: { n: "gone" } } }]);
  await run("outage");
  await give(
    "outage",
    Array.from({ length: 250 }, (_none, n) => ({ line: "late", with: { body: { n } } })),
  );
  await run("outage");
  down = false;
  const before = calls.length;
  await laneOf(bindings, "outage").recover("outage", { since: 0, until: Date.now(), perSecond: 40 });
  await run("outage");
  expect(calls.length - before).toBe(1);
});
