import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, ORIGIN, operator } from "../kit/operator.ts";
import {
  P,
  backfill,
  call,
  events,
  openWorkspace,
  postback,
  read,
  settled,
  tell,
  timeline,
  webhookUrl,
  who,
} from "../kit/journey.ts";

beforeEach(() => openWorkspace());

const raw = (body: BodyInit | null, headers: Record<string, string> = {}, path = ""): Promise<Response> =>
  exports.default.fetch(webhookUrl("p1", path), { method: "POST", body, headers });

describe("hostile deliveries", { timeout: 60_000 }, () => {
  it("SQL and JSON oddities are values and nothing else", async () => {
    const nasty = [
      "'; DROP TABLE persons; --",
      '" OR 1=1',
      "%27%20OR%201=1",
      "a\u0000b",
      "\\u0000",
      "$.x",
      '{"a":1}',
      "😀".repeat(40),
      "‮evil",
      "null\n",
    ];
    for (const [index, value] of nasty.entries()) {
      const answer = await tell("p1", {
        client_id: String(index + 1),
        order: value,
        tid: value,
        first_name: value,
        comment: value,
        utm_source: value,
        [value]: value,
      });
      expect([200, 202], value).toContain(answer.status);
      const wild = await tell("p2", {
        client_id: value,
        email: value,
        phone: value,
        telegram_id: value,
        click: value,
        clickid: value,
      });
      expect([200, 202], value).toContain(wild.status);
    }
    await settled();
    for (const [index] of nasty.entries()) expect((await who("client_id", String(index + 1), "P1")).state).toBe("known");
    for (const value of nasty) {
      for (const type of ["client_id", "email", "telegram_id", "key", "phone", "click"]) {
        const response = await operator("GET", `/v1/persons?${type}=${encodeURIComponent(value)}`);
        expect([200, 404], `${type}=${value}`).toContain(response.status);
      }
      const answer = await operator(
        "GET",
        `/v1/events?connection=${encodeURIComponent(value)}&type=${encodeURIComponent(value)}&person=${encodeURIComponent(value)}`,
      );
      expect(answer.status).toBe(200);
      expect((await operator("GET", `/v1/persons/${encodeURIComponent(value)}`)).status).toBe(404);
      expect((await operator("GET", `/v1/events/${encodeURIComponent(value)}`)).status).toBe(404);
    }
  });

  it("names of the prototype are fields or nothing", async () => {
    const body =
      '{"client_id":"1","__proto__":{"email":"a@b.ru","polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"x","hasOwnProperty":"y","valueOf":"z","fields":{"__proto__":"x","ok":"1"}}';
    expect((await raw(body)).status).toBe(202);
    expect(
      (
        await exports.default.fetch(
          `${webhookUrl("p1")}?__proto__[email]=x@x.ru&constructor.prototype.a=1&client_id=2&__proto__=1`,
        )
      ).status,
    ).toBe(202);
    expect((await tell("p1", { client_id: "3", event: "constructor" })).status).toBe(202);
    expect((await tell("p1", { client_id: "3", event: "__proto__" })).status).toBe(202);
    expect((await tell("p1", { client_id: "3" }, "/toString")).status).toBe(202);
    await settled();
    expect((await who("client_id", "1")).identifiers).toHaveLength(1);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect((await exports.default.fetch(`${ORIGIN}/webhook/${name}/x`)).status).toBe(404);
      expect([404, 422]).toContain((await operator("GET", `/v1/persons?${name}=1`)).status);
      expect((await exports.default.fetch(`${ORIGIN}/r/${name}`)).status).toBe(404);
      const import_ = await backfill([[name, "2026-03-01T10:00:00Z", { client_id: "1" }]]);
      expect(import_.errors).toEqual([{ line: 1, reason: "unknown_connection" }]);
    }
  });

  it("ten megabytes without a length or a label are refused and leave no row", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x61);
    let left = 160;
    const stream = new ReadableStream({
      pull: (controller) => {
        left -= 1;
        if (left < 0) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const response = await exports.default.fetch(
      new Request(webhookUrl("p1"), { method: "POST", body: stream, duplex: "half" } as RequestInit),
    );
    expect(response.status).toBe(413);
    expect((await raw("x".repeat(256 * 1024 + 1))).status).toBe(413);
    expect([200, 202]).toContain((await raw(`{"client_id":"1","t":"${"x".repeat(200_000)}"}`)).status);
    await settled();
    expect(await events()).toHaveLength(1);
  });

  it("deep nesting, wide objects, duplicate keys, repeated parameters", async () => {
    expect([200, 202, 422]).toContain((await raw(`{"client_id":"1","a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)).status);
    expect([200, 202, 422]).toContain((await raw(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`)).status);
    const wide = Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`k${n}`, n]));
    expect((await raw(JSON.stringify({ client_id: "2", ...wide }))).status).toBe(202);
    expect((await raw('{"client_id":"3","client_id":"4"}')).status).toBe(202);
    expect((await call("p1", "client_id=5&client_id=6")).status).toBe(202);
    expect(
      (await exports.default.fetch(`${webhookUrl("p1")}?client_id=7`, { method: "POST", body: '{"client_id":"8"}' })).status,
    ).toBe(202);
    await settled();
    for (const id of ["2", "4", "6", "8"]) expect(await P("client_id", id), id).not.toBeNull();
    for (const id of ["3", "5", "7"]) expect(await P("client_id", id), id).toBeNull();
  });

  it("a call nested too deeply is no JSON", async () => {
    const body = `{"workspace":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    const response = await exports.default.fetch(`${ORIGIN}/v1/config`, {
      method: "PUT",
      body,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(response.status).toBe(400);
  });

  it("a body that is meant to be JSON and is not answers 422 and is kept; on /postback it is 200", async () => {
    const response = await raw('{"client_id":"1",', { "content-type": "application/json" });
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    const posted = await exports.default.fetch(webhookUrl("p1").replace("/webhook/", "/postback/"), {
      method: "POST",
      body: '{"client_id":"1",',
    });
    expect([posted.status, (await posted.text()).trim()]).toEqual([200, "QUARANTINED unparsable"]);
    await settled();
    const kept = await events("?status=quarantined");
    expect(kept.map(({ cause }) => cause)).toEqual(["unparsable", "unparsable"]);
    const story = await read<{ raw: unknown }>(`/v1/events/${kept[0]?.id}`);
    expect(JSON.stringify(story.raw)).toContain("client_id");
  });

  it("strange types where text is expected", async () => {
    for (const value of [true, false, null, 1.5, 1e30, -0, [], {}, [1, 2], { a: 1 }, [[["x"]]]]) {
      const answer = await tell("p1", {
        client_id: "1",
        email: value,
        amount: value,
        event: value,
        event_id: value,
        event_at: value,
        order: value,
        utm_source: value,
        start: value,
      });
      expect([200, 202], JSON.stringify(value)).toContain(answer.status);
    }
    for (const body of ["1", "null", '"text"', "[]", "{}", "true", "", "   ", "[1,2]", '[{"client_id":"9"}]']) {
      expect([200, 202], body).toContain((await raw(body)).status);
    }
    await settled();
    expect((await who("client_id", "1")).identifiers).toHaveLength(1);
  });

  it("amounts and times at the edges of numbers keep the event", async () => {
    for (const [index, amount] of [
      "999999999999999999999999",
      "1e309",
      "-5",
      "0.00001",
      "NaN",
      "Infinity",
      "1,2,3",
      "٣",
      "0x10",
      "1".repeat(300),
    ].entries()) {
      const answer = await tell("school", {
        event: "payment",
        gc_user_id: "1",
        order: `o${index}`,
        tid: `t${index}`,
        amount,
        event_at: "9999999999999",
      });
      expect(answer.status, amount).toBe(202);
    }
    for (const event_at of ["0", "-1", "1970-01-01", "2999-01-01", "31.12.2026", "not a date", "2026-02-30", "1e20"])
      expect((await tell("school", { event: "visit", gc_user_id: "1", event_at })).status, event_at).toBe(202);
    await settled();
    expect(await timeline((await who("gc_user_id", "1")).id)).toHaveLength(18);
    expect((await operator("GET", "/v1/report?from=2026-01-01&to=2027-01-01")).status).toBe(200);
  });

  it("a thousand concurrent copies of one fact: one accepted, 999 duplicates of the same id", async () => {
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => tell("p1", { event: "bot_start", telegram_id: "1", event_id: "same" })),
    );
    expect(answers.filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
    expect(answers.filter(({ outcome, status }) => outcome === "duplicate" && status === 200)).toHaveLength(999);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await settled();
    expect(await events()).toHaveLength(1);
    expect(await timeline((await who("telegram_id", "1")).id)).toHaveLength(1);
  });

  it("a delivery without one value is quarantined as empty, by either door, and waits for nobody", async () => {
    const bodies = ["", "{}", "null", "email=&phone=", '{"email":null,"phone":" "}'];
    for (const body of bodies) {
      const answer = await exports.default.fetch(webhookUrl("p1"), { method: "POST", body });
      expect([answer.status, await answer.json()]).toMatchObject([200, { status: "quarantined", cause: "empty" }]);
    }
    expect(await postback("onewin", "sub1=&amount=")).toEqual({ status: 200, text: "QUARANTINED empty" });
    expect((await tell("p1", {}, "/ping")).outcome).toBe("accepted");
    await settled();
    expect(await events("?status=quarantined")).toHaveLength(6);
  });

  it("forged requests leave no row", async () => {
    const forged = async (n: number): Promise<number> => {
      const how = [
        () => exports.default.fetch(`${ORIGIN}/webhook/p1/wrong-token-${n}?telegram_id=${n}`),
        () => exports.default.fetch(`${ORIGIN}/webhook/nobody/token?telegram_id=${n}`),
        () =>
          exports.default.fetch(`${ORIGIN}/webhook/p1`, {
            method: "POST",
            body: "{}",
            headers: { authorization: `Bearer wrong${n}` },
          }),
        () => exports.default.fetch(`${ORIGIN}/postback/onewin/x${n}?sub1=1`),
        () =>
          exports.default.fetch(`${ORIGIN}/webhook/tg`, {
            method: "POST",
            body: "{}",
            headers: { "x-telegram-bot-api-secret-token": `w${n}` },
          }),
      ];
      return (await how[n % how.length]?.())?.status ?? 0;
    };
    const statuses = new Set<number>();
    for (let start = 0; start < 2_000; start += 200) {
      for (const status of await Promise.all(Array.from({ length: 200 }, (_, n) => forged(start + n)))) statuses.add(status);
    }
    expect([...statuses].filter((status) => ![401, 404, 429].includes(status))).toEqual([]);
    expect((await tell("p1", { event: "bot_start", telegram_id: "777" })).status).toBe(202);
    expect((await call("onewin", "sub1=abc&event=reg")).status).toBe(202);
    await settled();
    expect(await events()).toHaveLength(2);
    expect(await P("telegram_id", "1")).toBeNull();
    expect((await read<{ intake: { received: number } }>("/v1/report?from=2020-01-01&to=2100-01-01")).intake.received).toBe(2);
  });

  it("the wrong token and the unknown connection cannot be told apart", async () => {
    const [wrong, unknown] = await Promise.all([
      exports.default.fetch(`${ORIGIN}/webhook/p1/wrong`),
      exports.default.fetch(`${ORIGIN}/webhook/nobody/wrong`),
    ]);
    const shown = async (response: Response): Promise<unknown> => ({
      ...(await response.json<Record<string, unknown>>()),
      request_id: "",
      instance: "",
    });
    expect([wrong.status, unknown.status]).toEqual([404, 404]);
    expect(await shown(wrong)).toEqual(await shown(unknown));
  });
});
