import { env, exports } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

const send = (path: string, init?: RequestInit): Promise<Response> => exports.default.fetch(`${ORIGIN}${path}`, init);
const post = (path: string, body: string, type = "application/json"): Promise<Response> =>
  send(path, { method: "POST", body, headers: { "content-type": type } });

/** Rows of the inbox, bound or not. */
const stored = (): Promise<number> =>
  runInDurableObject(
    env.INBOX.get(env.INBOX.idFromName("workspace")),
    (_inbox, state) => state.storage.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM arrivals").one().n,
  );

beforeEach(() =>
  configure({
    connections: {
      bot: { kind: "salebot", project: "294495", token: ["bot-token-one", "bot-token-two"] },
      net: { kind: "network", network: "1win", token: ["net-token"] },
      slow: { kind: "http", token: ["slow-token"], intake_rate: { per_second: 2 } },
      backend: { kind: "http", secret: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], auth: ["signature"] },
    },
  }),
);

it("stores a proved delivery before it answers 202", async () => {
  const before = await stored();
  const response = await post("/webhook/bot/bot-token-one", `{"event":"bot_start","telegram_id":"1","client_id":"5"}`);
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ id: expect.stringMatching(/^evt_/), status: "accepted" });
  expect(await stored()).toBe(before + 1);
});

it("takes the token as a path segment, a bearer or X-Gateway-Token, and either live value", async () => {
  const body = (n: number): string => `{"event":"identify","telegram_id":"2","n":"${n}"}`;
  const json = { "content-type": "application/json" };
  const answers = [
    await post("/webhook/bot/bot-token-two", body(1)),
    await send("/webhook/bot", { method: "POST", body: body(2), headers: { ...json, authorization: "Bearer bot-token-one" } }),
    await send("/webhook/bot", { method: "POST", body: body(3), headers: { ...json, "x-gateway-token": "bot-token-two" } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
});

it("answers an unknown connection and a wrong path token alike, and stores neither", async () => {
  const before = await stored();
  const unknown = await post("/webhook/nobody/bot-token-one", "{}");
  const wrong = await post("/webhook/bot/wrong", "{}");
  expect([unknown.status, wrong.status]).toEqual([404, 404]);
  const strip = async (response: Response): Promise<unknown> => ({ ...(await response.json<object>()), request_id: "" });
  expect(await strip(unknown)).toEqual(await strip(wrong));
  expect(await stored()).toBe(before);
});

it("answers 401 to a wrong header token and stores nothing", async () => {
  const before = await stored();
  const response = await send("/webhook/bot", { method: "POST", body: "{}", headers: { authorization: "Bearer nope" } });
  expect(response.status).toBe(401);
  expect(await stored()).toBe(before);
});

it("D-01: the same message id again is a duplicate with the first one's id", async () => {
  const first = await (
    await post("/webhook/bot/bot-token-one", `{"event":"bot_start","event_id":"m1","tg":"7"}`)
  ).json<{ id: string }>();
  const second = await post("/webhook/bot/bot-token-one", `{"event":"bot_start","event_id":"m1","tg":"7"}`);
  expect(second.status).toBe(200);
  expect(await second.json()).toEqual({ id: first.id, status: "duplicate" });
});

it("D-03: the same tid with another amount is accepted, with the same amount it is a duplicate", async () => {
  const sale = (amount: string): Promise<Response> => send(`/postback/net/net-token/sale?clickid=abc&tid=t1&amount=${amount}`);
  const texts = [];
  for (const amount of ["50", "50.00", "70", "70", "50"]) texts.push(await (await sale(amount)).text());
  expect(texts).toEqual(["OK", "DUPLICATE", "OK", "DUPLICATE", "OK"]);
});

it("D-02: without a tid the same bytes count once in ten minutes", async () => {
  const sale = (): Promise<Response> => send("/postback/net/net-token/sale?clickid=zzz&amount=11");
  expect(await (await sale()).text()).toBe("OK");
  expect(await (await sale()).text()).toBe("DUPLICATE");
});

it("N-03: a literal macro is quarantined with success, each time it comes, and names the parameter", async () => {
  const path = "/postback/net/net-token/sale?sub1=%7Bsub1%7D&amount=5";
  for (let n = 0; n < 2; n += 1) {
    const response = await send(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("QUARANTINED unresolved_macro sub1");
  }
  const json = await send("/webhook/net/net-token/sale?clickid=%7Bclickid%7D");
  expect(await json.json()).toMatchObject({ status: "quarantined", cause: "unresolved_macro", field: "clickid" });
});

it("keeps an unparsable body for inspection and says so", async () => {
  const before = await stored();
  const webhook = await post("/webhook/bot/bot-token-one", `{"event": "bot_start", `);
  expect(webhook.status).toBe(422);
  expect(await webhook.json()).toMatchObject({ reason: "unparsable" });
  const network = await post("/postback/net/net-token", `{"event": `);
  expect([network.status, await network.text()]).toEqual([200, "QUARANTINED unparsable"]);
  expect(await stored()).toBe(before + 2);
});

it("several events in one list are refused, kept and shown the way to the import; a list of one is its event", async () => {
  const before = await stored();
  const two = '[{"event":"bot_start","tg":"31"},{"event":"bot_start","tg":"32"}]';
  const webhook = await post("/webhook/bot/bot-token-one", two);
  expect(webhook.status).toBe(422);
  expect(await webhook.json()).toMatchObject({ reason: "unparsable", detail: expect.stringContaining("/v1/import") });
  const network = await post("/postback/net/net-token", two);
  expect([network.status, await network.text()]).toEqual([200, "QUARANTINED unparsable"]);
  expect((await post("/webhook/bot/bot-token-one", '[{"event":"bot_start","tg":"33"}]')).status).toBe(202);
  expect(await stored()).toBe(before + 3);
});

it("refuses a body over 256 KiB", async () => {
  const response = await post("/webhook/bot/bot-token-one", `{"message":"${"x".repeat(300_000)}"}`);
  expect(response.status).toBe(413);
});

it("limits a connection that sets its own allowance and nobody else", async () => {
  const statuses = [];
  for (let n = 0; n < 4; n += 1)
    statuses.push((await post("/webhook/slow/slow-token", `{"event":"ping","email":"a${n}@b.ru"}`)).status);
  expect(statuses).toEqual([202, 202, 429, 429]);
  expect((await post("/webhook/bot/bot-token-one", `{"event":"ping","email":"other@b.ru"}`)).status).toBe(202);
});

it("imports lines through the same pipeline and names the bad ones", async () => {
  const lines = [
    `{"connection":"bot","received_at":"2026-03-01T10:00:00Z","event":{"event":"bot_start","tg":"9001","event_id":"i1"}}`,
    `{"connection":"bot","received_at":"2026-03-01T10:00:00Z","event":{"event":"bot_start","tg":"9001","event_id":"i1"}}`,
    `{"connection":"nobody","event":{}}`,
    `not json`,
    `{"connection":"net","event":{"event":"sale","clickid":"{clickid}","tid":"x0"}}`,
    `{"connection":"links","event":{"event":"click","click":"c1","visitor":"v1","user_agent":"TelegramBot (like TwitterBot)"}}`,
  ];
  const response = await exports.default.fetch(`${ORIGIN}/v1/import`, {
    method: "POST",
    headers: { authorization: "Bearer test-admin-token-000000000000" },
    body: lines.join("\n"),
  });
  expect(await response.json()).toEqual({
    accepted: 1,
    duplicate: 1,
    quarantined: 1,
    preview: 1,
    errors: [
      { line: 3, reason: "unknown_connection" },
      { line: 4, reason: "invalid_json" },
    ],
  });
  expect((await operator("POST", "/v1/import", undefined)).status).toBe(200);
});

it("of many requests at one moment each is told its own event, and the copies of one fact are one event", async () => {
  const before = await stored();
  const body = (n: number): string =>
    `{"event":"bot_start","telegram_id":"77","client_id":"9${n % 40}","event_id":"storm-${n % 40}"}`;
  const answers = await Promise.all(Array.from({ length: 120 }, (_, n) => post("/webhook/bot/bot-token-one", body(n))));
  const told = await Promise.all(answers.map((answer) => answer.json<{ id: string; status: string }>()));
  expect(await stored()).toBe(before + 40);
  expect(told.filter(({ status }) => status === "accepted")).toHaveLength(40);
  for (const [n, { id }] of told.entries()) expect(id).toBe(told[n % 40]?.id);
});
