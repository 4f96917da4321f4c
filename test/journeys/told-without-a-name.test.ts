import { beforeEach, describe, expect, it } from "vitest";
import { call, click, openWorkspace, postback, read, settled, tell, timeline, TOLD_TO_TRACKER, who } from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

type Story = { status: string; cause: string | null; deliveries: unknown[] };
const unboundMoney = async (): Promise<string> =>
  (await read<{ money: { unbound: string } }>("/v1/report?from=2020-01-01&to=2100-01-01")).money.unbound;

const PAID = "number=1001&status=payed&payed_money=500&cost_money_value=500";
const WEBHOOK = {
  user: { id: "1368:77", gcId: 77, email: "ivan@example.com" },
  deal: { id: "456", number: 1001, cost: 500, currency: "RUB", status: "payed", isPayed: 1, payedValue: 500 },
  eventType: "getcourse/dealPaid",
};

vendorsSay();
beforeEach(() => openWorkspace(TOLD_TO_TRACKER));

describe("one fact told with and without whose it is", { timeout: 60_000 }, () => {
  it("a payment that came without anybody is its person's once it is told again with them, counted once, its rules run", async () => {
    const nobody = await call("school", `email=&phone=&${PAID}`);
    await settled();
    expect(await unboundMoney()).toBe("500.00");
    expect((await call("school", `email=&phone=&${PAID}`)).outcome).toBe("duplicate");
    const named = await tell("school", WEBHOOK);
    expect(named).toMatchObject({ status: 202, outcome: "accepted" });
    expect(named.id).not.toBe(nobody.id);
    await settled();
    expect((await who("gc_user_id", "77")).net).toBe("500.00");
    expect(await unboundMoney()).toBe("0.00");
    expect((await read<Story>(`/v1/events/${named.id}`)).deliveries).toHaveLength(1);
    expect(await tell("school", { ...WEBHOOK, eventType: "getcourse/dealStatusChanged" })).toMatchObject({
      outcome: "duplicate",
      id: named.id,
    });
    expect((await call("school", `email=&phone=&${PAID}`)).outcome).toBe("duplicate");
  });

  it.each([{}, { event_id: "e1" }])("the same before anything is bound, and for a transaction id: %o", async (id) => {
    await tell("p1", { event: "payment", client_id: "", tid: "t1", amount: "5", ...id });
    const named = { event: "payment", client_id: "500", tid: "t1", amount: "5", ...id };
    expect((await tell("p1", named)).outcome).toBe("accepted");
    expect((await tell("p1", named)).outcome).toBe("duplicate");
    await settled();
    expect((await who("client_id", "500")).net).toBe("5.00");
    expect(await unboundMoney()).toBe("0.00");
  });

  it("a telling that names somebody and no sum does not cost the sum that was told without anybody", async () => {
    await tell("p1", { event: "payment", tid: "t1", amount: "5" });
    expect((await tell("p1", { event: "payment", client_id: "500", tid: "t1" })).outcome).toBe("duplicate");
    await settled();
    expect(await unboundMoney()).toBe("5.00");
    expect((await tell("p1", { event: "payment", client_id: "500", tid: "t1", amount: "5" })).outcome).toBe("accepted");
    await settled();
    expect((await who("client_id", "500")).net).toBe("5.00");
  });

  it("another amount of a known transaction that names nobody stays with its person, however often", async () => {
    await tell("p1", { event: "payment", client_id: "500", tid: "t1", amount: "50" });
    for (const amount of ["70", "90"]) {
      await settled();
      expect((await tell("p1", { event: "payment", tid: "t1", amount })).outcome).toBe("accepted");
    }
    expect((await tell("p1", { event: "payment", tid: "t1", amount: "95" })).outcome).toBe("accepted");
    expect((await tell("p1", { event: "payment", tid: "t1", amount: "95" })).outcome).toBe("duplicate");
    await settled();
    const person = await who("client_id", "500");
    expect(person.net).toBe("95.00");
    expect((await timeline(person.id)).map(({ amount, counted }) => [amount, counted])).toEqual([
      ["50", false],
      ["70", false],
      ["90", false],
      ["95", true],
    ]);
    expect(await unboundMoney()).toBe("0.00");
  });

  it("a rejection by the transaction id alone is its person's, and waits for the click that the payment named", async () => {
    await postback("onewin", "sub1=abc&event=deposit&amount=50&transaction_id=t1");
    await postback("onewin", "sub1=abc&event=deposit&amount=60&transaction_id=t2");
    await settled();
    await postback("onewin", "event=rejected&transaction_id=t1");
    await postback("onewin", "event=deposit&amount=65&transaction_id=t2");
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    await settled();
    const person = await who("telegram_id", "1");
    expect(person.net).toBe("65.00");
    const money = (await timeline(person.id)).filter(({ type }) => type === "payment" || type === "rejected");
    expect(money.map(({ type, amount, counted }) => [type, amount, counted])).toEqual([
      ["payment", "50", false],
      ["payment", "60", false],
      ["payment", "65", true],
      ["rejected", undefined, true],
    ]);
  });

  it("in a pseudonymous workspace too", async () => {
    await openWorkspace({ workspace: { name: "x", currency: "RUB", privacy: "pseudonymous" } });
    await tell("p1", { event: "payment", email: "a@x.ru", click: click("k"), tid: "t1", amount: "50" });
    await settled();
    await tell("p1", { event: "payment", tid: "t1", amount: "70" });
    await settled();
    expect((await who("email", "a@x.ru")).net).toBe("70.00");
  });
});
