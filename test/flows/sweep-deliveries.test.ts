import { afterEach, describe, expect, it, vi } from "vitest";
import { laneOf } from "../../src/context.ts";
import { type NewDelivery, handOver, prepareDeliveries } from "../../src/flows/enqueue-delivery.ts";
import { unpackWork } from "../../src/flows/lane/packed-work.ts";
import { Lane } from "../../src/lane.ts";
import { sweepDeliveries, wakeLanes } from "../../src/flows/sweep-deliveries.ts";
import { findDelivery } from "../../src/store/deliveries.ts";
import { requeue, requeueDead } from "../../src/store/replays.ts";
import { configure, fine, give, row, run, travel, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";
import { testContext } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

const whole = (connection: string, body: unknown, eventId: string | null): NewDelivery => ({
  connection,
  eventId,
  action: "request",
  line: "nobody",
  work: {
    with: { url: "https://vendor.example/", body },
    personId: null,
    address: { email: "a@example.com" },
    event: null,
    rendered: null,
    replay: false,
  },
});

/** Writes D1 rows as if the process had died before the lane was told. */
async function writeOnly(connection: string, bodies: readonly unknown[], eventId: string | null): Promise<string[]> {
  const prepared = await prepareDeliveries(
    await testContext(),
    bodies.map((body) => whole(connection, body, eventId)),
  );
  await bindings.DB.batch(prepared.map(({ statement }) => statement));
  return prepared.map(({ id }) => id);
}

it("a hand-over that is cut off once, by a new version of the lane, is made again at once: nothing overtakes it", async () => {
  await configure({ cut: {} });
  const calls = vendor(fine);
  vi.spyOn(Lane.prototype, "take").mockRejectedValueOnce(new Error("reset"));
  await give("cut", [{ line: "one", body: 1 }]);
  await give("cut", [{ line: "one", body: 2 }]);
  await run("cut");
  expect(calls.map(({ body }) => body)).toEqual(["1", "2"]);
});

describe("the sweep", () => {
  it("hands over what never reached its lane, in order, after a minute and once", async () => {
    await configure({ lost: {} });
    const calls = vendor(fine);
    const ids = await writeOnly("lost", [1, 2, 3], "evt_1");
    expect(await sweepDeliveries(await testContext())).toEqual({ handedOver: 0 });
    travel(61_000);
    expect(await sweepDeliveries(await testContext())).toEqual({ handedOver: 3 });
    await run("lost");
    expect(calls.map(({ body }) => body)).toEqual(["1", "2", "3"]);
    for (const id of ids) expect((await row(id)).status).toBe("delivered");
  });

  it("hands over at once what no event caused, since nobody else repeats it: a code, a notice, a site's webhook", async () => {
    await configure({ alone: {} });
    const calls = vendor(fine);
    await writeOnly("alone", [1, 2], null);
    for (let round = 0; round < 2; round += 1) await sweepDeliveries(await testContext());
    await run("alone");
    expect(calls.map(({ body }) => body)).toEqual(["1", "2"]);
  });

  it("hands over what is a holder's on the line that its work names, as whoever wrote it did", async () => {
    await configure({ held: { disabled: true } });
    const rendered = { parameters: {}, person: { id: "hld_line", key: "", identifiers: [], traits: {} } };
    const delivery = whole("held", 1, null);
    const [prepared] = await prepareDeliveries(await testContext(), [
      { ...delivery, line: "hld_line", holder: "hld_other", work: { ...delivery.work, address: null, rendered } },
    ]);
    await prepared?.statement.run();
    expect(
      await bindings.DB.prepare("SELECT person_id FROM deliveries WHERE id = ?1").bind(prepared?.id).first("person_id"),
    ).toBe("hld_other");
    const take = vi.spyOn(Lane.prototype, "take");
    await sweepDeliveries(await testContext());
    const lines = take.mock.calls.flatMap(([, packed]) => unpackWork(packed).map(({ line }) => line));
    expect(lines).toContain("hld_line");
    expect(await findDelivery(bindings.DB, prepared?.id ?? "")).toMatchObject({ person_id: null });
  });

  it("reads a waiting backlog once, not every minute, and sends none of it twice", async () => {
    await configure({ heap: { disabled: true } });
    const calls = vendor(fine);
    await give(
      "heap",
      Array.from({ length: 410 }, (_, n) => ({ line: `${n}`, body: n })),
    );
    travel(61_000);
    expect((await sweepDeliveries(await testContext())).handedOver).toBeGreaterThanOrEqual(410);
    expect(await sweepDeliveries(await testContext())).toEqual({ handedOver: 0 });
    await configure({ heap: {} });
    await run("heap");
    await run("heap");
    expect(calls).toHaveLength(410);
  });

  it("hands over more than one call may carry, at once as well as late", async () => {
    await configure({ large: { disabled: true }, late: { disabled: true } });
    const heap = Array.from({ length: 15 }, (_, n) => `${n}`.repeat(240_000).slice(0, 240_000));
    const waiting = async (connection: string): Promise<number> => (await laneOf(bindings, connection).wake()).waiting;
    const ctx = await testContext();
    const prepared = await Promise.all(
      Array.from({ length: 10 }, () =>
        prepareDeliveries(
          ctx,
          heap.map((body) => whole("large", body, "evt_1")),
        ),
      ),
    );
    await handOver(ctx, prepared.flat());
    expect(await waiting("large")).toBe(150);
    for (let n = 0; n < 10; n += 1) await writeOnly("late", heap, "evt_1");
    travel(61_000);
    expect((await sweepDeliveries(await testContext())).handedOver).toBeGreaterThanOrEqual(150);
    expect(await waiting("late")).toBe(150);
  });

  it("hands over a replay that was written and never reached the lane, as a replay of the original", async () => {
    await configure({ half: {} });
    const calls = vendor(fine);
    const [id = ""] = await give("half", [{ body: "x" }]);
    await run("half");
    expect(await requeue(bindings.DB, id, [], Date.now())).not.toBeNull();
    travel(61_000);
    await sweepDeliveries(await testContext());
    await run("half");
    expect(calls.map(({ body, headers }) => [body, headers.get("x-replay")])).toEqual([
      ["x", null],
      ["x", "1"],
    ]);
    expect(await row(id)).toMatchObject({ status: "delivered", generation: 1 });
  });

  it("hands over all that a fast recovery queued at one moment and its lane never took", async () => {
    await configure({ burst: { disabled: true } });
    const ids = await writeOnly(
      "burst",
      Array.from({ length: 130 }, (_, n) => n),
      "evt_1",
    );
    await bindings.DB.prepare("UPDATE deliveries SET status = 'dead', settled_at = ?1 WHERE connection = 'burst'")
      .bind(Date.now())
      .run();
    const slice = { connection: "burst", silenced: [], since: 0, until: Date.now(), afterSeq: 0, limit: 250 };
    expect(await requeueDead(bindings.DB, slice, Date.now())).toHaveLength(ids.length);
    travel(61_000);
    await sweepDeliveries(await testContext());
    expect((await laneOf(bindings, "burst").wake()).waiting).toBe(ids.length);
  });

  it("wakes lanes that hold work when a configuration may have enabled them", async () => {
    await configure({ woken: { disabled: true } });
    const calls = vendor(fine);
    await give("woken", [{}]);
    await run("woken");
    await configure({ woken: {} });
    await wakeLanes(await testContext());
    await vi.waitUntil(() => calls.length === 1, { timeout: 5_000, interval: 2 });
  });
});
