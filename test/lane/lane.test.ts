import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Lane } from "../../src/lane.ts";
import { laneOf } from "../../src/context.ts";
import { configure, fine, give, laneStub, person, row, run, travel, vendor } from "../kit/lane.ts";
import { packWork } from "../../src/flows/lane/packed-work.ts";
import { replayDelivery } from "../../src/flows/replay-delivery.ts";
import { bindings } from "../kit/bindings.ts";
import { testContext } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

const template = { literal: false, body: { text: "hi {{person.telegram_id}}" } };
const says = (text: string) => ({ body: { text } });
const text = (body: string): string => (JSON.parse(body) as { text: string }).text;

describe("a lane", () => {
  it("sends what it takes and tells D1 the outcome, the attempt and the reply", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const [id = ""] = await give("crm", [{ personId: await person("a"), ...template }]);
    await run("crm");
    expect(calls.map(({ body }) => text(body))).toEqual(["hi tg-a"]);
    expect(calls[0]?.headers.get("idempotency-key")).toBe(id);
    expect(calls[0]?.headers.get("x-replay")).toBeNull();
    expect(await row(id)).toMatchObject({ status: "delivered", attempts: 1, reason: null, next_attempt_at: null });
    const attempt = await bindings.DB.prepare("SELECT n, status, outcome, reply FROM attempts WHERE delivery_id = ?1")
      .bind(id)
      .first<{ n: number; status: number; outcome: string; reply: ArrayBuffer }>();
    expect(attempt).toMatchObject({ n: 1, status: 200, outcome: "delivered" });
    const { seal } = await testContext();
    expect(await seal.open(attempt?.reply ?? new ArrayBuffer(0))).toBe("ok");
  });

  it("R-03 keeps no contact of a reply in a pseudonymous workspace", async () => {
    await configure({ discreet: {} }, { privacy: "pseudonymous" });
    vendor(() => Response.json({ error: "no user ivan@mail.ru, +7 900 111-22-33" }, { status: 400 }));
    const [id = ""] = await give("discreet", [{}]);
    await run("discreet");
    const attempt = await bindings.DB.prepare("SELECT reply FROM attempts WHERE delivery_id = ?1")
      .bind(id)
      .first<{ reply: ArrayBuffer }>();
    const { seal } = await testContext();
    expect(await seal.open(attempt?.reply ?? new ArrayBuffer(0))).toBe('{"error":"no user •••, •••"}');
  });

  it("R-05 keeps a reply without what its names call a secret, whoever's it is", async () => {
    await configure({ talkative: {} });
    vendor(() => Response.json({ message: "bad key", api_key: "zzz999", session: { token: "abc123" } }, { status: 400 }));
    const [id = ""] = await give("talkative", [{}]);
    await run("talkative");
    const attempt = await bindings.DB.prepare("SELECT reply FROM attempts WHERE delivery_id = ?1")
      .bind(id)
      .first<{ reply: ArrayBuffer }>();
    const { seal } = await testContext();
    expect(await seal.open(attempt?.reply ?? new ArrayBuffer(0))).toBe(
      '{"message":"bad key","api_key":"••••","session":{"token":"••••"}}',
    );
    expect(await row(id)).toMatchObject({ status: "dead", reason: "rejected: bad key" });
  });

  it("sends work once, however often it is handed over", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const work = { line: "l", action: "request", createdAt: Date.now(), generation: 0 };
    const { seal } = await testContext();
    const order = {
      with: { url: "https://vendor.example/", body: 1 },
      personId: null,
      address: null,
      event: null,
      rendered: null,
      replay: false,
    };
    const sealed = await seal.seal(JSON.stringify({ ...order, literal: true }));
    const item = { ...work, id: "dlv_again" as const, work: sealed };
    await laneOf(bindings, "crm").take("crm", packWork([item, item]));
    await run("crm");
    await laneOf(bindings, "crm").take("crm", packWork([item]));
    await run("crm");
    expect(calls).toHaveLength(1);
    await laneOf(bindings, "crm").take("crm", packWork([{ ...item, generation: 1 }]));
    await run("crm");
    expect(calls).toHaveLength(2);
  });

  it("follows a merge: the delivery of a merged person reaches the survivor", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const loser = await person("loser");
    await person("survivor");
    await bindings.DB.batch([
      bindings.DB.prepare("UPDATE persons SET person_id = 'per_survivor' WHERE id = 'per_loser'"),
      bindings.DB.prepare("DELETE FROM identifiers WHERE home_id = 'per_loser'"),
    ]);
    await give("crm", [{ personId: loser, ...template }]);
    await run("crm");
    expect(calls.map(({ body }) => text(body))).toEqual(["hi tg-survivor"]);
  });

  it("cancels what is about an erased person instead of sending it", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const gone = await person("gone");
    await bindings.DB.prepare("UPDATE persons SET erased_at = 1 WHERE id = ?1").bind(gone).run();
    const [id = ""] = await give("crm", [{ personId: gone, ...template }]);
    await run("crm");
    expect(calls).toEqual([]);
    expect(await row(id)).toMatchObject({ status: "cancelled", reason: "erased" });
  });

  it("is dead at once when a template has no value, and says which", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const [id = ""] = await give("crm", [{ literal: false, body: "{{person.email}}", personId: await person("nomail") }]);
    await run("crm");
    expect(calls).toEqual([]);
    expect(await row(id)).toMatchObject({ status: "dead", reason: "template_unresolved: person.email" });
  });

  it("that found nobody to address is made anew by a replay, when the address has come since", async () => {
    await configure({ tg: { kind: "telegram", bot_token: "1:x", url: undefined } });
    const calls = vendor(() => new Response('{"ok":true}'));
    const late = await person("late");
    await bindings.DB.prepare("UPDATE identifiers SET type = 'vk_id' WHERE person_id = ?1").bind(late).run();
    const given = { personId: late, with: { text: "{{person.id}}" }, literal: false, action: "send_message" };
    const [id = ""] = await give("tg", [given]);
    await run("tg");
    expect((await row(id)).reason).toMatch(/^no_address/);
    await bindings.DB.prepare("UPDATE identifiers SET type = 'telegram_id' WHERE person_id = ?1").bind(late).run();
    await replayDelivery(await testContext(), id);
    await run("tg");
    expect(calls.map(({ body }) => body)).toEqual([expect.stringContaining('"chat_id":"tg-late","text":"per_late"')]);
    expect(await row(id)).toMatchObject({ status: "delivered" });
  });

  it("takes braces in a final text for text", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    await give("crm", [says("{{person.email}}")]);
    await run("crm");
    expect(calls.map(({ body }) => text(body))).toEqual(["{{person.email}}"]);
  });

  it("holds the work of a disabled connection and sends it when it is enabled", async () => {
    await configure({ crm: { disabled: true } });
    const calls = vendor(fine);
    const [id = ""] = await give("crm", [{}]);
    await run("crm");
    expect(calls).toEqual([]);
    expect(await row(id)).toMatchObject({ status: "queued" });
    await configure({ crm: {} });
    await run("crm");
    expect(await row(id)).toMatchObject({ status: "delivered" });
  });

  it("gives a connection that is removed five minutes to come back, then its work is dead", async () => {
    await configure({ other: {} });
    vendor(fine);
    const [id = ""] = await give("removed", [{}]);
    await run("removed");
    expect(await row(id)).toMatchObject({ status: "queued" });
    travel(299_000);
    await run("removed");
    expect(await row(id)).toMatchObject({ status: "queued" });
    travel(2_000);
    await run("removed");
    expect(await row(id)).toMatchObject({ status: "dead", reason: "connection_removed" });
  });

  it("goes on sending while D1 is away and tells it everything afterwards", async () => {
    await configure({ crm: {} });
    const calls = vendor(fine);
    const ids = await give("crm", [{ line: "a" }, { line: "b" }]);
    const batch = vi.spyOn(bindings.DB, "batch").mockRejectedValue(new Error("D1 is away"));
    await run("crm");
    expect(calls).toHaveLength(2);
    expect((await row(ids[0] ?? "")).status).toBe("queued");
    batch.mockRestore();
    travel(60_000);
    await run("crm");
    expect(calls).toHaveLength(2);
    for (const id of ids) expect((await row(id)).status).toBe("delivered");
  });

  it("has its alarm set while anything waits, and none when nothing does", async () => {
    await configure({ crm: { retry_seconds: [50] } });
    vendor(() => new Response("", { status: 500 }));
    const [id = ""] = await give("crm", [{ line: "alarm" }]);
    await run("crm");
    const alarm = () => runInDurableObject(laneStub("crm"), (_lane: Lane, state) => state.storage.getAlarm());
    expect(await alarm()).toBe((await row(id)).next_attempt_at);
    await laneOf(bindings, "crm").cancel("crm", [{ id: id as `dlv_${string}`, generation: 0 }]);
    await run("crm");
    expect(await alarm()).toBeNull();
  });
});
