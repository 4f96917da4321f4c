/** What arrives at each vendor, to the byte: the outgoing vectors of the vendors' fact sheet (GetCourse 1–4 and 7–8, Salebot 17–19, Chatterfy 24–25,
 *  Telegram 33, Keitaro 35, Standard Webhooks 47). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { demo } from "../../sandbox/demo.ts";
import type { Call } from "../../sandbox/kit/calls.ts";
import type { Fields } from "../../sandbox/kit/values.ts";
import { signStandardWebhook } from "../../sandbox/site.ts";
import { type Rig, callsOf, openRig } from "./kit/rig.ts";
import { NEXT_SECRET, connectionsAt, rulesOf } from "./kit/scene.ts";

const IDS = { telegram_id: "{{person.telegram_id}}", salebot_id: "{{person.client_id}}" };
const FD = { status: "auto", fields: { userBalance: "5000" } };

const ACTIONS: Record<string, Fields> = {
  gc_user: { to: "legacy", action: "upsert_user", with: { fields: IDS } },
  gc_name: { to: "legacy", action: "upsert_user", with: {} },
  gc_fields: { to: "legacy", action: "set_fields", with: { fields: IDS } },
  gc_status: { to: "legacy", action: "upsert_deal", with: { deal_number: "{{event.order}}", deal_status: "payed" } },
  gc_order: { to: "legacy", action: "upsert_deal", with: { deal: { product_title: "Курс", deal_cost: "{{event.amount}}" } } },
  tech_fields: { to: "tech", action: "set_fields", with: { fields: IDS } },
  chatium_fields: { to: "chatium", action: "set_fields", with: { fields: IDS } },
  sb_callback: {
    to: "bot",
    action: "callback",
    with: { message: "gc_paid", deal_number: "{{event.order}}", amount: "{{event.amount}}" },
  },
  sb_tg: { to: "bot", action: "tg_callback", with: { message: "gc_paid" } },
  sb_message: { to: "bot", action: "message", with: { message: "Привет, {{name}}!" } },
  sb_save: {
    to: "bot",
    action: "save_variables",
    with: { variables: { "client.email": "{{person.email}}", utm_source: "{{event.utm_source}}" } },
  },
  cf_fd: {
    to: "chat",
    action: "tracker_postback",
    with: { event: "sale", fields: { last_deposit: "{{event.amount}}", user_id: "987" } },
  },
  cf_step: { to: "chat", action: "update_dialog", with: { step_id: demo.chatterfy.step_id, ...FD } },
  mb_call: { to: "meta", action: "call", with: { params: { lead_id: "{{person.lead_id}}", text: "Оплата {{event.amount}}" } } },
  mb_script: { to: "meta", action: "run_script", with: { script_code: "paid", params: { amount: "{{event.amount}}" } } },
  tg_text: { to: "tg", action: "send_message", with: { text: "Оплачено: {{event.amount}} {{event.currency}}" } },
  kt_sale: { to: "tracker", action: "postback", with: { status: "sale" } },
  kt_rebill: { to: "tracker", action: "postback", with: { status: "rebill" } },
  kt_rejected: { to: "tracker", action: "postback", with: { status: "rejected" } },
  kt_lead: {
    to: "tracker",
    action: "postback",
    with: { status: "lead", payout: "{{fields.bid}}", from: "1win", sub_id_1: "{{event.utm_campaign}}", return: "DONE" },
  },
  site_hook: { to: "site", action: "webhook", with: { type: "paid", data: { amount: "{{event.amount}}" } } },
  http_put: {
    to: "plain",
    action: "request",
    with: {
      method: "PUT",
      url: "/site/plain/{{event.order}}?name={{name}}",
      headers: { "x-who": "{{person.key}}" },
      body: { имя: "{{name}}", sum: "{{event.amount}}" },
    },
  },
};

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  await rig.save({ connections: connectionsAt(rig.sandbox.url), rules: rulesOf(ACTIONS) });
  rig.sandbox.seed("salebot", { everyone: true, clients: [{ id: 333, email: "by-mail@example.com" }] });
  rig.sandbox.seed("getcourse", { users: [{ email: "tech@example.com" }, { email: "chatium@example.com" }] });
});
afterAll(() => rig.close());

let facts = 0;
/** The calls that one fact made at its vendor; the delivery must have arrived. */
async function arrived(event: string, fact: Fields, from = "src"): Promise<Call[]> {
  facts += 1;
  const id = await rig.accept(from, { event, event_id: `vector-${facts}`, ...fact });
  const { deliveries } = await rig.settled(id);
  expect(deliveries).toHaveLength(1);
  const [delivery] = deliveries;
  if (!delivery) throw new Error("no delivery");
  expect(delivery).toMatchObject({ status: "delivered", reason: "" });
  return callsOf(rig.sandbox.calls(), delivery);
}

async function onlyCall(event: string, fact: Fields, from = "src"): Promise<Call> {
  const [call, ...more] = await arrived(event, fact, from);
  expect(more).toEqual([]);
  if (!call) throw new Error("nothing arrived");
  return call;
}

const paramsOf = (call: Call): string => Buffer.from(new URLSearchParams(call.body).get("params") ?? "", "base64").toString();
const FORM = { method: "POST", headers: expect.objectContaining({ "content-type": "application/x-www-form-urlencoded" }) };

it("vector 1: a user with Cyrillic, both ids and the campaign reaches the import as one form of three fields", async () => {
  const call = await onlyCall("gc_user", {
    telegram_id: "11111111",
    client_id: "22222222",
    email: "ivan@example.com",
    phone: "+79990000000",
    first_name: "Иван",
    utm_source: "tg",
    utm_campaign: "black_friday",
  });
  expect(call).toMatchObject({ target: "/pl/api/users", ...FORM });
  expect(call.body).toBe(
    "action=add&key=demo-school-key&params=eyJ1c2VyIjp7ImVtYWlsIjoiaXZhbkBleGFtcGxlLmNvbSIsInBob25lIjoiKzc5OTkwMDAwMDAwIiwiZmlyc3RfbmFtZSI6ItCY0LLQsNC9IiwiYWRkZmllbGRzIjp7InRlbGVncmFtX2lkIjoiMTExMTExMTEiLCJzYl9pZCI6IjIyMjIyMjIyIn19LCJzeXN0ZW0iOnsicmVmcmVzaF9pZl9leGlzdHMiOjF9LCJzZXNzaW9uIjp7InV0bV9zb3VyY2UiOiJ0ZyIsInV0bV9jYW1wYWlnbiI6ImJsYWNrX2ZyaWRheSJ9fQ%3D%3D",
  );
});

it("vectors 2 and 3: + and / of the base64 are percent-encoded, so that the import reads the names back", async () => {
  const tilde = await onlyCall("gc_name", { telegram_id: "201", email: "a@b.ru", first_name: "~~~" });
  const cyrillic = await onlyCall("gc_name", { telegram_id: "202", email: "c@b.ru", first_name: "яяяя" });
  for (const call of [tilde, cyrillic]) expect(call.body.split("params=")[1]).toMatch(/^[A-Za-z0-9%]+$/);
  expect(tilde.body).toContain("In5%2BfiJ9");
  expect(JSON.parse(paramsOf(cyrillic))).toMatchObject({ user: { email: "c@b.ru", first_name: "яяяя" } });
});

it("vector 4: the status of a known order goes by its number alone", async () => {
  const call = await onlyCall("gc_status", { telegram_id: "401", email: "ivan4@example.com", order: "1001" });
  expect(call).toMatchObject({ target: "/pl/api/deals", ...FORM });
  expect(paramsOf(call)).toBe('{"user":{"email":"ivan4@example.com"},"deal":{"deal_number":"1001","deal_status":"payed"}}');
});

it("a new order without a number is made once", async () => {
  const call = await onlyCall("gc_order", { telegram_id: "402", email: "order@example.com", amount: "5000", currency: "RUB" });
  expect(paramsOf(call)).toBe('{"user":{"email":"order@example.com"},"deal":{"product_title":"Курс","deal_cost":"5000"}}');
});

it("custom fields by the import are written over what the user has, by title", async () => {
  const call = await onlyCall("gc_fields", {
    telegram_id: "501",
    client_id: "502",
    email: "fields@example.com",
    phone: "+79990000501",
  });
  expect(paramsOf(call)).toBe(
    '{"user":{"email":"fields@example.com","addfields":{"telegram_id":"501","sb_id":"502"}},"system":{"refresh_if_exists":1}}',
  );
});

it("vector 8: custom fields by the Tech API are looked up by e-mail without regard to case and written by number", async () => {
  const [read, write, ...more] = await arrived("tech_fields", {
    telegram_id: "801",
    client_id: "802",
    email: "tech@example.com",
  });
  expect(more).toEqual([]);
  expect(read).toMatchObject({ method: "GET", target: "/pl/api/v1/user/get-custom-fields?email=tech%40example.com" });
  expect(read?.headers).toMatchObject({ authorization: "Bearer demo-dev-key_demo-school-key" });
  expect(write).toMatchObject({ method: "POST", target: "/pl/api/v1/user/update-custom-fields" });
  expect(write?.body).toBe('{"email":"tech@example.com","customFields":{"3":"801","4":"802"}}');
});

it("custom fields by the Chatium endpoint are the seed's own body", async () => {
  const call = await onlyCall("chatium_fields", { telegram_id: "811", client_id: "812", email: "chatium@example.com" });
  expect(call).toMatchObject({ method: "POST", target: "/chatium/update_telegram_id" });
  expect(call.body).toBe('{"email":"chatium@example.com","telegram_id":"811","sb_id":"812"}');
});

it("vector 17: a callback for somebody who is known by e-mail only", async () => {
  const call = await onlyCall("sb_callback", { email: "by-mail@example.com", order: "1001", amount: "396.50" });
  expect(call).toMatchObject({ method: "POST", target: "/api/demo-salebot-key/callback" });
  expect(call.body).toBe('{"client_email":"by-mail@example.com","message":"gc_paid","deal_number":"1001","amount":"396.5"}');
});

it("a callback for a client of the project goes by the client's id", async () => {
  const call = await onlyCall("sb_callback", { client_id: "1701", telegram_id: "1702", order: "7", amount: "1" });
  expect(call.body).toBe('{"client_id":1701,"message":"gc_paid","deal_number":"7","amount":"1"}');
});

it("vector 18: a Telegram callback", async () => {
  const call = await onlyCall("sb_tg", { telegram_id: "11111111" });
  expect(call.target).toBe("/api/demo-salebot-key/tg_callback");
  expect(call.body).toBe('{"message":"gc_paid","user_id":"11111111","group_id":"my_bot"}');
});

it("a message to somebody who is known by e-mail only is preceded by the look-up", async () => {
  const [find, send, ...more] = await arrived("sb_message", { email: "by-mail@example.com", first_name: "Анна" });
  expect(more).toEqual([]);
  expect(find).toMatchObject({
    method: "GET",
    target: "/api/demo-salebot-key/find_client_id_by_email?email=by-mail%40example.com",
  });
  expect(send).toMatchObject({ target: "/api/demo-salebot-key/message", body: '{"client_id":333,"message":"Привет, Анна!"}' });
});

it("vector 19: variables of the client and of the deal", async () => {
  const call = await onlyCall("sb_save", { client_id: "22222222", email: "ivan@example.com", utm_source: "tg" });
  expect(call.target).toBe("/api/demo-salebot-key/save_variables");
  expect(call.body).toBe('{"client_id":22222222,"variables":{"client.email":"ivan@example.com","utm_source":"tg"}}');
});

it("vector 24: a first deposit as Chatterfy's tracker wants it, with cost, currency and tid of the event", async () => {
  const fact = { event_id: undefined, telegram_id: "2401", clickid: "test123", amount: "50.00", currency: "USD", tid: "tx-77" };
  const call = await onlyCall("cf_fd", fact);
  expect(call).toMatchObject({ method: "GET", body: "" });
  expect(call.target).toBe(
    `/api/postbacks/${demo.chatterfy.postback_id}/tracker-postback?clickid=test123&tracker.event=sale&tracker.cost=50&tracker.currency=usd&tracker.tid=tx-77&fields.last_deposit=50&fields.user_id=987`,
  );
});

it("vector 25: a dialog is switched to a step by chat id", async () => {
  const call = await onlyCall("cf_step", { telegram_id: "1227280" });
  expect(call).toMatchObject({ method: "GET", body: "" });
  expect(call.target).toBe(
    `/api/bots/webhooks/${demo.chatterfy.webhook_id}/updateDialog?chatId=1227280&stepId=046050f6-38f6-4b18-b9fa-e6582f5352d0&status=auto&fields.userBalance=5000`,
  );
});

it("Metabot's endpoint gets the parameters in their envelope, its scripts run for a lead", async () => {
  const called = await onlyCall("mb_call", { lead_id: "243289", amount: "5000", currency: "RUB" });
  expect(called).toMatchObject({ method: "POST", target: "/api/v1/bots/64/call/notify" });
  expect(called.headers).toMatchObject({ authorization: "Bearer demo-metabot-token", "content-type": "application/json" });
  expect(called.body).toBe('{"script_request_params":{"lead_id":"243289","text":"Оплата 5000"}}');
  const script = await onlyCall("mb_script", { lead_id: "243289", amount: "5000" });
  expect(script.target).toBe("/api/v1/bots/64/jobs/schedule");
  expect(script.body).toBe(
    '{"script_code":"paid","lead_id":"243289","run_after_sec":0,"script_request_params":{"amount":"5000"}}',
  );
});

it("a Telegram message opens no preview: it may hold a login link", async () => {
  const call = await onlyCall("tg_text", { telegram_id: "3301", amount: "50", currency: "usd" });
  expect(call).toMatchObject({ method: "POST", target: "/bot123456:TEST-TOKEN/sendMessage" });
  expect(call.body).toBe('{"chat_id":"3301","text":"Оплачено: 50 USD","link_preview_options":{"is_disabled":true}}');
});

it("vector 35: a sale in Keitaro, with an explicit status and its own tid", async () => {
  const call = await onlyCall("kt_sale", { telegram_id: "3501", clickid: "abc", amount: "50", currency: "USD", tid: "tx-77b" });
  expect(call).toMatchObject({ method: "GET", body: "" });
  expect(call.target).toBe("/demo-keitaro-key/postback?subid=abc&status=sale&payout=50&currency=USD&tid=tx-77b&return=OK");
});

it.each<[string, string, Fields, string]>([
  [
    "a redeposit is a rebill under its own tid",
    "kt_rebill",
    { clickid: "k1", amount: "25.50", currency: "usd", tid: "2" },
    "subid=k1&status=rebill&payout=25.5&currency=USD&tid=2&return=OK",
  ],
  [
    "a rejection names the conversion it takes back",
    "kt_rejected",
    { clickid: "k2", amount: "25", currency: "USD", tid: "tx-k2" },
    "subid=k2&status=rejected&payout=25&currency=USD&tid=tx-k2&return=OK",
  ],
  [
    "a lead has no sum of its own; what the rule gives, comes along and wins",
    "kt_lead",
    { clickid: "k3", "fields.bid": "1.5", utm_campaign: "весна 1" },
    `subid=k3&status=lead&payout=1.5&from=1win&sub_id_1=${encodeURIComponent("весна 1")}&return=DONE`,
  ],
])("Keitaro: %s", async (_name, event, fact, query) => {
  const call = await onlyCall(event, { telegram_id: `35${fact["clickid"] === "k2" ? 2 : event.length}77`, ...fact });
  expect(call.target).toBe(`/demo-keitaro-key/postback?${query}`);
});

it("Keitaro: two rebills that nobody numbered do not replace the sale, nor each other", async () => {
  const rebill = (event_id: string) =>
    onlyCall("kt_rebill", { telegram_id: "35990", clickid: "k9", amount: "10", currency: "USD", event_id });
  const tids = [await rebill("k9-1"), await rebill("k9-2")].map(({ target }) =>
    new URLSearchParams(target.split("?")[1]).get("tid"),
  );
  expect(tids[0]).toMatch(/^evt_/);
  expect(tids[1]).toMatch(/^evt_/);
  expect(tids[0]).not.toBe(tids[1]);
});

it("Keitaro: without a click id nothing is sent, and the delivery says so", async () => {
  const since = rig.sandbox.calls("keitaro").at(-1)?.seq ?? 0;
  const { deliveries } = await rig.settled(await rig.accept("src", { event: "kt_sale", telegram_id: "35991", amount: "5" }));
  expect(deliveries).toMatchObject([
    { status: "dead", reason: "no_address: the person has no click id of this tracker", attempts: [] },
  ]);
  expect(rig.sandbox.calls("keitaro", since)).toEqual([]);
});

it("vector 47: a site's webhook is signed with both live secrets over the very bytes that arrive", async () => {
  const call = await onlyCall("site_hook", { telegram_id: "4701", amount: "50", event_at: "2026-03-01T10:00:00Z" });
  expect(call).toMatchObject({ method: "POST", target: "/hooks/gateway" });
  expect(call.body).toBe('{"type":"paid","timestamp":"2026-03-01T10:00:00.000Z","data":{"amount":"50"}}');
  const { "webhook-id": id = "", "webhook-timestamp": timestamp = "", "webhook-signature": signature } = call.headers;
  const message = { id, timestamp, body: call.body };
  expect(signature?.split(" ")).toEqual([demo.site.secret, NEXT_SECRET].map((secret) => signStandardWebhook(secret, message)));
  expect(id).toBe(call.headers["idempotency-key"]);
});

it("http.request renders address, headers and body, each encoded for where it lands", async () => {
  const call = await onlyCall("http_put", {
    telegram_id: "4801",
    first_name: "А&Б",
    last_name: '"В"',
    order: "7 / 8",
    amount: "1",
  });
  expect(call).toMatchObject({ method: "PUT" });
  expect(call.target).toBe("/plain/7%20%2F%208?name=%D0%90%26%D0%91%20%22%D0%92%22");
  expect(call.headers).toMatchObject({ "x-api-key": "plain-secret-value", "content-type": "application/json" });
  expect(call.headers["x-who"]).toMatch(/^k_[A-Za-z0-9]{22}$/);
  expect(call.body).toBe('{"имя":"А&Б \\"В\\"","sum":"1"}');
});
