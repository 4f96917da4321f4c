import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
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
