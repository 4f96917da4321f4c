/** One delivery that takes several requests: the vendor is asked who it is about before anything is written there. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { laneOf } from "../../src/context.ts";
import { settingsOf } from "../../src/env.ts";
import { saveConfig } from "../../src/store/config.ts";
import { type Call, fine, configure, give, row, run, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";

afterEach(() => vi.restoreAllMocks());

const save = (connections: Readonly<Record<string, object>>) =>
  saveConfig(env, settingsOf(env), { document: { connections }, author: "test", note: "", now: Date.now() });

const SCHOOL = { kind: "getcourse", account: "school.getcourse.ru", api: "tech", dev_key: "DEV", api_key: "KEY" };
const BOT = { kind: "salebot", project: "1", group: "bot", api_key: "KEY" };

const known = (changes: Readonly<Record<string, string>>) => ({
  rendered: {
    parameters: { fields: { telegram_id: "7" }, message: "hello" },
    person: {
      id: "per_1",
      key: "k_1",
      traits: {},
      identifiers: Object.entries(changes).map(([type, value]) => ({
        type: type as "email",
        scope: "",
        value,
        proof: "native",
        lastSeen: 1,
      })),
    },
  },
});

const FIELDS = { status: true, data: { 11: { id: 11, name: "Telegram_ID" } } };
const path = ({ url }: Call): string => new URL(url).pathname.split("/").at(-1) ?? "";

/** Holds the reply to the first request until it is let go. */
function heldFirst(reply: unknown) {
  const gate = { open: false };
  const calls = vendor(async (_call, n) => {
    if (n > 1) return Response.json({ status: true, data: { result: true } });
    await vi.waitUntil(() => gate.open, { timeout: 5_000, interval: 1 });
    return Response.json(reply);
  });
  return { calls, gate, out: () => vi.waitUntil(() => calls.length === 1, { timeout: 5_000, interval: 1 }) };
}

describe("a delivery of several requests", () => {
  it("looks up and writes under one id, and is one attempt", async () => {
    await save({ school: SCHOOL });
    const calls = vendor((_call, n) => Response.json(n === 1 ? FIELDS : { status: true, data: { result: true } }));
    const [id = ""] = await give("school", [{ action: "set_fields", ...known({ email: "a@b.ru" }) }]);
    await run("school");
    expect(calls.map(path)).toEqual(["get-custom-fields", "update-custom-fields"]);
    expect(calls.map(({ headers }) => headers.get("idempotency-key"))).toEqual([id, id]);
    expect(JSON.parse(calls[1]?.body ?? "")).toEqual({ email: "a@b.ru", customFields: { 11: "7" } });
    expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1 });
  });

  it("asks by each contact in turn, and is dead when nobody is found by any", async () => {
    await save({ bot: BOT });
    const calls = vendor(() => Response.json({ client_id: null }));
    const [id = ""] = await give("bot", [{ action: "message", ...known({ email: "a@b.ru", phone: "+79990000000" }) }]);
    await run("bot");
    expect(calls.map(path)).toEqual(["find_client_id_by_email", "find_client_id_by_phone"]);
    expect(await row(id)).toMatchObject({ status: "dead", reason: "client_not_found: no client with this contact" });
  });

  it("starts with the look-up again when the write failed", async () => {
    await save({ again: { ...BOT, retry_seconds: [0, 60] } });
    const calls = vendor((call, n) =>
      path(call).startsWith("find")
        ? Response.json({ client_id: 5 })
        : n === 2
          ? new Response("", { status: 502 })
          : Response.json({ status: "success" }),
    );
    const [id = ""] = await give("again", [{ action: "message", ...known({ email: "a@b.ru" }) }]);
    await run("again");
    expect(calls.map(path)).toEqual(["find_client_id_by_email", "message", "find_client_id_by_email", "message"]);
    expect(await row(id)).toMatchObject({ status: "delivered", attempts: 2 });
  });

  it("takes a place in the rate for every request", async () => {
    await save({ paced: { ...SCHOOL, rate: { per_second: 5 } } });
    const calls = vendor((call) =>
      Response.json(path(call) === "get-custom-fields" ? FIELDS : { status: true, data: { result: true } }),
    );
    await give(
      "paced",
      Array.from({ length: 3 }, (_, n) => ({ action: "set_fields", line: `l${n}`, ...known({ email: `a${n}@b.ru` }) })),
    );
    await run("paced");
    expect(calls).toHaveLength(6);
    for (const { at } of calls)
      expect(calls.filter((other) => other.at >= at && other.at < at + 1_000).length).toBeLessThanOrEqual(5);
  });

  it("that is cancelled during its look-up writes nothing", async () => {
    await save({ called: SCHOOL });
    const { calls, gate, out } = heldFirst(FIELDS);
    const [id = ""] = await give("called", [{ action: "set_fields", ...known({ email: "a@b.ru" }) }]);
    const running = run("called");
    await out();
    const key = { id: id as `dlv_${string}`, generation: 0 };
    expect(await laneOf(bindings, "called").cancel("called", [key])).toEqual({ cancelled: [], inFlight: [id] });
    gate.open = true;
    await running;
    expect(calls.map(path)).toEqual(["get-custom-fields"]);
    expect(await row(id)).toMatchObject({ status: "cancelled", reason: "cancelled", attempts: 1 });
  });

  it("about somebody who is erased during its look-up writes nothing of her", async () => {
    await save({ erased: SCHOOL });
    const { calls, gate, out } = heldFirst(FIELDS);
    const ids = await give("erased", [{ action: "set_fields", line: "per_1", ...known({ email: "a@b.ru" }) }]);
    const running = run("erased");
    await out();
    await laneOf(bindings, "erased").forget(ids);
    gate.open = true;
    await running;
    expect(calls.map(path)).toEqual(["get-custom-fields"]);
  });
});

describe("a platform that allows an alarm no more requests", () => {
  const spent = (): never => {
    throw new Error("Too many subrequests by single Worker invocation.");
  };

  it("uses up no try: the rest goes with the next alarm", async () => {
    await configure({ spent: { in_flight: 1, retry_seconds: [60] } });
    const calls = vendor((_call, n) => (n === 2 ? spent() : fine()));
    const ids = await give("spent", [
      { line: "a", body: 1 },
      { line: "b", body: 2 },
      { line: "b", body: 3 },
    ]);
    await run("spent");
    expect(calls.map(({ body }) => body)).toEqual(["1", "2"]);
    expect(await row(ids[1] ?? "")).toMatchObject({ status: "queued", attempts: 0 });
    await run("spent");
    expect(calls.slice(2).map(({ body }) => body)).toEqual(["2", "3"]);
    for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1 });
  });

  it("between look-up and write begins with the look-up again", async () => {
    await save({ halfway: SCHOOL });
    const calls = vendor((call, n) =>
      n === 2 ? spent() : Response.json(path(call) === "get-custom-fields" ? FIELDS : { status: true, data: { result: true } }),
    );
    const [id = ""] = await give("halfway", [{ action: "set_fields", ...known({ email: "a@b.ru" }) }]);
    await run("halfway");
    await run("halfway");
    expect(calls.slice(2).map(path)).toEqual(["get-custom-fields", "update-custom-fields"]);
    expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1 });
  });
});

it("an address that may not be called is dead without a request, and says so", async () => {
  await configure({ inside: {} });
  const calls = vendor(fine);
  const [id = ""] = await give("inside", [{ with: { url: "https://10.0.0.1/in", method: "POST", body: 1 } }]);
  await run("inside");
  expect(calls).toEqual([]);
  expect(await row(id)).toMatchObject({ status: "dead", reason: "address_refused", attempts: 1 });
});
