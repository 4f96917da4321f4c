import { afterEach, describe, expect, it, vi } from "vitest";
import { type Call, configure, fine, give, row, run, travel, vendor } from "../kit/lane.ts";
import { bindings } from "../kit/bindings.ts";

afterEach(() => vi.restoreAllMocks());

const broken = (status = 500, headers: Record<string, string> = {}): Response => new Response(null, { status, headers });
const said = (calls: readonly Call[]): string[] => calls.map(({ body }) => (JSON.parse(body) as { text: string }).text);
const says = (line: string, text: string) => ({ line, body: { text } });

/** Milliseconds between now and the delivery's next attempt. */
async function dueIn(id: string): Promise<number> {
  return ((await row(id)).next_attempt_at ?? Number.NaN) - Date.now();
}

describe("retries", () => {
  it("come by the connection's schedule within 20 %, and after the last one the delivery is dead with the vendor's words", async () => {
    await configure({ sched: { retry_seconds: [5, 30] } });
    const calls = vendor(() => broken());
    const [id = ""] = await give("sched", [{}]);
    await run("sched");
    const first = await dueIn(id);
    expect(first).toBeGreaterThan(3_000);
    expect(first).toBeLessThanOrEqual(6_000);
    travel(6_000);
    await run("sched");
    const second = await dueIn(id);
    expect(second).toBeGreaterThan(23_000);
    expect(second).toBeLessThanOrEqual(36_000);
    expect(await row(id)).toMatchObject({ status: "retrying", attempts: 2, reason: "http_500" });
    travel(36_000);
    await run("sched");
    expect(calls).toHaveLength(3);
    expect(await row(id)).toMatchObject({ status: "dead", reason: "http_500", attempts: 3, next_attempt_at: null });
    const attempts = await bindings.DB.prepare("SELECT n, status, outcome FROM attempts WHERE delivery_id = ?1 ORDER BY n")
      .bind(id)
      .all();
    expect(attempts.results).toEqual([1, 2, 3].map((n) => ({ n, status: 500, outcome: "retry" })));
  });

  it("never come after success, nor early", async () => {
    await configure({ early: { retry_seconds: [5] } });
    const calls = vendor((_call, n) => (n === 1 ? broken() : fine()));
    const [id = ""] = await give("early", [{}]);
    await run("early");
    travel(2_500);
    await run("early");
    expect(calls).toHaveLength(1);
    travel(4_000);
    await run("early");
    travel(86_400_000);
    await run("early");
    expect(calls).toHaveLength(2);
    expect((await row(id)).status).toBe("delivered");
  });

  it("O-03 429: the next try is no sooner than Retry-After says, others of the connection go on, the person's order is kept", async () => {
    await configure({ busy: { retry_seconds: [1, 1] } });
    const calls = vendor((call, n) => (n === 1 && call.body.includes("a1") ? broken(429, { "retry-after": "60" }) : fine()));
    const [id = ""] = await give("busy", [says("a", "a1"), says("a", "a2"), says("b", "b1")]);
    await run("busy");
    expect(said(calls)).toEqual(["a1", "b1"]);
    expect(await dueIn(id)).toBeGreaterThan(59_000);
    travel(50_000);
    await run("busy");
    expect(said(calls)).toEqual(["a1", "b1"]);
    travel(30_000);
    await run("busy");
    expect(said(calls)).toEqual(["a1", "b1", "a1", "a2"]);
    expect(await row(id)).toMatchObject({ status: "delivered", attempts: 2 });
  });

  it("honour a Retry-After given as a date", async () => {
    await configure({ dated: { retry_seconds: [1, 1] } });
    const until = Date.now() + 120_000;
    vendor(() => broken(503, { "retry-after": new Date(until).toUTCString() }));
    const [id = ""] = await give("dated", [{}]);
    await run("dated");
    expect((await row(id)).next_attempt_at).toBeGreaterThanOrEqual(Math.floor(until / 1_000) * 1_000);
  });

  it("O-05 one person's failures hold up nobody else, and recovery delivers all of it in order", async () => {
    await configure({ iso: { retry_seconds: Array.from({ length: 24 }, () => 3_600) } });
    let down = true;
    const calls = vendor((call) => (down && call.body.includes("sick") ? broken() : fine()));
    await give("iso", [says("sick", "sick 1"), says("sick", "sick 2"), says("sick", "sick 3")]);
    for (let hour = 0; hour < 5; hour += 1) {
      await give("iso", [says(`well ${hour}`, `well ${hour}`)]);
      await run("iso");
      expect(said(calls).at(-1) === `well ${hour}` || said(calls).at(-2) === `well ${hour}`).toBe(true);
      travel(4_400_000);
    }
    expect(said(calls).filter((text) => text === "sick 2")).toEqual([]);
    down = false;
    await run("iso");
    expect(said(calls).slice(-3)).toEqual(["sick 1", "sick 2", "sick 3"]);
  });

  it("keep every person's order through a storm of 500s, 429s and lost connections", async () => {
    await configure({ storm: { retry_seconds: Array.from({ length: 30 }, () => 0) } });
    const delivered: string[] = [];
    vendor((call, n) => {
      if (n % 7 === 1) return broken(500);
      if (n % 11 === 2) return broken(429);
      if (n % 13 === 3) return Promise.reject(new Error("connection lost"));
      delivered.push((JSON.parse(call.body) as { text: string }).text);
      return fine();
    });
    const persons = Array.from({ length: 20 }, (_, person) => `p${person}`);
    const facts = Array.from({ length: 10 }, (_, fact) => fact);
    await give(
      "storm",
      facts.flatMap((fact) => persons.map((person) => says(person, `${person} ${fact}`))),
    );
    await run("storm");
    expect(delivered).toHaveLength(200);
    for (const person of persons) {
      expect(delivered.filter((text) => text.startsWith(`${person} `))).toEqual(facts.map((fact) => `${person} ${fact}`));
    }
  });

  it("outlast a vendor that is away for a day: none early, nothing dies, and everybody's arrive in order, once", async () => {
    await configure({ day: {} });
    const from = Date.now();
    let down = true;
    const calls = vendor(() => (down ? broken(503) : fine()));
    const people = ["a", "b", "c", "d", "e", "f"];
    const ids = await give(
      "day",
      [1, 2, 3].flatMap((fact) => people.map((who) => says(who, `${who}${fact}`))),
    );
    await run("day");
    while (Date.now() - from < 86_400_000) {
      travel(3_600_000);
      await run("day");
    }
    const schedule = [5, 30, 120, 600, 3_600, 14_400, 43_200, 86_400];
    for (const who of people) {
      const times = calls.filter(({ body }) => body.includes(`"${who}1"`)).map(({ at }) => at);
      expect(times.length).toBeLessThanOrEqual(schedule.length);
      for (const [n, at] of times.slice(1).entries()) {
        expect(at - (times[n] ?? 0)).toBeGreaterThanOrEqual((schedule[n] ?? 0) * 800);
      }
    }
    for (const id of ids) expect(["queued", "retrying"]).toContain((await row(id)).status);
    down = false;
    calls.length = 0;
    for (let hours = 0; hours < 30; hours += 1) {
      travel(3_600_000);
      await run("day");
    }
    for (const id of ids) expect((await row(id)).status).toBe("delivered");
    expect(calls).toHaveLength(ids.length);
    for (const who of people) {
      expect(said(calls).filter((text) => text.startsWith(who))).toEqual([1, 2, 3].map((fact) => `${who}${fact}`));
    }
  });

  it("are not made for a refusal, and the next of the line goes on", async () => {
    await configure({ refusing: {} });
    const calls = vendor((_call, n) => (n === 1 ? broken(400) : fine()));
    const [first = "", second = ""] = await give("refusing", [says("l", "1"), says("l", "2")]);
    await run("refusing");
    expect(calls).toHaveLength(2);
    expect(await row(first)).toMatchObject({ status: "dead", reason: "rejected: HTTP 400", attempts: 1 });
    expect(await row(second)).toMatchObject({ status: "delivered" });
    const problem = await bindings.DB.prepare("SELECT kind, cause, count FROM problems WHERE connection = 'refusing'").first();
    expect(problem).toEqual({ kind: "delivery", cause: "rejected", count: 1 });
  });

  it("are not made for a flight that fell over a mistake of ours: it is dead where it is seen, and its line goes on", async () => {
    await configure({ fallen: {} });
    const calls = vendor(() => fine());
    vi.spyOn(Math, "random").mockImplementationOnce(() => {
      throw new Error("not foreseen");
    });
    const [first = "", second = ""] = await give("fallen", [says("a", "1"), says("a", "2")]);
    await run("fallen");
    expect(said(calls)).toEqual(["1", "2"]);
    expect(await row(first)).toMatchObject({ status: "dead", reason: "internal_error", attempts: 1 });
    expect(await row(second)).toMatchObject({ status: "delivered" });
  });

  it("nor by a recovery, where what had left must not be done twice", async () => {
    await configure({
      once: { kind: "getcourse", account: "school.getcourse.ru", api_key: "key-of-school", url: undefined },
    });
    vendor(() => fine());
    vi.spyOn(Math, "random").mockImplementationOnce(() => {
      throw new Error("not foreseen");
    });
    const deal = { user: { email: "a@example.com" }, deal: { offer_code: "1", deal_cost: "10" } };
    const [id = ""] = await give("once", [{ with: deal, action: "upsert_deal", address: { email: "a@example.com" } }]);
    await run("once");
    expect(await row(id)).toMatchObject({ status: "dead", reason: "unknown_outcome" });
  });

  it("are not made for a request that could not be built for a mistake of ours, and its line goes on", async () => {
    await configure({ unbuilt: {} });
    const calls = vendor(() => fine());
    vi.spyOn(URL, "parse").mockImplementationOnce(() => {
      throw new Error("not foreseen");
    });
    const [first = "", second = ""] = await give("unbuilt", [says("a", "1"), says("a", "2")]);
    await run("unbuilt");
    expect(said(calls)).toEqual(["2"]);
    expect(await row(first)).toMatchObject({ status: "dead", reason: "internal_error", attempts: 0 });
    expect(await row(second)).toMatchObject({ status: "delivered" });
  });

  it("follow a timeout, which is told apart from a lost connection", async () => {
    await configure({ slow: { timeout_ms: 5, retry_seconds: [60, 60] } });
    vi.spyOn(globalThis, "fetch").mockImplementation(
      (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const [id = ""] = await give("slow", [{}]);
    await run("slow");
    expect(await row(id)).toMatchObject({ status: "retrying", reason: "timeout" });
    const attempt = await bindings.DB.prepare("SELECT status, outcome FROM attempts WHERE delivery_id = ?1").bind(id).first();
    expect(attempt).toEqual({ status: 0, outcome: "timeout" });
  });
});
