import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  TOLD_TO_TRACKER,
  call,
  click,
  events,
  openWorkspace,
  people,
  problems,
  read,
  settled,
  tell,
  timeline,
  webhookUrl,
  who,
} from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

const sent = vendorsSay();

beforeEach(async () => {
  sent.length = 0;
  await openWorkspace(TOLD_TO_TRACKER);
});

const DEAL = {
  json: {
    ts: "2026-09-06T10:52:21Z",
    ts64: 1788681141,
    gcAccountId: 1368,
    gcSessionId: null,
    gcVisitorId: null,
    user: { id: "1368:124091828", cuid: null, gcId: 124091828, type: "Real", email: "ivan@example.com" },
    deal: {
      id: "456",
      number: 1001,
      cost: 400,
      currency: "RUB",
      status: "payed",
      isPayed: 1,
      payedValue: 396.5,
      offerIds: [77],
      createdAt: "2026-09-06T10:52:21Z",
      clientDealNumber: "0",
    },
    eventType: "getcourse/dealPaid",
  },
};
const deal = (changes: Record<string, unknown>, eventType = "getcourse/dealPaid"): unknown => ({
  json: { ...DEAL.json, eventType, deal: { ...DEAL.json.deal, ...changes } },
});

describe("vendors' own wire formats through the real door", () => {
  it("vector 10: GetCourse calls a URL: empty values are absent, the answer is short", async () => {
    const response = await exports.default.fetch(
      `${webhookUrl("school")}?email=ivan%40example.com&phone=&utm_source=tg&number=1001`,
    );
    expect(response.status).toBe(202);
    expect((await response.text()).length).toBeLessThan(200);
    await settled();
    const person = await who("email", "ivan@example.com");
    expect(person.identifiers.map(({ type }) => type)).toEqual(["email"]);
  });

  it("vector 11: a macro that GetCourse left alone is no identity", async () => {
    const answer = await call("school", "email=%7Bobject.email%7D");
    expect(answer).toMatchObject({ status: 200, body: { status: "quarantined", cause: "unresolved_macro", field: "email" } });
    await settled();
    expect(await people()).toEqual([]);
  });

  it("vector 12: the paid pair is one payment of 396.5, and a replay of it nothing", async () => {
    const first = await tell("school", DEAL);
    const second = await tell("school", deal({}, "getcourse/dealStatusChanged"));
    const third = await tell("school", DEAL);
    await settled();
    expect([first.outcome, second.outcome, third.outcome]).toEqual(["accepted", "duplicate", "duplicate"]);
    const person = await who("gc_user_id", "124091828", "school1");
    expect(person).toMatchObject({ net: "396.50" });
    const payments = (await timeline(person.id)).filter(({ type }) => type === "payment");
    expect(payments).toHaveLength(1);
    expect(payments[0]).toMatchObject({ amount: "396.5", label: "sale" });
    const story = await read<{ deliveries: unknown[] }>(`/v1/events/${first.id}`);
    expect(story.deliveries).toHaveLength(1);
  });

  it("vector 12: ts is the order's creation and never the event's time", async () => {
    const before = Date.now();
    await tell("school", DEAL);
    await settled();
    const [payment] = await events("?type=payment");
    expect(Date.parse(payment?.at ?? "")).toBeGreaterThanOrEqual(before - 1_000);
  });

  it("vector 13: the envelope is unwrapped only when it is alone", async () => {
    await tell("school", DEAL);
    expect((await tell("school", DEAL.json)).outcome).toBe("duplicate");
    const beside = await tell("school", { ...DEAL, x: 1 });
    expect(beside.outcome).not.toBe("duplicate");
    await settled();
    expect((await read<{ type: string }>(`/v1/events/${beside.id}`)).type).not.toBe("payment");
  });

  it("vector 14: a free order is no sale and goes to no tracker", async () => {
    const { id } = await tell("school", deal({ cost: 0, payedValue: 0, isPayed: 0 }));
    await settled();
    const person = await who("gc_user_id", "124091828");
    expect(person).toMatchObject({ net: "0.00", stages: {} });
    expect((await read<{ deliveries: unknown[] }>(`/v1/events/${id}`)).deliveries).toEqual([]);
    expect((await timeline(person.id)).map(({ flags }) => flags)).toEqual([["free_order"]]);
  });

  it('vector 15: the status "false" is a spam order, not a boolean', async () => {
    const { id } = await tell("school", deal({ status: "false", isPayed: 0, payedValue: 0 }, "getcourse/dealStatusChanged"));
    await settled();
    const story = await read<{ type: string; normalised: { status: string } }>(`/v1/events/${id}`);
    expect(story.normalised.status).toBe("false");
    expect(["payment", "order"]).not.toContain(story.type);
    expect((await who("gc_user_id", "124091828")).stages["sale"]).toBeUndefined();
  });

  it("part payments told as totals: two payments, one sale, the sum is the newest total", async () => {
    await tell("school", deal({ cost: 30000, payedValue: 10000, status: "part_payed" }, "getcourse/dealStatusChanged"));
    await tell("school", deal({ cost: 30000, payedValue: 30000 }));
    await tell("school", deal({ cost: 30000, payedValue: 30000 }, "getcourse/dealStatusChanged"));
    await settled();
    const person = await who("gc_user_id", "124091828");
    expect(person.net).toBe("30000.00");
    expect(
      (await timeline(person.id)).filter(({ type }) => type === "payment").map(({ amount, label }) => [amount, label]),
    ).toEqual([
      ["10000", "sale"],
      ["20000", undefined],
    ]);
  });

  const message = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
    id: 1,
    client: {
      id: 22222222,
      recepient: "11111111",
      client_type: 1,
      name: "Иван",
      avatar: "",
      created_at: "2026-01-01",
      tag: "promo1",
      group: "my_bot",
    },
    message: "привет",
    attachments: [],
    message_id: 10,
    project_id: 294495,
    is_input: 1,
    delivered: 1,
    error_message: "",
    ...changes,
  });

  it("vector 22: Salebot's project webhook ties the Telegram id and the client, and repeats nothing", async () => {
    expect((await tell("p1", message())).outcome).toBe("accepted");
    expect((await tell("p1", message())).outcome).toBe("duplicate");
    const outgoing = await tell("p1", message({ id: 2, is_input: 0, message: "ответ" }));
    await settled();
    const person = await who("telegram_id", "11111111");
    expect((await who("client_id", "22222222", "294495")).id).toBe(person.id);
    expect((await read<{ status: string }>(`/v1/events/${outgoing.id}`)).status).toBe("echo");
    expect((await timeline(person.id)).filter(({ type, status }) => type === "message" && status === "bound")).toHaveLength(1);
  });

  it("vector 22: a start in the project webhook with our click is a marked start", async () => {
    const c = click("S1");
    await tell("p1", message({ message: `/start ${c}`, id: 3 }));
    await settled();
    const person = await who("telegram_id", "11111111");
    expect(person.stages["bot_start"]).toBeDefined();
    expect((await who("click", c)).id).toBe(person.id);
  });

  it("vector 23: a block's call with a wrong label is JSON all the same, the unset variable absent", async () => {
    const response = await exports.default.fetch(webhookUrl("p1"), {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: '{"client_id":"22222222","email":"#{email}"}',
    });
    expect(response.status).toBe(202);
    await settled();
    const person = await who("client_id", "22222222", "P1");
    expect(person.identifiers.map(({ type }) => type)).toEqual(["client_id"]);
    expect(await problems("unresolved_macro")).toHaveLength(1);
  });
});
