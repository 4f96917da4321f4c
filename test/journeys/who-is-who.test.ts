import { expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";
import { exports } from "cloudflare:workers";
import { bindings } from "../kit/bindings.ts";

type Card = {
  person: {
    id: string;
    key: string;
    net: string;
    stages: Record<string, string>;
    first_touch: { source: string } | null;
    identifiers: { type: string; value: string }[];
  };
};
type Entry = { type: string; at: string; label?: string; why: string; via: string; flags: string[] };

const CONFIG = {
  workspace: { locale: "ru", fx: { USD: "90" } },
  connections: {
    bot: { kind: "salebot", project: "P1", token: ["bot-token-0000000000"] },
    school: { kind: "getcourse", account: "school1", token: ["school-token-000000"] },
    chat: { kind: "chatterfy", token: ["chat-token-00000000"] },
    onewin: { kind: "network", network: "1win", click_issuer: "chat", token: ["onewin-token-000000"] },
  },
};

async function send(connection: string, token: string, body: Record<string, string>): Promise<{ id: string; status: string }> {
  const response = await exports.default.fetch(`${ORIGIN}/webhook/${connection}/${token}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBeLessThan(300);
  return response.json();
}
const settle = (): Promise<unknown> => inboxOf(bindings).drain();
const card = async (query: string): Promise<Card["person"]> =>
  ((await (await operator("GET", `/v1/persons?${query}`)).json()) as Card).person;
const timeline = async (id: string): Promise<Entry[]> =>
  ((await (await operator("GET", `/v1/persons/${id}/timeline`)).json()) as { items: Entry[] }).items;

it("L-01 over HTTP: an unbound sale finds its person later, keeps its time and says why", async () => {
  await configure(CONFIG);
  const sale = await send("onewin", "onewin-token-000000", {
    event: "sale",
    clickid: "CH9",
    tid: "s1",
    amount: "50",
    currency: "USD",
    event_at: "2026-03-05T15:00:00Z",
  });
  await settle();
  expect(await (await operator("GET", `/v1/events/${sale.id}`)).json()).toMatchObject({ status: "unbound" });
  await send("chat", "chat-token-00000000", {
    event: "bot_start",
    chatId: "1009",
    "tracker.clickid": "CH9",
    event_at: "2026-03-05T14:50:00Z",
    utm_source: "TGAds",
    utm_campaign: "Spring",
  });
  await settle();
  const person = await card("telegram_id=1009");
  expect(person).toMatchObject({
    net: "4500.00",
    stages: { sale: "2026-03-05T15:00:00.000Z" },
    first_touch: { source: "tgads / spring" },
  });
  const entries = await timeline(person.id);
  expect(entries.map(({ type, label }) => label ?? type)).toEqual(["bot_start", "sale"]);
  expect(entries[1]?.why).toContain("CH9");
});

it("C-02 and C-03a over HTTP: a taken e-mail is one conflict until an operator says it is one human", async () => {
  await configure(CONFIG);
  await send("bot", "bot-token-0000000000", { event: "identify", telegram_id: "1", email: "x@x.ru" });
  await send("bot", "bot-token-0000000000", { event: "identify", telegram_id: "2", email: "X@x.ru" });
  await settle();
  const [a, b] = [await card("telegram_id=1"), await card("telegram_id=2")];
  expect((await card("email=x@x.ru")).id).toBe(a.id);
  const problems = async (): Promise<unknown[]> =>
    ((await (await operator("GET", "/v1/problems")).json()) as { items: { kind: string }[] }).items.filter(
      ({ kind }) => kind === "conflict",
    );
  expect(await problems()).toMatchObject([{ cause: "taken", count: 1, identifier: { type: "email", value: "x@x.ru" } }]);
  expect((await operator("POST", "/v1/persons/merge", { persons: [a.id, b.id] })).status).toBe(200);
  expect(await problems()).toEqual([]);
  expect((await card(`key=${b.key}`)).id).toBe((await card(`key=${a.key}`)).id);
});

it("R-01 over HTTP: after erasure the key is gone and a new start is another person", async () => {
  await configure(CONFIG);
  await send("bot", "bot-token-0000000000", { event: "bot_start", telegram_id: "77", email: "gone@x.ru" });
  await settle();
  const person = await card("telegram_id=77");
  expect((await operator("DELETE", `/v1/persons/${person.id}`)).status).toBe(200);
  for (const query of [`key=${person.key}`, "telegram_id=77", "email=gone@x.ru"]) {
    expect((await operator("GET", `/v1/persons?${query}`)).status).toBe(404);
  }
  expect(await (await operator("GET", `/v1/persons?key=${person.key}`)).json()).toMatchObject({ reason: "gone" });
  await send("bot", "bot-token-0000000000", { event: "bot_start", telegram_id: "77", event_id: "again" });
  await settle();
  const again = await card("telegram_id=77");
  expect(again.key).not.toBe(person.key);
});

it("C-05 over HTTP: a forwarded key refers and does not join", async () => {
  await configure(CONFIG);
  await send("bot", "bot-token-0000000000", { event: "identify", telegram_id: "500" });
  await settle();
  const { id, key } = await card("telegram_id=500");
  await send("school", "school-token-000000", { event: "registration", gc_user_id: "100", key });
  await send("school", "school-token-000000", { event: "registration", gc_user_id: "200", email: "b@b.ru", key });
  await settle();
  expect((await card("gc_user_id=100")).id).toBe(id);
  expect(await card("gc_user_id=200")).toMatchObject({ referred_by: id });
});
