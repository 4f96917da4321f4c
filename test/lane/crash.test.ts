import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Lane } from "../../src/lane.ts";
import { laneOf } from "../../src/context.ts";
import { configure, fine, give, laneStub, row, run, travel, vendor } from "../kit/lane.ts";
import { packWork } from "../../src/flows/lane/packed-work.ts";
import { bindings } from "../kit/bindings.ts";

const moment = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
const byText = (a: string | null, b: string | null): number => (a ?? "").localeCompare(b ?? "");

afterEach(() => vi.restoreAllMocks());

const never = (): Promise<Response> => new Promise(() => {});

/** A reply that is held back until the gate opens; it waits inside the lane's own context. */
async function after(gate: { readonly open: boolean }, status: number, body: string): Promise<Response> {
  while (!gate.open) await moment();
  return new Response(body, { status });
}

/** Ends the object as a crash does; the next call starts a new one on the same storage. */
async function crash(connection: string): Promise<void> {
  await runInDurableObject(laneStub(connection), (_lane: Lane, state) => state.abort("crash")).catch(() => null);
}

/** Starts the lane and returns once `calls` requests are out. */
async function startUntil(connection: string, isOut: () => boolean): Promise<void> {
  void run(connection).catch(() => null);
  await vi.waitUntil(isOut, { timeout: 5_000, interval: 1 });
}

describe("a crash", () => {
  it("in the middle of sending loses nothing and repeats only what was out, under the same ids", async () => {
    await configure({ crash: { in_flight: 4 } });
    const before = vendor((_call, n) => (n <= 3 ? fine() : never()));
    const ids = await give(
      "crash",
      Array.from({ length: 20 }, (_, n) => ({ line: `line ${n % 10}`, body: n })),
    );
    await startUntil("crash", () => before.length === 7);
    const out = before.slice(3).map((call) => call.headers.get("idempotency-key"));
    await crash("crash");
    const after = vendor(fine);
    await run("crash");
    const again = after.map((call) => call.headers.get("idempotency-key"));
    expect(again.slice(0, 4).toSorted(byText)).toEqual(out.toSorted(byText));
    expect(again.toSorted(byText)).toEqual(
      ids.filter((id) => !before.slice(0, 3).some((call) => call.headers.get("idempotency-key") === id)).toSorted(byText),
    );
    for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1 });
  });

  it("is followed by an alarm that carries on without anybody's call", async () => {
    await configure({ alone: {} });
    const before = vendor(never);
    await give("alone", [{}]);
    await startUntil("alone", () => before.length === 1);
    const alarm = await runInDurableObject(laneStub("alone"), (_lane: Lane, state) => state.storage.getAlarm());
    expect(alarm).not.toBeNull();
    expect((alarm ?? 0) - Date.now()).toBeLessThanOrEqual(1_000);
    await crash("alone");
  });

  it("does not repeat what must not be done twice: it is dead as unknown_outcome", async () => {
    await configure({
      school: { kind: "getcourse", account: "school.getcourse.ru", api_key: "key-of-school", url: undefined },
    });
    const before = vendor(never);
    const deal = { user: { email: "a@example.com" }, deal: { offer_code: "1", deal_cost: "10" } };
    const [id = ""] = await give("school", [{ with: deal, action: "upsert_deal", address: { email: "a@example.com" } }]);
    await startUntil("school", () => before.length === 1);
    await crash("school");
    const after = vendor(fine);
    await run("school");
    expect(after).toEqual([]);
    expect(await row(id)).toMatchObject({ status: "dead", reason: "unknown_outcome" });
  });

  it("while the vendor was dead is followed by a probe at once, not by ten more failures", async () => {
    await configure({ probe: {} });
    vendor(() => new Response("", { status: 503 }));
    await give(
      "probe",
      Array.from({ length: 40 }, (_, n) => ({ line: `${n}` })),
    );
    await run("probe");
    await crash("probe");
    let most = 0;
    let out = 0;
    const calls = vendor(async (_call, n) => {
      out += 1;
      if (n === 1) most = Math.max(most, out);
      await Promise.resolve();
      out -= 1;
      return fine();
    });
    await run("probe");
    expect(most).toBe(1);
    expect(calls.length).toBeGreaterThanOrEqual(20);
  });
});

describe("taking work back", () => {
  it("a cancelled delivery is not sent, and the next of its line is", async () => {
    await configure({ undo: { retry_seconds: [60] } });
    const calls = vendor((_call, n) => (n === 1 ? new Response("", { status: 500 }) : fine()));
    const [first = "", second = ""] = await give("undo", [
      { line: "l", body: 1 },
      { line: "l", body: 2 },
    ]);
    await run("undo");
    const key = { id: first as `dlv_${string}`, generation: 0 };
    expect(await laneOf(bindings, "undo").cancel("undo", [key])).toEqual({ cancelled: [first], inFlight: [] });
    await run("undo");
    expect(calls.map(({ body }) => body)).toEqual(["1", "2"]);
    expect(await row(first)).toMatchObject({ status: "cancelled", reason: "cancelled" });
    expect(await row(second)).toMatchObject({ status: "delivered" });
  });

  it("a request that is out cannot be called back, but is not tried again", async () => {
    await configure({ late: { retry_seconds: [1] } });
    const gate = { open: false };
    const calls = vendor(() => after(gate, 500, ""));
    const [id = ""] = await give("late", [{}]);
    await startUntil("late", () => calls.length === 1);
    const key = { id: id as `dlv_${string}`, generation: 0 };
    expect(await laneOf(bindings, "late").cancel("late", [key])).toEqual({ cancelled: [], inFlight: [id] });
    gate.open = true;
    await run("late");
    expect(calls).toHaveLength(1);
    expect(await row(id)).toMatchObject({ status: "cancelled" });
  });

  it("a key that is cancelled before its hand-over is never sent", async () => {
    await configure({ tomb: {} });
    const calls = vendor(fine);
    await laneOf(bindings, "tomb").cancel("tomb", [{ id: "dlv_never", generation: 0 }]);
    await laneOf(bindings, "tomb").take(
      "tomb",
      packWork([{ id: "dlv_never", generation: 0, line: "l", action: "request", createdAt: 1, work: new ArrayBuffer(1) }]),
    );
    await run("tomb");
    expect(calls).toEqual([]);
  });

  it("a key that is cancelled before its hand-over is told to D1 too, should the canceller not get to it", async () => {
    await configure({ cut: {} });
    vendor(fine);
    const [id = ""] = await give("cut", [{}]);
    await run("cut");
    await bindings.DB.prepare("UPDATE deliveries SET generation = 1, status = 'queued', replayed_at = 1 WHERE id = ?1")
      .bind(id)
      .run();
    await laneOf(bindings, "cut").cancel("cut", [{ id: id as `dlv_${string}`, generation: 1 }]);
    await run("cut");
    expect(await row(id)).toMatchObject({ status: "cancelled", reason: "cancelled", generation: 1 });
  });

  it("erasure leaves no trace of deliveries: not of what waits, nor of what is out, nor of outcomes D1 was not told", async () => {
    await configure({ wipe: {} });
    const gate = { open: false };
    const calls = vendor(() => after(gate, 200, "private reply"));
    const ids = await give("wipe", [{ line: "per_x" }, { line: "per_x" }]);
    await startUntil("wipe", () => calls.length === 1);
    await laneOf(bindings, "wipe").forget(ids);
    gate.open = true;
    await run("wipe");
    travel(60_000);
    await run("wipe");
    expect(calls).toHaveLength(1);
    const left = await runInDurableObject(laneStub("wipe"), (_lane: Lane, state) => [
      ...state.storage.sql.exec("SELECT id FROM work WHERE sealed IS NOT NULL OR rendered IS NOT NULL OR line = 'per_x'"),
      ...state.storage.sql.exec("SELECT id FROM outcomes"),
    ]);
    expect(left).toEqual([]);
    for (const id of ids) expect(await row(id)).toMatchObject({ status: "queued", attempts: 0 });
  });
});
