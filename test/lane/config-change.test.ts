/** A save holds from the next request on, for what is queued and for what was prepared ahead. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { laneOf } from "../../src/context.ts";
import { configure, fine, give, laneStub, row, run, travel, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";

afterEach(() => vi.restoreAllMocks());

const OLD = "https://old.example/";
const NEW = "https://new.example/";
const lines = (count: number) => Array.from({ length: count }, (_none, n) => ({ line: `l${n}`, with: { body: { n } } }));

describe("a configuration saved while a request is out", () => {
  it("holds for everything that leaves after it: no request goes to the old address or with the old secret", async () => {
    await configure({ shop: { url: OLD, headers: { "x-key": "old" }, in_flight: 1 } });
    const calls = vendor(async (_call, n) => {
      if (n === 1) await configure({ shop: { url: NEW, headers: { "x-key": "new" }, in_flight: 1 } });
      return fine();
    });
    const ids = await give("shop", lines(4));
    await run("shop");
    expect(calls.map(({ url, headers }) => [url, headers.get("x-key")])).toEqual([
      [OLD, "old"],
      ...Array.from({ length: 3 }, () => [NEW, "new"]),
    ]);
    for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1 });
  });

  it("that disables the connection lets nothing more out, and what waits goes when it is enabled", async () => {
    await configure({ shop: { in_flight: 1 } });
    const calls = vendor(async (_call, n) => {
      if (n === 1) await configure({ shop: { in_flight: 1, disabled: true } });
      return fine();
    });
    const ids = await give("shop", lines(3));
    await run("shop");
    expect(calls).toHaveLength(1);
    await configure({ shop: { in_flight: 1 } });
    await run("shop");
    expect(calls).toHaveLength(3);
    for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1 });
  });

  it("that enables the connection lets a recovery go on that was asked for while it was disabled", async () => {
    await configure({ back: {} });
    const calls = vendor((_call, n) => (n === 1 ? new Response(null, { status: 400 }) : fine()));
    const [id = ""] = await give("back", lines(1));
    await run("back");
    expect(await row(id)).toMatchObject({ status: "dead" });
    await configure({ back: { disabled: true } });
    await laneOf(bindings, "back").recover("back", { since: 0, until: Date.now(), perSecond: 50 });
    await run("back");
    const nextLook = await runInDurableObject(laneStub("back"), async (_lane, { storage }) => storage.getAlarm());
    expect(nextLook).toBeLessThanOrEqual(Date.now() + 30_000);
    await configure({ back: {} });
    travel(30_000);
    await run("back");
    expect(calls).toHaveLength(2);
    expect(await row(id)).toMatchObject({ status: "delivered", generation: 1 });
  });

  it("does not change what a delivery says: its retry is the first try to the byte", async () => {
    await configure({ shop: { url: OLD, retry_seconds: [0, 0] } });
    const calls = vendor(async (_call, n) => {
      if (n > 1) return fine();
      await configure({ shop: { url: NEW, retry_seconds: [0, 0] } });
      return new Response(null, { status: 500 });
    });
    await give("shop", lines(1));
    await run("shop");
    expect(calls.map(({ url, body }) => [url, body])).toEqual([
      [OLD, '{"n":0}'],
      [NEW, '{"n":0}'],
    ]);
  });
});
