import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { laneOf } from "../../src/context.ts";
import type { Lane } from "../../src/lane.ts";
import { configure, fine, give, laneStub, person, row, run, travel, vendor } from "../kit/lane.ts";
import { replayDelivery } from "../../src/flows/replay-delivery.ts";
import { bindings } from "../kit/bindings.ts";
import { testContext } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

const told = (personId: string, body: unknown) => ({ personId, line: personId, body });

describe("the loop breaker", () => {
  it("O-02 the fourth of the same content to the same person within ten minutes is dead, with one loop problem; replay releases it", async () => {
    await configure({ looping: {} });
    const calls = vendor(fine);
    const ann = await person("ann");
    const ids = await give("looping", [told(ann, "x"), told(ann, "x"), told(ann, "x"), told(ann, "x"), told(ann, "x")]);
    await run("looping");
    expect(calls).toHaveLength(3);
    expect(await row(ids[3] ?? "")).toMatchObject({ status: "dead", reason: "loop_suspected", attempts: 0 });
    expect(await row(ids[4] ?? "")).toMatchObject({ status: "dead", reason: "loop_suspected" });
    const problems = await bindings.DB.prepare("SELECT connection, count, persons FROM problems WHERE kind = 'loop'").all();
    expect(problems.results).toEqual([{ connection: "looping", count: 2, persons: '["per_ann"]' }]);
    expect(await replayDelivery(await testContext(), ids[3] ?? "")).toEqual({ ok: true, value: { generation: 1 } });
    await run("looping");
    expect(calls).toHaveLength(4);
    expect(calls[3]?.headers.get("x-replay")).toBe("1");
    expect(await row(ids[3] ?? "")).toMatchObject({ status: "delivered", reason: null, generation: 1 });
  });

  it("lets through other content, other people and what comes later", async () => {
    await configure({ varied: {} });
    const calls = vendor(fine);
    const [ann, bob] = [await person("ann"), await person("bob")];
    await give(
      "varied",
      [1, 2, 3, 4, 5].map((n) => told(ann, n)),
    );
    await give("varied", [told(ann, "x"), told(ann, "x"), told(ann, "x"), told(bob, "x")]);
    await run("varied");
    expect(calls).toHaveLength(9);
    travel(601_000);
    await give("varied", [told(ann, "x")]);
    await run("varied");
    expect(calls).toHaveLength(10);
  });

  it("remembers over a restart what it has let through, and forgets an erased person's", async () => {
    await configure({ restarted: {} });
    const calls = vendor(fine);
    const [ann, bob] = [await person("ann"), await person("bob")];
    const three = (who: string) => give("restarted", [told(who, "x"), told(who, "x"), told(who, "x")]);
    await three(ann);
    const his = await three(bob);
    await run("restarted");
    await laneOf(bindings, "restarted").forget(his);
    const restart = (): Promise<unknown> =>
      runInDurableObject(laneStub("restarted"), (_lane: Lane, state) => state.abort("restart")).catch(() => null);
    await restart();
    const [fourth] = await give("restarted", [told(ann, "x"), told(bob, "x")]);
    await run("restarted");
    expect(calls).toHaveLength(7);
    expect(await row(fourth ?? "")).toMatchObject({ status: "dead", reason: "loop_suspected" });
  });

  it("does not count a retry, nor take a backlog after an outage for a loop", async () => {
    await configure({ backlog: { retry_seconds: [0, 0, 0, 0] } });
    const ann = await person("ann");
    const calls = vendor((_call, n) => new Response(null, { status: n < 5 ? 500 : 200 }));
    for (let hour = 0; hour < 4; hour += 1) {
      await give("backlog", [told(ann, "x")]);
      travel(3_600_000);
    }
    await run("backlog");
    expect(calls).toHaveLength(8);
  });
});
