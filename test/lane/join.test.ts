/** Lines of persons who turn out to be one, and of those who are two again. */
import { afterEach, expect, it, vi } from "vitest";
import { type Call, configure, fine, give, laneStub, row, run, travel, vendor } from "../kit/lane.ts";

afterEach(() => vi.restoreAllMocks());

const said = (calls: readonly Call[]): string[] => calls.map(({ body }) => (JSON.parse(body) as { text: string }).text);
const says = (line: string, text: string) => ({ line, body: { text } });

it("what waits for either goes in the order in which it was taken, nothing before its time", async () => {
  await configure({ joined: { retry_seconds: [10, 10] } });
  const calls = vendor(({ body }, n) => new Response(null, { status: n < 3 && /early/.test(body) ? 500 : 200 }));
  const early = await give("joined", [says("old", "early old"), says("new", "early new"), says("new", "last new")]);
  await run("joined");
  await laneStub("joined").changeLines(early.slice(1).map((id) => ({ id, generation: 0, line: "old" })));
  await give("joined", [says("old", "later")]);
  await run("joined");
  expect(said(calls)).toEqual(["early old", "early new"]);
  travel(15_000);
  await run("joined");
  expect(said(calls).slice(2)).toEqual(["early old", "early new", "last new", "later"]);
  for (const id of early) expect(await row(id)).toMatchObject({ status: "delivered" });
});

it("what was out while the lines were joined hands the line on, and a retry that steps back keeps its time", async () => {
  await configure({ outside: { retry_seconds: [10, 60], in_flight: 1 } });
  const calls = vendor(async (_call, n) => {
    if (n === 1) return new Response(null, { status: 429, headers: { "retry-after": "60" } });
    if (n === 2) await laneStub("outside").changeLines([{ id: waiting ?? "dlv_", generation: 0, line: "first" }]);
    return fine();
  });
  const [waiting] = await give("outside", [says("second", "asked to wait")]);
  await run("outside");
  await give("outside", [says("first", "first"), says("first", "after")]);
  await run("outside");
  expect(said(calls)).toEqual(["asked to wait", "first"]);
  travel(50_000);
  await run("outside");
  expect(calls).toHaveLength(2);
  travel(70_000);
  await run("outside");
  expect(said(calls).slice(2)).toEqual(["asked to wait", "after"]);
});

it("those who are two again wait for themselves alone, and what is forgotten of one leaves the other's", async () => {
  await configure({ parted: { retry_seconds: [10, 60] } });
  const calls = vendor(({ body }) => new Response(null, { status: /older/.test(body) ? 500 : 200 }));
  const [older, younger, last] = await give("parted", [says("one", "older"), says("one", "younger"), says("one", "last")]);
  await run("parted");
  expect(said(calls)).toEqual(["older"]);
  await laneStub("parted").changeLines([{ id: younger ?? "dlv_", generation: 0, line: "other" }]);
  await laneStub("parted").forget([older ?? "dlv_", last ?? "dlv_"]);
  await run("parted");
  travel(15_000);
  await run("parted");
  expect(said(calls)).toEqual(["older", "younger"]);
  expect(await row(younger ?? "dlv_")).toMatchObject({ status: "delivered" });
  expect(await row(older ?? "dlv_")).not.toMatchObject({ status: "delivered" });
});

it("what waits behind a delivery that is forgotten goes on: the line may be about two", async () => {
  await configure({ shared: { retry_seconds: [10, 60] } });
  const calls = vendor(({ body }) => new Response(null, { status: /hers/.test(body) ? 500 : 200 }));
  const [hers = "dlv_", other = "dlv_"] = await give("shared", [says("one", "hers"), says("one", "other")]);
  await run("shared");
  await laneStub("shared").forget([hers]);
  await run("shared");
  expect(said(calls)).toEqual(["hers", "other"]);
  expect(await row(other)).toMatchObject({ status: "delivered" });
});
