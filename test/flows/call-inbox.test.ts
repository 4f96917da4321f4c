import { afterEach, expect, it, vi } from "vitest";
import type { Context } from "../../src/context.ts";
import { callInbox } from "../../src/flows/intake/call-inbox.ts";
import { unpackArrivals } from "../../src/flows/intake/packed-arrivals.ts";
import type { Acceptance, Arrival } from "../../src/rpc.ts";
import { arrivalOf } from "../kit/arrival.ts";
import { contextWith } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

type Call = { readonly ids: readonly string[]; readonly answer: () => void; readonly fail: () => void };

/** An inbox whose calls stay out until the test lets each of them answer or fail. */
async function heldInbox(): Promise<{ ctx: Context; calls: Call[]; next: (count: number) => Promise<void> }> {
  const calls: Call[] = [];
  const accept = (packed: ArrayBuffer): Promise<Acceptance[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<Acceptance[]>();
    const arrivals = unpackArrivals(packed);
    calls.push({
      ids: arrivals.map(({ id }) => id),
      answer: () => resolve(arrivals.map(({ id }) => ({ id, outcome: "accepted" }))),
      fail: () => reject(new Error("inbox is down")),
    });
    return promise;
  };
  const ctx = await contextWith({});
  const INBOX = { idFromName: () => "id", get: () => ({ accept }) } as unknown as typeof ctx.env.INBOX;
  const next = async (count: number): Promise<void> => {
    while (calls.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { ctx: { ...ctx, env: { ...ctx.env, INBOX } }, calls, next };
}

const ids = (arrivals: readonly Arrival[]): string[] => arrivals.map(({ id }) => id);
const facts = (...names: readonly string[]): Arrival[] => names.map((name) => arrivalOf(name));
const told = (answers: readonly (readonly Acceptance[])[]): string[] => answers.flat().map(({ id }) => id);

it("what arrives while a call is out goes as one call when it comes back, and each is told its own answer", async () => {
  const { ctx, calls, next } = await heldInbox();
  const arrivals = facts("a", "b", "c", "d");
  const answers = Promise.all(arrivals.map((arrival) => callInbox(ctx, [arrival])));
  await next(1);
  calls[0]?.answer();
  await next(2);
  calls[1]?.answer();
  expect(told(await answers)).toEqual(ids(arrivals));
  expect(calls.map((call) => call.ids)).toEqual([ids(arrivals.slice(0, 1)), ids(arrivals.slice(1))]);
});

it("a call that does not come back holds nobody up: those who wait go without it", async () => {
  const { ctx, calls, next } = await heldInbox();
  const [lost, ...others] = facts("a", "b", "c");
  const first = callInbox(ctx, lost ? [lost] : []);
  const answers = Promise.all(others.map((arrival) => callInbox(ctx, [arrival])));
  await next(2);
  calls[1]?.answer();
  expect(told(await answers)).toEqual(ids(others));
  calls[0]?.answer();
  expect(told([await first])).toEqual(lost ? [lost.id] : []);
});

it("whoever is carried by a call that never ends asks for itself under the same id", async () => {
  const { ctx, calls, next } = await heldInbox();
  const [first, carrier, carried] = facts("a", "b", "c").map((arrival) => ({ arrival, answer: callInbox(ctx, [arrival]) }));
  await next(1);
  calls[0]?.answer();
  await next(3);
  const sent = [[first], [carrier, carried], [carried]];
  expect(calls.map((call) => call.ids)).toEqual(sent.map((group) => group.map((one) => one?.arrival.id)));
  calls[2]?.answer();
  expect(told([(await carried?.answer) ?? []])).toEqual([carried?.arrival.id]);
  calls[1]?.answer();
  await Promise.all([first?.answer, carrier?.answer]);
});

it("when the shared call fails each asks for itself under the same id, and only the one that fails then is told so", async () => {
  const { ctx, calls, next } = await heldInbox();
  const arrivals = facts("a", "b", "c");
  const answers = Promise.allSettled(arrivals.map((arrival) => callInbox(ctx, [arrival])));
  await next(1);
  calls[0]?.answer();
  await next(2);
  calls[1]?.fail();
  await next(4);
  const alone = new Set(calls.slice(2).map((call) => call.ids.join()));
  expect(alone).toEqual(new Set(ids(arrivals.slice(1))));
  calls.find((call, at) => at > 1 && call.ids[0] === arrivals[1]?.id)?.fail();
  calls.find((call, at) => at > 1 && call.ids[0] === arrivals[2]?.id)?.answer();
  expect((await answers).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

it("the failure of a call that carries one is that one's alone", async () => {
  const { ctx, calls, next } = await heldInbox();
  const answers = Promise.allSettled(facts("a", "b").map((arrival) => callInbox(ctx, [arrival])));
  await next(1);
  calls[0]?.fail();
  await next(2);
  calls[1]?.answer();
  expect((await answers).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});

it("large arrivals do not share a call beyond its limit", async () => {
  const { ctx, calls, next } = await heldInbox();
  const large = ["a", "b", "c", "d"].map((fact) => arrivalOf(fact, { raw: new ArrayBuffer(900_000) }));
  const answers = Promise.all(large.map((arrival) => callInbox(ctx, [arrival])));
  for (const count of [1, 2, 3]) {
    await next(count);
    calls[count - 1]?.answer();
  }
  expect(told(await answers)).toEqual(ids(large));
  expect(calls.map((call) => call.ids.length)).toEqual([1, 2, 1]);
});

/** A request that ended while it waited: nothing of it is run any more. */
async function leaveBehind(ctx: Context, arrival: Arrival | undefined): Promise<void> {
  vi.spyOn(scheduler, "wait").mockImplementationOnce(() => new Promise(() => {}));
  void callInbox(ctx, arrival ? [arrival] : []);
  await Promise.resolve();
}

it("what waits of a request that ended goes with the next call; much later it is dropped, for its sender has come again", async () => {
  for (const [laterMs, carried] of [
    [100, 2],
    [60_000, 1],
  ] as const) {
    const { ctx, calls, next } = await heldInbox();
    const [first, left, last] = facts("a", "b", "c");
    const answer = callInbox(ctx, first ? [first] : []);
    await next(1);
    await leaveBehind(ctx, left);
    calls[0]?.answer();
    await answer;
    const later = { ...ctx, clock: () => Date.now() + laterMs };
    const answers = callInbox(later, last ? [last] : []);
    await next(2);
    calls[1]?.answer();
    expect(told([await answers])).toEqual([last?.id]);
    expect(calls[1]?.ids).toEqual(ids([left, last].flatMap((one) => one ?? []).slice(-carried)));
  }
});

it("a call that carries only somebody else fails nobody here and keeps nobody here waiting", async () => {
  const { ctx, calls, next } = await heldInbox();
  const [first, left, mine] = facts("a", "b", "c").map((one) => ({ ...one, raw: new ArrayBuffer(1_500_000) }));
  const answer = callInbox(ctx, first ? [first] : []);
  await next(1);
  await leaveBehind(ctx, left);
  calls[0]?.answer();
  await answer;
  const answers = callInbox(ctx, mine ? [mine] : []);
  await next(2);
  expect(calls[1]?.ids).toEqual([left?.id]);
  calls[1]?.fail();
  await next(3);
  calls[2]?.answer();
  expect(told([await answers])).toEqual([mine?.id]);
});
