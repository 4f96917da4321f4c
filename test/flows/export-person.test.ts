import { beforeEach, expect, it } from "vitest";
import { feed, pay } from "../kit/feed.ts";
import { emptyGraph, personOf } from "../kit/identity-rows.ts";
import { operator } from "../kit/operator.ts";
import { saveDocument } from "../kit/context.ts";

beforeEach(async () => {
  await emptyGraph();
  await saveDocument({
    connections: { bot: { kind: "salebot", project: "P1" }, school: { kind: "getcourse", account: "school1" } },
  });
});

it("R-02 an export holds the person's own data and nobody else's", async () => {
  await feed({ ids: { tg: 1, email: "x@x.ru" }, profile: { first_name: "Анна" } });
  await feed({
    type: "bot_start",
    ids: { tg: 2, email: "x@x.ru" },
    utm: { utm_source: "vk", utm_campaign: "spring" },
    message: "пишите на X@x.ru",
  });
  await feed(pay("70", { ids: { tg: 2 }, connection: "school", tid: "t1" }), { type: "consent_withdrawn", ids: { tg: 2 } });
  const response = await operator("GET", `/v1/persons/${await personOf({ tg: 2 })}/export`);
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).not.toContain("x@x.ru");
  expect(text).not.toContain("Анна");
  expect(JSON.parse(text)).toMatchObject({
    identifiers: [{ type: "telegram_id", value: "2", proof: "native" }],
    touches: [{ utm_source: "vk", utm_campaign: "spring" }],
    money: [{ amount: "70", label: "sale", currency: "RUB" }],
    consents: [{ state: "withdrawn" }],
    events: [{ type: "bot_start" }, { type: "payment" }, { type: "consent_withdrawn" }],
  });
});

it("R-02 a consent that was withdrawn by a field stands among the consents", async () => {
  await feed({ type: "identify", ids: { tg: 2 }, fields: { consent: "withdrawn" } });
  const response = await operator("GET", `/v1/persons/${await personOf({ tg: 2 })}/export`);
  expect(await response.json()).toMatchObject({ consents: [{ state: "withdrawn" }] });
});

it("R-02 an export is also a page to read, with every value escaped", async () => {
  await feed({ ids: { tg: 1, email: "ivan@mail.ru" }, profile: { first_name: "<script>alert(1)</script>" } });
  const response = await operator("GET", `/v1/persons/${await personOf({ tg: 1 })}/export?format=html`);
  expect(response.headers.get("content-type")).toContain("text/html");
  const page = await response.text();
  expect(page).toContain("ivan@mail.ru");
  expect(page).not.toContain("<script>");
});

it("there is no export of nobody", async () => {
  expect((await operator("GET", "/v1/persons/per_nobody/export")).status).toBe(404);
});
