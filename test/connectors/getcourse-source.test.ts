import { describe, expect, it } from "vitest";
import paidBody from "../fixtures/getcourse/deal-paid.json?raw";
import dialogBody from "../fixtures/getcourse/dialog.json?raw";
import { ids, read } from "../kit/intake.ts";

const changedBody = paidBody.replace("dealPaid", "dealStatusChanged");
const GC_USER = "gc_user_id@school.getcourse.ru=124091828";

/** A webhook about order 1001 with another status and sums. */
const deal = (eventType: string, fields: Record<string, unknown>): { json: unknown } => ({
  json: {
    user: { gcId: 1, email: "a@b.ru" },
    deal: { id: "456", number: 1001, cost: 30000, currency: "RUB", ...fields },
    eventType: `getcourse/${eventType}`,
  },
});

describe("GetCourse process «Вызвать URL»", () => {
  it("vector 10: a GET with everything in the query, empty parameters absent", async () => {
    const { event, verdict } = await read("school", { query: "email=ivan%40example.com&phone=&utm_source=tg&number=1001" });
    expect(verdict.verdict).toBe("accepted");
    expect(ids(event)).toEqual(["email=ivan@example.com"]);
    expect(event).toMatchObject({ type: "order", order: "1001", utm: { utm_source: "tg" }, dropped: [] });
  });

  it("vector 11: an unfilled macro quarantines the event and names the parameter", async () => {
    const { verdict } = await read("school", { query: "email=%7Bobject.email%7D&number=1001" });
    expect(verdict).toEqual({ verdict: "quarantined", cause: "unresolved_macro", field: "email" });
  });

  it("an order process is understood by its status, in the school's wording", async () => {
    const query = (status: string, paid: string): string =>
      `gc_user_id=77&number=1001&status=${encodeURIComponent(status)}&cost_money=${encodeURIComponent("30 000 руб.")}&payed_money=${encodeURIComponent(paid)}`;
    const types = await Promise.all(
      [
        ["Новый", "0"],
        ["Частично оплачен", "10 000 руб."],
        ["Завершён", "30 000 руб."],
        ["Отменен", "0"],
        ["В работе", "0"],
      ].map(async ([status = "", paid = ""]) => (await read("school", { query: query(status, paid) })).event),
    );
    expect(types.map(({ type, money }) => [type, money.amount ?? money.paidTotal])).toEqual([
      ["order", "30000"],
      ["payment", "10000"],
      ["payment", "30000"],
      ["rejected", "30000"],
      ["order_status", "30000"],
    ]);
  });

  it("a partly paid order whose sum is not told is never paid in full", async () => {
    const told = async (query: string): Promise<unknown> => {
      const status = encodeURIComponent("Частично оплачен");
      const { event } = await read("school", {
        query: `gc_user_id=77&number=1001&status=${status}&cost_money_value=30000&${query}`,
      });
      return [event.type, event.money.amount, event.money.paidTotal];
    };
    expect(await told("left=20000")).toEqual(["payment", null, "10000"]);
    expect(await told("payed_money=&left_cost_money=20%20000,50%20руб.")).toEqual(["payment", null, "9999.5"]);
    expect(await told("payed_money=15000&left=20000")).toEqual(["payment", null, "15000"]);
    expect(await told("event=payment&left=20000")).toEqual(["payment", null, "10000"]);
    expect(await told("payed_money={object.payed_money}")).toEqual(["order", "30000", null]);
    expect(await told("left=много")).toEqual(["order", "30000", null]);
    expect(await told("left=40000")).toEqual(["order", "30000", null]);
    const { event } = await read("school", deal("dealStatusChanged", { status: "part_payed", payedValue: null }));
    expect([event.type, event.money.amount, event.money.paidTotal]).toEqual(["order", "30000", null]);
  });

  it("a payment told by the order's whole price is the one that the webhook tells", async () => {
    const paid = async (query: string): Promise<unknown> => {
      const { event } = await read("school", { query: `gc_user_id=77&event=payment&number=1001&${query}` });
      return [event.type, event.money.amount, event.money.paidTotal, event.key];
    };
    expect(await paid("cost_money_value=400")).toEqual(["payment", null, "400", "order:1001:paid:400"]);
    expect(await paid("cost_money=400%20руб.&amount=")).toEqual(["payment", null, "400", "order:1001:paid:400"]);
    expect(await paid("cost_money=400&amount=100")).toEqual(["payment", "100", null, null]);
    expect(await paid("cost_money=много")).toEqual(["payment", null, null, null]);
  });

  it("a part payment that tells its own sum is that sum, whatever else is left of the order", async () => {
    const part = async (query: string): Promise<unknown> => {
      const { event } = await read("school", { query: `gc_user_id=77&event=payment&number=1001&status=part_payed&${query}` });
      return [event.type, event.money.amount, event.money.paidTotal];
    };
    expect(await part("amount=500&cost_money=1000&left_cost_money=500")).toEqual(["payment", "500", null]);
    expect(await part("sum=500&left_cost_money=200")).toEqual(["payment", "500", null]);
    expect(await part("amount=&cost_money=1000&left_cost_money=400")).toEqual(["payment", null, "600"]);
  });

  it("an address named `order` that says that money has come in tells a payment; without money it is the order it is named", async () => {
    const told = async (query: string): Promise<unknown> => {
      const { event } = await read("school", { query: `gc_user_id=77&number=1001&cost_money_value=400&${query}`, path: "order" });
      return [event.type, event.money.amount ?? event.money.paidTotal, event.key];
    };
    expect(await told("status=new&payed_money=0")).toEqual(["order", "400", "order:1001"]);
    expect(await told("status=part_payed&payed_money=100")).toEqual(["payment", "100", "order:1001:paid:100"]);
    expect(await told("status=payed&payed_money=400")).toEqual(["payment", "400", "order:1001:paid:400"]);
    expect(await told("status=payed")).toEqual(["order", "400", "order:1001"]);
    expect(await told("status=in_work&payed_money=100")).toEqual(["order", "400", "order:1001"]);
  });

  it("D-06 zero order: paid with nothing is an order of 0, not a payment", async () => {
    const { event } = await read("school", { query: "gc_user_id=605&event=payment&order=O4&cost=0" });
    expect(event).toMatchObject({ type: "order", money: { amount: "0" } });
  });
});

describe("GetCourse webhooks of set-uri", () => {
  it("vector 12: dealPaid and dealStatusChanged of one payment are one fact, and a replay is the same fact", async () => {
    const paid = await read("school", { body: paidBody });
    const changed = await read("school", { body: changedBody });
    expect(paid.event).toMatchObject({
      type: "payment",
      order: "1001",
      status: "payed",
      money: { amount: null, paidTotal: "396.5", currency: "RUB" },
    });
    expect(ids(paid.event)).toEqual(["email=ivan@example.com", GC_USER].toSorted());
    expect(changed.fact).toEqual(paid.fact);
    expect(paid.fact.windowMs).toBeNull();
    expect(paid.event.eventAt).toBeNull();
  });

  it("the false clock `ts` is no part of a fact: another order with the same ts is another fact", async () => {
    const one = await read("school", { body: paidBody });
    const other = await read("school", { body: paidBody.replace("1001", "1002").replace('"456"', '"457"') });
    const later = await read("school", { body: paidBody.replace("10:52:21Z", "11:52:21Z") });
    expect(other.fact.key).not.toBe(one.fact.key);
    expect(later.fact).toEqual(one.fact);
  });

  it("a message of Chatium code is read like the bare body, one in common names like a backend's", async () => {
    const inner = (JSON.parse(paidBody) as { json: object }).json;
    const bare = await read("school", { json: { json: inner } });
    const { eventType: _told, ...data } = inner as { eventType: string };
    const signed = await read("school", {
      json: { type: "event://getcourse/dealPaid", timestamp: "2026-03-01T10:00:00Z", data },
    });
    expect({ ...signed.event, fields: {} }).toEqual({ ...bare.event, fields: {} });
    const common = await read("school", {
      json: { type: "registration", timestamp: "2026-03-01T10:00:00Z", data: { email: "a@b.ru", telegram_id: 7, gc_user_id: 5 } },
    });
    expect(common.event).toMatchObject({ type: "registration", fields: {} });
    expect(ids(common.event)).toEqual(["email=a@b.ru", "gc_user_id@school.getcourse.ru=5", "telegram_id=7"]);
    expect(new Date(common.event.eventAt ?? 0).toISOString()).toBe("2026-03-01T10:00:00.000Z");
  });

  it("vector 13: the one-key envelope is unwrapped, a body with anything beside it is not", async () => {
    const inner: unknown = (JSON.parse(paidBody) as { json: unknown }).json;
    const wrapped = await read("school", { body: paidBody });
    const bare = await read("school", { json: inner });
    expect(bare.event).toEqual(wrapped.event);
    const beside = await read("school", { json: { json: inner, x: 1 } });
    expect(ids(beside.event)).toEqual([]);
    expect(beside.event.type).not.toBe("payment");
  });

  it("vector 14: a free order is an order of 0 whatever the webhook is called", async () => {
    for (const name of ["dealPaid", "dealStatusChanged", "dealCreated"]) {
      const { event, fact } = await read("school", deal(name, { cost: 0, payedValue: 0, isPayed: 0, status: "payed" }));
      expect(event).toMatchObject({ type: "order", money: { amount: "0" } });
      expect(fact).toMatchObject({ key: "order:1001", state: "order|0|RUB" });
    }
  });

  it('vector 15: the status "false" is a fake order', async () => {
    const { event } = await read("school", deal("dealStatusChanged", { status: "false" }));
    expect(event).toMatchObject({ type: "rejected", status: "false", order: "1001" });
  });

  it("D-07 part payments: every total is a payment of its own, the final pair is one", async () => {
    const first = await read("school", deal("dealStatusChanged", { status: "part_payed", payedValue: 10000 }));
    const last = await read("school", deal("dealPaid", { status: "payed", payedValue: 30000 }));
    const twin = await read("school", deal("dealStatusChanged", { status: "payed", payedValue: 30000 }));
    expect(first.event).toMatchObject({ type: "payment", money: { amount: null, paidTotal: "10000" } });
    expect(last.event).toMatchObject({ type: "payment", money: { amount: null, paidTotal: "30000" } });
    expect(first.fact.key).not.toBe(last.fact.key);
    expect(twin.fact).toEqual(last.fact);
  });

  it.each(["", '"gcId":null,', '"gcId":"",'])(
    "the user's id is read from `account:user` where gcId is missing: %s",
    async (gcId) => {
      const { event } = await read("school", { body: paidBody.replace('"gcId":124091828,', gcId) });
      expect(ids(event)).toContain(GC_USER);
    },
  );

  it("a new contact is a registration", async () => {
    const { event } = await read("school", {
      json: { eventType: "getcourse/contact/created", user: { gcId: 5, email: "n@n.ru" } },
    });
    expect(event.type).toBe("registration");
    expect(ids(event)).toEqual(["email=n@n.ru", "gc_user_id@school.getcourse.ru=5"]);
  });

  it("a dialog's event_id is a kind of event, not an idempotency id; the path names the event", async () => {
    const { event, fact } = await read("school", { body: dialogBody, path: "helpdesk" });
    expect(event).toMatchObject({ type: "helpdesk", message: "Здравствуйте" });
    expect(ids(event)).toContain(GC_USER);
    expect(fact.windowMs).toBe(1_000);
    expect((await read("school", { body: dialogBody })).event.type).toBe("dialog");
  });
});
