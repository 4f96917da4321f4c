import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { configure, fine, give, person, row, run, travel, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";
import { testContext } from "../kit/context.ts";

afterEach(() => vi.restoreAllMocks());

const TOKEN = "test-admin-token-000000000000";
type Item = {
  id: string;
  status: string;
  reason: string | null;
  attempts: { status: number; outcome: string; reply: string | null }[];
};
type List = { items: Item[]; next_cursor: string | null };

const call = (path: string, method = "GET", body?: unknown): Promise<Response> =>
  exports.default.fetch(`https://go.example/v1/deliveries${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const list = async (query: string): Promise<List> => (await call(query)).json<List>();
const broken = (): Response => new Response('{"error":"key-of-crm is wrong"}', { status: 400 });

describe("the delivery log", () => {
  it("lists newest first, page by page, by connection and status, with attempts and the vendor's words", async () => {
    await configure({ crm: { headers: { "x-key": "key-of-crm" } } });
    vendor((_call, n) => (n === 1 ? broken() : fine()));
    const [dead = "", second = "", third = ""] = await give("crm", [{ line: "a" }, { line: "b" }, { line: "c" }]);
    await run("crm");
    const first = await list("?connection=crm&limit=2");
    expect(first.items.map(({ id }) => id)).toEqual([third, second]);
    const next = await list(`?connection=crm&limit=2&cursor=${first.next_cursor ?? ""}`);
    expect(next.items.map(({ id }) => id)).toEqual([dead]);
    expect(next.next_cursor).toBeNull();
    const deads = await list("?status=dead");
    expect(deads.items.map(({ id }) => id)).toEqual([dead]);
    expect(deads.items[0]?.attempts).toMatchObject([{ status: 400, outcome: "dead", reply: '{"error":"•••• is wrong"}' }]);
    expect(JSON.stringify(deads)).not.toContain("key-of-crm");
    expect((await list("?status=delivered")).items.map(({ id }) => id)).toEqual([third, second]);
    expect((await list(`?since=${new Date(Date.now() + 1_000).toISOString()}`)).items).toEqual([]);
    expect(await (await call(`/${dead}`)).json()).toMatchObject({
      id: dead,
      status: "dead",
      connection: "crm",
      action: "request",
    });
  });

  it("refuses strangers, filters it cannot read and ids it does not know", async () => {
    expect((await exports.default.fetch("https://go.example/v1/deliveries")).status).toBe(401);
    for (const path of ["/dlv_x/replay", "/dlv_x/cancel", "/recover"]) {
      expect((await exports.default.fetch(`https://go.example/v1/deliveries${path}`, { method: "POST" })).status).toBe(401);
    }
    for (const query of ["?status=lost", "?since=yesterday", "?since=5", "?since=2026-02-30T00:00:00Z", "?cursor=1", "?limit=0"])
      expect((await call(query)).status, query).toBe(422);
    for (const since of ["2026-03-01", "2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00+03:00", "2026-03-01T10:00:00%2B03:00"])
      expect((await call(`?since=${since}`)).status, since).toBe(200);
    expect((await call("/dlv_unknown")).status).toBe(404);
    expect((await call("/dlv_unknown/replay", "POST")).status).toBe(404);
    expect((await call("/dlv_unknown/cancel", "POST")).status).toBe(404);
  });

  it("says why the work of a disabled connection does not move", async () => {
    await configure({ off: { disabled: true } });
    const [id = ""] = await give("off", [{}]);
    const held = { status: "queued", reason: "connection_disabled", attempts: [], next_attempt_at: null };
    expect(await (await call(`/${id}`)).json()).toMatchObject(held);
  });

  it("says it of what was being retried too, instead of a next attempt that does not come", async () => {
    await configure({ held: { retry_seconds: [600] }, lost: { retry_seconds: [600] } });
    vendor(() => new Response(null, { status: 500 }));
    const [[held = ""], [lost = ""]] = [await give("held", [{}]), await give("lost", [{}])];
    await run("held");
    await run("lost");
    expect(await (await call(`/${held}`)).json()).toMatchObject({ reason: "http_500", next_attempt_at: expect.any(String) });
    await configure({ held: { disabled: true } });
    const stopped = { status: "retrying", next_attempt_at: null };
    expect(await (await call(`/${held}`)).json()).toMatchObject({ ...stopped, reason: "connection_disabled" });
    expect(await (await call(`/${lost}`)).json()).toMatchObject({ ...stopped, reason: "connection_missing" });
  });
});

describe("replay", () => {
  it("O-04 sends the exact original with the same idempotency id and x-replay, whatever the person became since", async () => {
    await configure({ rep: {} });
    const calls = vendor(fine);
    const ann = await person("ann");
    const [id = ""] = await give("rep", [{ personId: ann, literal: false, body: { tg: "{{person.telegram_id}}" } }]);
    await run("rep");
    const { seal } = await testContext();
    await bindings.DB.prepare("UPDATE identifiers SET sealed = ?1 WHERE person_id = ?2")
      .bind(await seal.seal("other"), ann)
      .run();
    const answer = await call(`/${id}/replay`, "POST");
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ id, generation: 1, status: "queued" });
    await run("rep");
    expect(calls).toHaveLength(2);
    expect(calls[1]?.body).toBe(calls[0]?.body);
    expect(calls[1]?.url).toBe(calls[0]?.url);
    expect(calls.map(({ headers }) => headers.get("idempotency-key"))).toEqual([id, id]);
    expect(calls.map(({ headers }) => headers.get("x-replay"))).toEqual([null, "1"]);
    const view = await (await call(`/${id}`)).json<{ attempts: { generation: number }[] }>();
    expect(view.attempts.map(({ generation }) => generation)).toEqual([0, 1]);
  });

  it("a double click is one replay, a click minutes later is another", async () => {
    await configure({ click: {} });
    const calls = vendor(fine);
    const [id = ""] = await give("click", [{}]);
    await run("click");
    const answers = await Promise.all([call(`/${id}/replay`, "POST"), call(`/${id}/replay`, "POST")]);
    await run("click");
    answers.push(await call(`/${id}/replay`, "POST"));
    await run("click");
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(calls).toHaveLength(2);
    travel(180_000);
    expect((await call(`/${id}/replay`, "POST")).status).toBe(202);
    await run("click");
    expect(calls).toHaveLength(3);
  });

  it("of what is still being tried is refused", async () => {
    await configure({ trying: { retry_seconds: [600] } });
    vendor(() => new Response(null, { status: 500 }));
    const [id = ""] = await give("trying", [{}]);
    await run("trying");
    const answer = await call(`/${id}/replay`, "POST");
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ reason: "not_settled" });
  });

  it("R-04 of what would be said to somebody who withdrew her consent is refused, also for whom she was merged into; recovery leaves it dead", async () => {
    await configure({ mute: {} });
    let down = true;
    const calls = vendor(() => (down ? broken() : fine()));
    const [own, other] = [await person("withdrawn"), await person("still_here")];
    await person("merged_into");
    const [id = "", kept = ""] = await give("mute", [{ personId: own }, { personId: other }]);
    await run("mute");
    down = false;
    calls.length = 0;
    await bindings.DB.batch([
      bindings.DB.prepare("UPDATE persons SET person_id = 'per_merged_into' WHERE id = ?1").bind(own),
      bindings.DB.prepare("UPDATE persons SET consent_withdrawn_at = 5 WHERE id = 'per_merged_into'"),
    ]);
    const answer = await call(`/${id}/replay`, "POST");
    expect([answer.status, await answer.json()]).toMatchObject([409, { reason: "consent_withdrawn" }]);
    const since = new Date(0).toISOString();
    const job = await call("/recover", "POST", { connection: "mute", since, per_second: 100 });
    expect(await job.json()).toMatchObject({ deliveries: 1 });
    await run("mute");
    expect(calls.map(({ headers }) => headers.get("idempotency-key"))).toEqual([kept]);
    expect(await row(id)).toMatchObject({ status: "dead", generation: 0 });
    await bindings.DB.prepare("UPDATE persons SET consent_withdrawn_at = NULL WHERE id = 'per_merged_into'").run();
    expect((await call(`/${id}/replay`, "POST")).status).toBe(202);
  });

  it("recovers everything dead since a time, oldest first, and a double click is one job", async () => {
    await configure({ rec: {} });
    let down = true;
    const calls = vendor(() => (down ? broken() : fine()));
    const old = await give("rec", [{ body: "old" }]);
    await run("rec");
    travel(3_600_000);
    const since = new Date(Date.now()).toISOString();
    const ids = await give(
      "rec",
      [1, 2, 3, 4, 5].map((body) => ({ line: "one", body })),
    );
    await run("rec");
    down = false;
    calls.length = 0;
    const [first, second] = await Promise.all([
      call("/recover", "POST", { connection: "rec", since, per_second: 100 }),
      call("/recover", "POST", { connection: "rec", since, per_second: 100 }),
    ]);
    expect(first?.status).toBe(202);
    const job = await first?.json<{ id: string; deliveries: number }>();
    expect(job?.deliveries).toBe(5);
    expect((await second?.json<{ id: string }>())?.id).toBe(job?.id);
    await run("rec");
    expect(calls.map(({ body }) => body)).toEqual(["1", "2", "3", "4", "5"]);
    expect(calls.every(({ headers }) => headers.get("x-replay") === "1")).toBe(true);
    for (const id of ids) expect(await row(id)).toMatchObject({ status: "delivered", generation: 1 });
    expect(await row(old[0] ?? "")).toMatchObject({ status: "dead", generation: 0 });
    expect((await call("/recover", "POST", { connection: "nobody", since })).status).toBe(422);
    expect((await call("/recover", "POST", { connection: "rec", since: "now" })).status).toBe(422);
  });

  it("recovers all of those that were made in the same millisecond, however slowly", async () => {
    await configure({ same: {} });
    let down = true;
    const calls = vendor(() => (down ? broken() : fine()));
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now);
    await Promise.all(["a", "b", "c"].map((body) => give("same", [{ line: body, body }])));
    vi.mocked(Date.now).mockRestore();
    await run("same");
    down = false;
    calls.length = 0;
    await call("/recover", "POST", { connection: "same", since: new Date(0).toISOString(), per_second: 4 });
    await run("same");
    expect(calls.map(({ body }) => body).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("goes in the line of whoever its person is now: a replay, a recovery and a late hand-over", async () => {
    await configure({ merged: { retry_seconds: [600] } });
    let status = 400;
    const calls = vendor(() => new Response(null, { status }));
    const [lost, kept] = [await person("lost"), await person("kept")];
    const told = (personId: string, body: string) => ({ personId, line: personId, body });
    const [one = "", two = ""] = await give("merged", [told(lost, "one"), told(lost, "two")]);
    await run("merged");
    await bindings.DB.prepare("UPDATE persons SET person_id = ?2 WHERE id = ?1").bind(lost, kept).run();
    status = 500;
    calls.length = 0;
    await call(`/${one}/replay`, "POST");
    await run("merged");
    await call("/recover", "POST", { connection: "merged", since: new Date(0).toISOString() });
    await give("merged", [told(kept, "three")]);
    await run("merged");
    expect(calls.map(({ body }) => body)).toEqual(["one"]);
    expect(await row(two)).toMatchObject({ status: "queued", generation: 1 });
  });

  it("leaves to a person what recovery might do twice: an order that may have been made, a loop that was stopped", async () => {
    const settings = { account: "school.example", api_key: "key", retry_seconds: [] };
    await configure({ gc: { kind: "getcourse", url: undefined, ...settings } });
    const calls = vendor(() => new Response(null, { status: 500 }));
    const deal = (more: object) => ({
      line: JSON.stringify(more),
      action: "upsert_deal",
      with: { user: { email: "a@b.ru" }, deal: { product_title: "x", deal_cost: 5, ...more } },
    });
    const [doubtful = "", numbered = "", looping = ""] = await give("gc", [
      deal({}),
      deal({ deal_number: "7" }),
      deal({ deal_number: "8" }),
    ]);
    await run("gc");
    expect((await row(doubtful)).reason).toMatch(/^unknown_outcome/);
    await bindings.DB.prepare("UPDATE deliveries SET reason = 'loop_suspected' WHERE id = ?1").bind(looping).run();
    calls.length = 0;
    const job = await call("/recover", "POST", { connection: "gc", since: new Date(0).toISOString() });
    expect(await job.json()).toMatchObject({ deliveries: 1 });
    await run("gc");
    expect(calls.map(({ headers }) => headers.get("idempotency-key"))).toEqual([numbered]);
    expect((await call(`/${doubtful}/replay`, "POST")).status).toBe(202);
    expect((await call(`/${looping}/replay`, "POST")).status).toBe(202);
  });

  it("recovers what died since a time though it was made before: from a problem's first death on, all of it", async () => {
    await configure({ late: { retry_seconds: [3_600] } });
    let down = true;
    const calls = vendor(() => (down ? new Response(null, { status: 500 }) : fine()));
    await give("late", [{ line: "a" }, { line: "b" }]);
    await run("late");
    travel(5_000_000);
    await run("late");
    down = false;
    calls.length = 0;
    const problem = await bindings.DB.prepare("SELECT first_at FROM problems WHERE connection = 'late'").first<{
      first_at: number;
    }>();
    const since = new Date(problem?.first_at ?? 0).toISOString();
    expect(await (await call("/recover", "POST", { connection: "late", since })).json()).toMatchObject({ deliveries: 2 });
    await run("late");
    expect(calls).toHaveLength(2);
  });
});

describe("cancel", () => {
  it("settles what waits at once, and is the same answer when asked again", async () => {
    await configure({ can: { retry_seconds: [600] } });
    vendor(() => new Response(null, { status: 500 }));
    const [id = ""] = await give("can", [{}]);
    await run("can");
    for (let click = 0; click < 2; click += 1) {
      const answer = await call(`/${id}/cancel`, "POST");
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ id, status: "cancelled" });
    }
    await run("can");
    expect(await row(id)).toMatchObject({ status: "cancelled", reason: "cancelled", next_attempt_at: null });
  });

  it("holds and is answered so where D1 cannot note it now: the lane tells it", async () => {
    await configure({ mute: { retry_seconds: [600] } });
    vendor(() => new Response(null, { status: 500 }));
    const [id = ""] = await give("mute", [{}]);
    await run("mute");
    const prepare = bindings.DB.prepare.bind(bindings.DB);
    const gone = vi.spyOn(bindings.DB, "prepare").mockImplementation((sql) => {
      if (/SET status = 'cancelled'/.test(sql)) throw new Error("D1 is away");
      return prepare(sql);
    });
    const answer = await call(`/${id}/cancel`, "POST");
    gone.mockRestore();
    expect(await answer.json()).toEqual({ id, status: "cancelled" });
    await run("mute");
    expect(await row(id)).toMatchObject({ status: "cancelled", reason: "cancelled" });
  });

  it("of what is delivered is refused", async () => {
    await configure({ done: {} });
    vendor(fine);
    const [id = ""] = await give("done", [{}]);
    await run("done");
    expect(await (await call(`/${id}/cancel`, "POST")).json()).toMatchObject({ status: 409, reason: "already_settled" });
  });
});
