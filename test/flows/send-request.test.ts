import { afterEach, describe, expect, it, vi } from "vitest";
import { sendRequest } from "../../src/flows/send-request.ts";
import { vendor } from "../kit/lane.ts";
import { testContext } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

const to = (url: string) => ({ method: "POST", url, headers: { "x-own": "1" }, body: "b" }) as const;
const options = { timeoutMs: 1_000, idempotencyKey: "dlv_1", replay: false };

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** As when much else keeps the one thread. */
function holdUp(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) Date.now();
}

/** Answers after `ms`, in as many turns as reading a reply takes; rejects when it is given up. */
const answerAfter = (ms: number): void => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_input, init) => {
    const givenUp = new Promise<never>((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
    const reading = async (): Promise<Response> => {
      await sleep(ms);
      for (let turn = 0; turn < 3; turn += 1) await sleep(0);
      return new Response("ok");
    };
    return Promise.race([reading(), givenUp]);
  });
};

describe("the time limit of a request", () => {
  it("takes a reply that came in time while the process was held up until long after it", async () => {
    answerAfter(960);
    const sending = sendRequest(await testContext(), to("https://vendor.example/"), { ...options, timeoutMs: 1_000 });
    await sleep(950);
    holdUp(300);
    expect(await sending).toMatchObject({ sent: true, reply: { status: 200, failure: null } });
  });

  it("gives a request that left late, because the process was held up, its own time", async () => {
    answerAfter(900);
    const sending = sendRequest(await testContext(), to("https://vendor.example/"), { ...options, timeoutMs: 500 });
    await sleep(10);
    holdUp(700);
    expect(await sending).toMatchObject({ sent: true, reply: { status: 200, failure: null } });
  });

  it("ends the wait for a vendor that says nothing", async () => {
    answerAfter(5_000);
    const began = performance.now();
    const sent = await sendRequest(await testContext(), to("https://vendor.example/"), { ...options, timeoutMs: 200 });
    expect(sent).toMatchObject({ sent: true, reply: { status: 0, failure: "timeout" } });
    expect(performance.now() - began).toBeGreaterThanOrEqual(200);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe("sending a request", () => {
  it("O-06 refuses at send time what a template or a secret put together: private, reserved and local addresses, other schemes", async () => {
    const calls = vendor(() => new Response("ok"));
    const ctx = await testContext();
    const refused =
      "http://10.0.0.1/ http://169.254.169.254/ http://[fd00::1]/ http://localhost:1/ ftp://vendor.example/ http://0x0a000001/ no-url";
    for (const url of refused.split(" ")) {
      expect(await sendRequest(ctx, to(url), options)).toEqual({ sent: false, why: "address_refused" });
    }
    const production = { ...ctx, settings: { ...ctx.settings, local: false } };
    for (const url of ["http://127.0.0.1:9/", "http://vendor.example/"]) {
      expect(await sendRequest(production, to(url), options)).toEqual({ sent: false, why: "address_refused" });
    }
    expect(calls).toEqual([]);
  });

  it("O-06 does not follow a redirect: the reply is the redirect itself", async () => {
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockResolvedValue(new Response("moved", { status: 302, headers: { location: "http://10.0.0.1/" } }));
    const sent = await sendRequest(await testContext(), to("https://vendor.example/"), options);
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({ redirect: "manual" });
    expect(sent).toMatchObject({ sent: true, reply: { status: 302, body: "moved" } });
  });

  it("leaves no timer behind: more quick replies than an object may have timers", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
    const ctx = await testContext();
    for (let n = 0; n < 10_100; n += 1) {
      const sent = await sendRequest(ctx, to("https://vendor.example/"), { ...options, timeoutMs: 600_000 });
      if (!sent.sent || sent.reply.status !== 200) expect.fail(`request ${n}: ${JSON.stringify(sent)}`);
    }
  });

  it("reads at most 64 KiB of a reply, also of one that never ends", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(10_000).fill(97)),
      cancel: () => {
        cancelled = true;
      },
    });
    // In chunks, which holds whatever length stands beside them (RFC 9112 §6.3).
    vendor(() => new Response(endless, { headers: { "content-length": "10", "transfer-encoding": "chunked" } }));
    const sent = await sendRequest(await testContext(), to("https://vendor.example/"), options);
    expect(sent.sent && sent.reply.body.length).toBe(65_536);
    expect(cancelled).toBe(true);
  });

  it("takes half a reply for no reply: what the vendor did is not known", async () => {
    const half = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([123]));
        controller.error(new Error("connection lost at https://vendor.example/?key=secret"));
      },
    });
    vendor(() => new Response(half));
    const sent = await sendRequest(await testContext(), to("https://vendor.example/"), options);
    expect(sent).toEqual({ sent: true, reply: { status: 0, headers: {}, body: "", failure: "network" } });
  });

  it("tells a spent request budget from a failing vendor", async () => {
    vendor(() => Promise.reject(new Error("Too many subrequests.")));
    const sent = await sendRequest(await testContext(), to("https://vendor.example/"), options);
    expect(sent).toEqual({ sent: false, why: "budget_spent" });
  });

  it("sends the idempotency key, and x-replay on a replay only", async () => {
    const calls = vendor(() => new Response("ok"));
    const ctx = await testContext();
    await sendRequest(ctx, to("https://vendor.example/"), options);
    await sendRequest(ctx, to("https://vendor.example/"), { ...options, replay: true });
    expect(calls.map(({ headers }) => [headers.get("idempotency-key"), headers.get("x-replay")])).toEqual([
      ["dlv_1", null],
      ["dlv_1", "1"],
    ]);
  });
});
