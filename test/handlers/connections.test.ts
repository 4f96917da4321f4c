import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { configure, operator } from "../kit/operator.ts";

const CONNECTIONS = {
  bot: { kind: "salebot", project: "294495", token: ["bot-token-0001"] },
  school: { kind: "getcourse", account: "school.getcourse.ru" },
  chat: { kind: "chatterfy" },
  meta: { kind: "metabot", bot_id: "1" },
  tg: { kind: "telegram" },
  tracker: { kind: "keitaro", url: "https://tr.example" },
  onewin: { kind: "network", network: "1win" },
  site: { kind: "site", origin: "https://school.example" },
  plain: { kind: "http" },
};

const count = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<{ n: number }>())?.n ?? 0;

it.each(Object.keys(CONNECTIONS))("a test event of %s is stored and shown, and nothing else happens", async (id) => {
  await configure({
    connections: CONNECTIONS,
    rules: [{ on: "*", do: [{ to: "plain", action: "request", with: { url: "https://sink.example/" } }] }],
  });
  const response = await operator("POST", `/v1/connections/${id}/test`);
  expect(response.status).toBe(202);
  const answer = await response.json<{ id: string; status: string }>();
  expect(answer).toEqual({ id: expect.stringMatching(/^evt_/), status: "preview" });
  await inboxOf(env).drain();
  const event = await (await operator("GET", `/v1/events/${answer.id}`)).json();
  expect(event).toMatchObject({ status: "preview", cause: "test", connection: id, person_id: null, deliveries: [] });
  const tables = ["persons", "identifiers", "deliveries", "intake_counts", "parked", "problems"];
  expect(await Promise.all(tables.map(count))).toEqual(tables.map(() => 0));
});

it("every test is an event of its own", async () => {
  const ids = [];
  for (let n = 0; n < 2; n += 1) {
    ids.push((await (await operator("POST", "/v1/connections/bot/test")).json<{ id: string }>()).id);
  }
  expect(new Set(ids).size).toBe(2);
});

it("an unknown connection is not found, and nobody but the operator may ask", async () => {
  expect((await operator("POST", "/v1/connections/nobody/test")).status).toBe(404);
});

it("vector 9: an operator subscribes a school's webhooks to the connection's own address", async () => {
  const account = {
    kind: "getcourse",
    account: "school.getcourse.ru",
    api_key: "SCHOOL",
    dev_key: "DEV",
    token: ["school-token-0001", "school-token-0000"],
  };
  await configure({
    connections: { school: account, quiet: { kind: "getcourse", account: "quiet.getcourse.ru" }, plain: { kind: "http" } },
  });
  const asked: [string, string | null, unknown][] = [];
  let reply: unknown = { status: true, code: 200, data: { result: true } };
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    asked.push([request.url, request.headers.get("authorization"), await request.json()]);
    return Response.json(reply);
  });
  const subscribe = (id: string, body: unknown): Promise<Response> => operator("POST", `/v1/connections/${id}/subscribe`, body);
  const paid = { event_object_id: 2, event_id: 3 };
  const made = await subscribe("school", paid);
  expect([made.status, await made.json()]).toEqual([200, { status: "subscribed" }]);
  await subscribe("school", { event_object_id: 1, event_id: 1, event: "dialog_created" });
  const uri = "https://go.example/webhook/school/school-token-0001";
  expect(asked).toEqual([
    ["https://school.getcourse.ru/pl/api/v1/set-uri", "Bearer DEV_SCHOOL", { uri, ...paid }],
    [
      "https://school.getcourse.ru/pl/api/v1/set-uri",
      "Bearer DEV_SCHOOL",
      { uri: `${uri}/dialog_created`, event_object_id: 1, event_id: 1 },
    ],
  ]);
  reply = { status: false, code: 403, message: "Нет доступа", errors: [] };
  const refused = await subscribe("school", paid);
  expect([refused.status, await refused.json()]).toMatchObject([
    409,
    { reason: "vendor_refused", detail: "auth_failed: Нет доступа" },
  ]);
  const incomplete = await subscribe("quiet", paid);
  expect([incomplete.status, await incomplete.json()]).toMatchObject([422, { errors: [{ path: "connections.quiet.token" }] }]);
  expect((await subscribe("school", { event_object_id: "orders" })).status).toBe(422);
  expect((await subscribe("plain", paid)).status).toBe(404);
  expect(asked).toHaveLength(3);
  fetched.mockRestore();
});
