import { describe, expect, it } from "vitest";
import { RECEIVED_AT, ids, read } from "../kit/intake.ts";

describe("networks and trackers", () => {
  it("vector 36: Keitaro's numeric status is a sale of its own click", async () => {
    const { event } = await read("tracker", { query: "clickid=abc&status=1&payout=50" });
    expect(event).toMatchObject({ type: "payment", named: "sale", status: "1", money: { amount: "50" } });
    expect(ids(event)).toEqual(["clickid@tracker=abc"]);
    expect((await read("tracker", { query: "subid=abc&status=lead" })).event.type).toBe("registration");
    expect((await read("tracker", { query: "subid=abc&status=2&tid=1" })).event.type).toBe("rejected");
    expect((await read("tracker", { query: "subid=abc&status=rebill&payout=5&tid=2" })).event.named).toBe("resale");
  });

  it("Keitaro's tids are unique per click, and external_id may be our click", async () => {
    const [a, b] = [
      await read("tracker", { query: "subid=a&status=sale&payout=5&tid=2" }),
      await read("tracker", { query: "subid=b&status=sale&payout=5&tid=2" }),
    ];
    expect(a.fact.key).not.toBe(b.fact.key);
    const { event } = await read("tracker", { query: "subid=a&external_id=c_AbCdEfGh12345678&status=sale" });
    expect(ids(event)).toEqual(["click=c_AbCdEfGh12345678", "clickid@tracker=a"]);
  });

  it("Keitaro's own click is `subid`, whatever another system's click came with it", async () => {
    const told = await read("tracker", { query: "external_id=fb.1&subid=a&status=sale&payout=5&tid=2" });
    expect(ids(told.event)).toEqual(["clickid@tracker=a"]);
    expect(told.event.fields["external_id"]).toBe("fb.1");
    expect(told.fact.key).toBe((await read("tracker", { query: "subid=a&status=sale&payout=5&tid=2" })).fact.key);
    expect(ids((await read("tracker", { query: "external_id=x1&subid={subid}&status=sale" })).event)).toEqual([
      "clickid@tracker=x1",
    ]);
  });

  it("Keitaro's `cost` is what the click cost: the conversion's sum stands in `payout` or `revenue`", async () => {
    const { event } = await read("tracker", { query: "subid=a&status=sale&cost=0.3&payout=50&tid=1" });
    expect(event.money.amount).toBe("50");
    expect(event.fields["cost"]).toBe("0.3");
    expect((await read("tracker", { query: "subid=a&status=sale&cost=0&revenue=50&tid=1" })).event.money.amount).toBe("50");
    expect((await read("tracker", { query: "subid=a&status=sale&cost=7&tid=1" })).event.money.amount).toBe("7");
  });

  it("a template filled for Binom keeps its name of the currency", async () => {
    const { event } = await read("onewin", { query: "cnv_id=b1&payout=5&cnv_status=sale&cnv_currency=usd" });
    expect(event.money).toMatchObject({ amount: "5", currency: "USD" });
  });

  it("a template filled for Voluum or Binom keeps their names of click and transaction", async () => {
    const { event } = await read("onewin", { query: "cid=v1&payout=5&txid=t7&et=sale" });
    expect([event.tid, ...ids(event)]).toEqual(["t7", "clickid@chat=v1"]);
    expect(ids((await read("onewin", { query: "cnv_id=b1&payout=5&cnv_status=sale" })).event)).toEqual(["clickid@chat=b1"]);
  });

  it("vector 37: Binomo's `reg=true` is one registration per click, at any time", async () => {
    const first = await read("binomo", { query: "click_id=abc&reg=true" });
    const again = await read("binomo", { query: "click_id=abc&reg=true&rnd=2", receivedAt: RECEIVED_AT + 86_400_000 });
    expect(first.event).toMatchObject({ type: "registration" });
    expect(ids(first.event)).toEqual(["clickid@chat=abc"]);
    expect(again.fact).toEqual(first.fact);
    expect(first.fact.windowMs).toBeNull();
  });

  it("Binomo's events are freely renamed by the connection's mapping", async () => {
    const { event } = await read("binomo", { query: "click_id=abc&superrega=true" });
    expect(event.type).toBe("registration");
    expect((await read("binomo", { query: "click_id=abc&FTD=true&their_sum=12,50" })).event).toMatchObject({
      named: "sale",
      money: { amount: "12.5" },
    });
    expect((await read("binomo", { query: "click_id=abc&ftd=true&amount=5&their_sum=" })).event.money.amount).toBe("5");
    expect((await read("binomo", { query: "click_id={x}&reg=false&FTD=true" })).event.type).toBe("payment");
  });

  it("an event name of the partner's own that says true is a custom event, and hides neither a known one nor money", async () => {
    const typeOf = async (query: string): Promise<string> => (await read("binomo", { query })).event.type;
    expect(await typeOf("click_id=abc&app_installed=true")).toBe("app_installed");
    expect(await typeOf("vip=true&click_id=abc&reg=TRUE")).toBe("registration");
    expect(await typeOf("vip=false&click_id=abc")).toBe("identify");
    expect(await typeOf("topup=true&click_id=abc&amount=5")).toBe("payment");
  });

  it("vector 38: 1win's deposits are told apart by transaction id", async () => {
    const deposit = (tid: string): Promise<Awaited<ReturnType<typeof read>>> =>
      read("onewin", { query: `sub1=abc&event=deposit&amount=12,50&transaction_id=${tid}&secret=S3CRET&user_id=P77` });
    const [t1, again, t2] = [await deposit("t1"), await deposit("t1"), await deposit("t2")];
    expect(t1.event).toMatchObject({
      type: "payment",
      named: null,
      tid: "t1",
      money: { amount: "12.5" },
      fields: { secret: "••••" },
    });
    expect(ids(t1.event)).toEqual(["clickid@chat=abc", "player_id@1win=P77"]);
    expect(again.fact).toEqual(t1.fact);
    expect(t2.fact.key).not.toBe(t1.fact.key);
  });

  it("event_id is a network's event code: 1 = registration, else the transaction", async () => {
    expect((await read("onewin", { query: "sub1=abc&event_id=1&user_id=5" })).event).toMatchObject({
      type: "registration",
      tid: null,
    });
    expect((await read("onewin", { query: "sub1=abc&event_id=982&amount=5" })).event).toMatchObject({
      type: "payment",
      tid: "982",
    });
    expect((await read("site", { json: { event: "order", event_id: "982", user_id: 5 } })).fact.key).toBe("id:982");
  });

  it("vector 39: unsubstituted macros quarantine and name the sender's parameter", async () => {
    const { verdict } = await read("tracker", { query: "subid=%7Bsubacc4%7D&status=%7Bstatus%7D" });
    expect(verdict).toEqual({ verdict: "quarantined", cause: "unresolved_macro", field: "subid" });
  });

  it.each(["{sub1}", "{{tracker.clickid}}", "#{client_id}", "%7Bclickid%7D", "[CLICK_ID]", "{clickid}"])(
    "N-03 macros: a sale with clickid %s is quarantined",
    async (value) => {
      const once = await read("onewin", { query: `event=sale&amount=50&tid=x&clickid=${encodeURIComponent(value)}` });
      expect(once.verdict).toEqual({ verdict: "quarantined", cause: "unresolved_macro", field: "clickid" });
      const json = await read("onewin", { json: { event: "sale", clickid: value, amount: 50 } });
      expect(json.verdict.verdict).toBe("quarantined");
    },
  );

  it("of several placeholders that name somebody the first as sent is told", async () => {
    const query = "event={event}&clickid={sub1}&amount={amount}&tid={transaction_id}&player={user_id}";
    expect((await read("onewin", { query })).verdict).toMatchObject({ cause: "unresolved_macro", field: "clickid" });
    expect((await read("bot", { json: { email: "#{email}", tg: "#{platform_id}" } })).verdict).toMatchObject({ field: "email" });
  });

  it("a placeholder in one parameter does not hide the value in another", async () => {
    const { event, verdict } = await read("onewin", { query: "event=sale&clickid={clickid}&sub1=abc" });
    expect(ids(event)).toEqual(["clickid@chat=abc"]);
    expect(verdict.verdict).toBe("accepted");
  });

  it.each(["null", "undefined", "000"])("N-05 not a person: clickid %s is quarantined as blocked", async (value) => {
    expect((await read("onewin", { query: `event=sale&sub1=${value}` })).verdict).toEqual({
      verdict: "quarantined",
      cause: "blocked",
      field: "sub1",
    });
  });

  it("B-11 issuer scope: the click belongs to who issued it, not to who reports it", async () => {
    expect(ids((await read("onewin", { query: "sub1=abc&event=sale" })).event)).toEqual(["clickid@chat=abc"]);
    expect(ids((await read("binomo", { query: "click_id=abc&reg=true" })).event)).toEqual(["clickid@chat=abc"]);
    expect(ids((await read("old", { query: "sub1=abc&event=sale" })).event)).toEqual(["clickid@old=abc"]);
  });
});

describe("facts and duplicates", () => {
  const sale = (query: string, id = "onewin"): Promise<Awaited<ReturnType<typeof read>>> =>
    read(id, { query: `event=sale&sub1=abc&${query}` });

  it("D-02 and vector 40: without tid the same content is one fact for ten minutes", async () => {
    const [one, two, other] = [await sale("amount=50"), await sale("amount=50"), await sale("amount=51")];
    expect(one.fact).toEqual(two.fact);
    expect(one.fact.windowMs).toBe(600_000);
    expect(other.fact.key).not.toBe(one.fact.key);
  });

  it("D-03 same tid, new amount: one fact in another state; a rejection too; a refund and a registration are facts of their own", async () => {
    const [fifty, seventy] = [await sale("amount=50&tid=1"), await sale("amount=70&tid=1")];
    const rejected = await read("onewin", { query: "event=rejected&sub1=abc&tid=1&amount=50" });
    expect(seventy.fact.key).toBe(fifty.fact.key);
    expect(seventy.fact.state).not.toBe(fifty.fact.state);
    expect(rejected.fact.key).toBe(fifty.fact.key);
    expect(rejected.fact.state).not.toBe(fifty.fact.state);
    for (const event of ["refund", "registration"]) {
      expect((await read("onewin", { query: `event=${event}&sub1=abc&tid=1&amount=50` })).fact.key).not.toBe(fifty.fact.key);
    }
  });

  it.each(["conv_status=rejected", "cnv_status=trash", "event=sale&conv_status=Rejected", "status=&cnv_status=rejected"])(
    "a rejection under another tracker's name of the status is no payment: %s",
    async (words) => {
      const { event, fact } = await read("onewin", { query: `${words}&sub1=abc&tid=1&amount=50` });
      expect([event.type, fact.key]).toEqual(["rejected", (await sale("amount=50&tid=1")).fact.key]);
    },
  );

  it.each(["status=hold", "status=Pending", "conv_status=on_hold", "event=sale&status=waiting", "event=deposit&cnv_status=hold"])(
    "a conversion that the network still holds is no payment and leaves the confirmed one alone: %s",
    async (words) => {
      const { event, fact } = await read("onewin", { query: `${words}&sub1=abc&tid=1&amount=50` });
      expect([event.type, event.named]).toEqual(["hold", null]);
      expect(fact.key).not.toBe((await sale("amount=50&tid=1")).fact.key);
      expect((await read("onewin", { query: "status=approved&sub1=abc&tid=1&amount=50" })).event.type).toBe("payment");
    },
  );

  it("duplicate modes: ignore keeps the first state, new trusts only the ten-minute rule", async () => {
    const [first, changed] = [await sale("amount=50&tid=1", "old"), await sale("amount=70&tid=1", "old")];
    expect(changed.fact).toEqual(first.fact);
    const loose = await sale("amount=50&tid=1", "loose");
    expect(loose.fact.windowMs).toBe(600_000);
  });

  it("a signed delivery's webhook-id is the fact where the body names none", async () => {
    const json = { event: "order", user_id: 5 };
    expect((await read("site", { json, webhookId: "msg_1" })).fact.key).toBe("webhook:msg_1");
    expect((await read("site", { json: { ...json, event_id: "e1" }, webhookId: "msg_1" })).fact.key).toBe("id:e1");
  });

  it("a webhook-id or an event_id tells a retry also where a transaction is the fact; an event_id only of the same state", async () => {
    const json = { event: "payment", user_id: 5, tid: "1", amount: "50" };
    const toldOf = async (more: object, webhookId = "msg_1"): Promise<string | null> =>
      (await read("site", { json: { ...json, ...more }, webhookId })).fact.told;
    expect(await toldOf({})).toBe("webhook:msg_1");
    expect(await toldOf({ amount: "70" })).toBe("webhook:msg_1");
    expect(await toldOf({ tid: null })).toBeNull();
    const numbered = await toldOf({ event_id: "e1" });
    expect(await toldOf({ event_id: "e1" }, "msg_2")).toBe(numbered);
    for (const other of [{ amount: "70" }, { tid: "2" }, { event: "rejected" }])
      expect(await toldOf({ event_id: "e1", ...other })).not.toBe(numbered);
    expect((await sale("amount=50&tid=1")).fact.told).toBeNull();
  });

  it("a sum or a currency that is not told leaves the state the beginning of the one that tells it", async () => {
    const state = async (query: string): Promise<string> => (await sale(`tid=1&${query}`)).fact.state;
    expect(await state("amount=50&currency=usd")).toBe("payment|50|USD");
    expect(await state("amount=50&currency={currency}")).toBe("payment|50");
    expect(await state("amount={amount}&currency=usd")).toBe("payment");
  });

  it.each(["cost=0.05&payout=12", "payout=12&cost=0.05", "revenue=12&cost=0.05", "cost=12"])(
    "a tracker's own cost of the click is no sum beside one: %s",
    async (sums) => {
      expect((await sale(`tid=1&${sums}`)).event.money.amount).toBe("12");
    },
  );

  it("a negative payment is a withdrawal", async () => {
    expect((await read("chat", { query: "tracker.event=sale&tracker.cost=-10&chatId=5" })).event).toMatchObject({
      type: "withdrawal",
      money: { amount: "10" },
    });
  });
});
