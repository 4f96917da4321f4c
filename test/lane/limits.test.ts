import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Lane } from "../../src/lane.ts";
import { configure, fine, give, laneStub, row, run, travel, vendor } from "../kit/lane.ts";

const moment = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1);
  });

afterEach(() => vi.restoreAllMocks());

const lines = (n: number) => Array.from({ length: n }, (_, at) => ({ line: `line ${at}` }));
const broken = (): Response => new Response("", { status: 503 });

describe("limits of a lane", () => {
  it("never has more requests out than the connection allows", async () => {
    await configure({ cap: { in_flight: 3 } });
    let out = 0;
    let most = 0;
    vendor(async () => {
      out += 1;
      most = Math.max(most, out);
      await moment();
      out -= 1;
      return fine();
    });
    await give("cap", lines(30));
    await run("cap");
    expect(most).toBe(3);
  });

  it("sends one line strictly one after the other", async () => {
    await configure({ serial: {} });
    let out = 0;
    let most = 0;
    const order: number[] = [];
    vendor(async (call) => {
      out += 1;
      most = Math.max(most, out);
      order.push((JSON.parse(call.body) as { n: number }).n);
      await moment();
      out -= 1;
      return fine();
    });
    await give(
      "serial",
      Array.from({ length: 20 }, (_, n) => ({ line: "one", body: { n } })),
    );
    await run("serial");
    expect(most).toBe(1);
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it("never passes the rate in any sliding second and uses nearly all of it", async () => {
    await configure({ paced: { rate: { per_second: 20 } } });
    const calls = vendor(fine);
    await give("paced", lines(60));
    await run("paced");
    const at = calls.map((call) => call.at);
    expect(at).toHaveLength(60);
    for (let n = 20; n < at.length; n += 1) expect((at[n] ?? 0) - (at[n - 20] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("goes on at its rate while a slow vendor has not answered yet", async () => {
    await configure({ slow: { rate: { per_second: 1 } } });
    const calls = vendor(async () => {
      while (calls.length < 2) await moment();
      return fine();
    });
    await give("slow", lines(2));
    await run("slow");
    expect(calls).toHaveLength(2);
  });

  it("remembers the rate's places across a restart", async () => {
    await configure({ kept: { rate: { per_second: 5 } } });
    const calls = vendor(fine);
    await give("kept", lines(5));
    await run("kept");
    await restart("kept");
    await give("kept", lines(5));
    await run("kept");
    const at = calls.map((call) => call.at);
    expect(at).toHaveLength(10);
    expect((at[5] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("stops trying a dead vendor after ten failures, without using up the tries of those who wait, and goes on by itself", async () => {
    await configure({ dead: {} });
    let down = true;
    const calls = vendor(() => (down ? broken() : fine()));
    const ids = await give("dead", lines(100));
    await run("dead");
    expect(calls.length).toBeGreaterThanOrEqual(10);
    expect(calls.length).toBeLessThan(25);
    expect(await row(ids[99] ?? "")).toMatchObject({ status: "queued", attempts: 0 });
    const before = calls.length;
    travel(2_000);
    await run("dead");
    expect(calls.length).toBeLessThanOrEqual(before + 2);
    down = false;
    travel(20_000);
    await run("dead");
    for (const id of ids) expect((await row(id)).status).toBe("delivered");
  });

  it("does not take addresses that may not be called for a dead vendor: nothing was sent there", async () => {
    await configure({ picky: {} });
    const calls = vendor(fine);
    const inside = { url: "https://10.0.0.1/", method: "POST" };
    await give(
      "picky",
      lines(24).map((item) => ({ ...item, with: inside })),
    );
    const [good] = await give("picky", [{ line: "good" }]);
    await run("picky");
    expect(calls.map(({ url }) => url)).toEqual(["https://vendor.example/in"]);
    expect((await row(good ?? "")).status).toBe("delivered");
  });

  it("does not take one person's failures for a dead vendor", async () => {
    await configure({ one: { retry_seconds: Array.from({ length: 20 }, () => 0) } });
    const calls = vendor((call) => (call.body.includes("sick") ? broken() : fine()));
    await give("one", [{ line: "sick", body: "sick" }]);
    await run("one");
    expect(calls).toHaveLength(21);
    const [id = ""] = await give("one", [{ line: "well", body: "well" }]);
    await run("one");
    expect((await row(id)).status).toBe("delivered");
  });

  it("finds the next due delivery by index however many wait", async () => {
    await configure({ deep: {} });
    vendor(fine);
    const plan = await runInDurableObject(laneStub("deep"), (_lane: Lane, state) => [
      ...state.storage.sql.exec<{ detail: string }>(
        "EXPLAIN QUERY PLAN SELECT seq FROM work WHERE head = 1 AND state = 'waiting' AND due_at <= 5 ORDER BY due_at, seq LIMIT 12",
      ),
    ]);
    expect(plan.map(({ detail }) => detail).join(" ")).toMatch(/^SEARCH work USING (COVERING )?INDEX work_due \(due_at<\?\)$/);
  });
});

/** Ends the object as a crash does; the next call starts a new one on the same storage. */
async function restart(connection: string): Promise<void> {
  await runInDurableObject(laneStub(connection), (_lane: Lane, state) => state.abort("crash")).catch(() => null);
}
