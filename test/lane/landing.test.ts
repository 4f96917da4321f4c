import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { CLOSED } from "../../src/domain/breaker.ts";
import type { Settlement } from "../../src/domain/settle.ts";
import { type Landed, conclude, land } from "../../src/flows/lane/conclude.ts";
import { newFlights } from "../../src/flows/lane/flights.ts";
import { openLoopBreaker } from "../../src/flows/lane/loop-breaker.ts";
import { openOutbox } from "../../src/flows/lane/outbox.ts";
import { openPace } from "../../src/flows/lane/pace.ts";
import { type WorkRow, dueHeads, find, markFlying, put } from "../../src/flows/lane/queue.ts";
import { type LaneState, newSignal } from "../../src/flows/lane/state.ts";
import { newTally } from "../../src/flows/tally.ts";
import { laneStub } from "../kit/lane.ts";
import { testContext } from "../kit/context.ts";

const landed = {} as Landed;

describe("requests that come back", () => {
  it("count as out until they are written down, all together", () => {
    const flights = newFlights(newSignal());
    for (let n = 0; n < 3; n += 1) flights.left();
    flights.cameBack(landed);
    flights.cameBack(landed);
    expect(flights.out()).toBe(3);
    expect(flights.land()).toHaveLength(2);
    expect(flights.out()).toBe(1);
    expect(flights.land()).toEqual([]);
  });

  it("wake the pump at once when none is left out, and soon while others are", async () => {
    let raised = 0;
    const flights = newFlights({ raise: () => void (raised += 1), wait: () => Promise.resolve() });
    flights.left();
    flights.cameBack(landed);
    expect(raised).toBe(1);
    flights.land();
    flights.left();
    flights.left();
    flights.cameBack(landed);
    expect(raised).toBe(1);
    await vi.waitFor(() => expect(raised).toBe(2), { interval: 1 });
  });
});

const KEY = { id: "dlv_a", generation: 0 } as const;

/** A lane with one delivery out. */
function laneWithOneOut(storage: DurableObjectStorage): { lane: LaneState; row: WorkRow } {
  const { sql } = storage;
  sql.exec("DELETE FROM work; DELETE FROM outcomes");
  const signal = newSignal();
  const lane: LaneState = {
    storage,
    sql,
    outbox: openOutbox(sql),
    pace: openPace(sql),
    loops: openLoopBreaker(sql),
    tally: newTally("delivery"),
    inHand: new Map(),
    flights: newFlights(signal),
    breaker: CLOSED,
    missingSince: null,
    signal,
  };
  put(sql, [{ ...KEY, line: "l", action: "request", createdAt: 1, work: new ArrayBuffer(1) }], 1);
  const [row] = dueHeads(sql, 1, 1, lane.inHand);
  if (!row) throw new Error("nothing is due");
  markFlying(sql, { seq: row.seq, attempts: 1, repeatable: true, rendered: new ArrayBuffer(1) });
  lane.inHand.set(row.seq, { cancelled: false, forgotten: false });
  return { lane, row };
}

const endOf = (settlement: Settlement) =>
  ({ connection: "c", settlement, attempts: 1, attempt: null, rendered: null, reply: null, now: 2 }) as const;

function toldStates(sql: SqlStorage): string[] {
  return [...sql.exec<{ told: string }>("SELECT told FROM outcomes ORDER BY seq")].map(
    ({ told }) => (JSON.parse(told) as { state: string }).state,
  );
}

const cancelled: readonly (readonly [Settlement, string])[] = [
  [{ state: "retrying", reason: "http_500", nextAt: 9e12 }, "cancelled"],
  [{ state: "delivered" }, "delivered"],
];

it("one that is cancelled after its reply was judged is not tried again; a known outcome stands", async () => {
  await runInDurableObject(laneStub("landing"), (_lane, { storage }) => {
    for (const [settlement, state] of cancelled) {
      const { lane, row } = laneWithOneOut(storage);
      lane.inHand.set(row.seq, { cancelled: true, forgotten: false });
      conclude(lane, row, endOf(settlement));
      expect(find(storage.sql, KEY)?.state).toBe("settled");
      expect(toldStates(storage.sql)).toEqual([state]);
    }
  });
});

it("an end that cannot be written down leaves nothing half written, and the delivery is dead where an operator sees it", async () => {
  const ctx = await testContext();
  await runInDurableObject(laneStub("landing"), (_lane, { storage }) => {
    const { lane, row } = laneWithOneOut(storage);
    let refused = 0;
    const record: LaneState["outbox"]["record"] = (...given) => {
      refused += 1;
      if (refused <= 2) throw new Error("too big");
      lane.outbox.record(...given);
    };
    const refusing = { ...lane, outbox: { ...lane.outbox, record } };
    expect(() => conclude(refusing, row, endOf({ state: "delivered" }))).toThrow("too big");
    expect(find(storage.sql, KEY)?.state).toBe("flying");
    land(refusing, ctx, { row, end: endOf({ state: "delivered" }) });
    expect(find(storage.sql, KEY)?.state).toBe("settled");
    expect(toldStates(storage.sql)).toEqual(["dead"]);
    // A recovery, which sends dead ones again, leaves it alone: it was taken.
    expect(storage.sql.exec<{ told: string }>("SELECT told FROM outcomes").one().told).toContain('"reason":"unknown_outcome"');
    expect(lane.inHand.size).toBe(0);
  });
});
