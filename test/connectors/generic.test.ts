import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RECEIVED_AT, WORKED_CONFIG, ids, read } from "../kit/intake.ts";

describe("the common field names", () => {
  it("reads every name of the contract", async () => {
    const key = `k_${"Ab".repeat(11)}`;
    const json = {
      event: "order",
      event_id: "e1",
      event_at: "2026-03-01T10:00",
      tg: 1,
      max_id: 2,
      vk_id: 3,
      client_id: 4,
      lead_id: 5,
      person_id: 6,
      gc_user_id: 7,
      user_id: 8,
      player_id: 9,
      email: "A@b.ru",
      phone: "8 900 111 22 33",
      key,
      click: "c1",
      clickid: "K1",
      tid: "t1",
      deal_number: "D1",
      sum: "12,50",
      currency: "usd",
      status: "new",
      utm_source: "VK",
      link: "vk1",
      visitor: "v1",
      user_agent: "UA",
      first_name: "И",
      last_name: "П",
      username: "ip",
      fields: { city: "Казань" },
      tracker: { geo: "RU" },
      color: "red",
      start: "ref_55",
    };
    const { event } = await read("site", { json });
    expect(ids(event)).toEqual([
      "click=c1",
      "clickid@site=K1",
      "client_id@294495=4",
      "email=a@b.ru",
      "gc_user_id@school.getcourse.ru=7",
      `key=${key}`,
      "lead_id@7=5",
      "max_id=2",
      "person_id@biz=6",
      "phone=+79001112233",
      "telegram_id=1",
      "user_id@site=8",
      "visitor=v1",
      "vk_id=3",
    ]);
    expect(event).toMatchObject({
      type: "order",
      eventAt: Date.UTC(2026, 2, 1, 7),
      tid: "t1",
      order: "D1",
      money: { amount: "12.5", currency: "USD" },
      status: "new",
      utm: { utm_source: "vk" },
      link: "vk1",
      userAgent: "UA",
      profile: { first_name: "И", last_name: "П", username: "ip" },
      fields: { city: "Казань", color: "red", utm_source: "VK", player_id: "9" },
      tracker: { geo: "RU" },
      start: "ref_55",
    });
  });

  it("an id whose owner cannot be known stays a field (two networks: whose player?)", async () => {
    expect((await read("site", { json: { player_id: 9, user_id: 1 } })).event.fields).toEqual({ player_id: "9" });
  });

  it("a strange vendor is not believed about another's ids, a claim is not proof", async () => {
    const proofs = async (id: string): Promise<string[]> =>
      (await read(id, { json: { telegram_id: 1, gc_user_id: 2, email: "a@b.ru" } })).event.identifiers.map(({ proof }) => proof);
    expect(await proofs("bot")).toEqual(["native", "claimed", "claimed"]);
    expect(await proofs("school")).toEqual(["claimed", "native", "claimed"]);
  });

  it("the path names the event before the body; letter case of names is forgiven", async () => {
    expect((await read("site", { json: { event: "order", Email: "A@b.ru" }, path: "signup" })).event).toMatchObject({
      type: "registration",
    });
    expect(ids((await read("bot", { query: "ChatID=5&EMAIL=a%40b.ru" })).event)).toEqual(["email=a@b.ru", "telegram_id=5"]);
  });

  it("of two spellings that differ in letter case alone the body's is read, and one that tells nothing hides none", async () => {
    const both = await read("bot", { query: "email=q%40b.ru&city=Omsk", json: { Email: "b@b.ru", City: "Tomsk" } });
    expect(ids(both.event)).toEqual(["email=b@b.ru"]);
    expect(both.event.fields).toMatchObject({ city: "Tomsk" });
    const empty = await read("bot", { json: { telegram_id: "", Telegram_ID: "5", TELEGRAM_ID: null, emails: ["", "x"] } });
    expect(ids(empty.event)).toEqual(["telegram_id=5"]);
    const apart = await read("bot", { json: { chatId: "5", Color: "red", color: "blue" } });
    expect(apart.event.fields).toMatchObject({ Color: "red", color: "blue" });
  });

  it("body wins over query in any spelling of one thing, whatever the order of preference; a mapping outranks both", async () => {
    const { event } = await read("bot", {
      query: "telegram_id=203&amount=5&clickid=Q1&tid=Q2&email=q%40b.ru",
      json: { chat_id: "204", sum: "7", sub1: "B1", transaction_id: "B2", mail: "b@b.ru" },
    });
    expect(ids(event)).toEqual(["clickid@bot=B1", "email=b@b.ru", "telegram_id=204"]);
    expect(event).toMatchObject({ tid: "B2", money: { amount: "7" } });
    const unusable = await read("bot", { query: "telegram_id=203", json: { chat_id: "{chat_id}" } });
    expect(ids(unusable.event)).toEqual(["telegram_id=203"]);
    expect(ids((await read("bot", { query: "chat_id=204&telegram_id=203" })).event)).toEqual(["telegram_id=203"]);
    expect(ids((await read("bot", { json: { chat_id: "204", telegram_id: "203" } })).event)).toEqual(["telegram_id=203"]);
    const wrapped = await read("meta", { query: "telegram_id=203", json: { script_request_params: { tg: "204" } } });
    expect(ids(wrapped.event)).toEqual(["telegram_id=204"]);
    const mapped = await read("binomo", { query: "their_sum=5&event=sale", json: { sum: "7" } });
    expect(mapped.event.money.amount).toBe("5");
  });

  it("a negative payment gives back what was bought, and takes out of a balance where there are balances", async () => {
    const json = { event: "payment", amount: "-100", tid: "t1", order: "O1", gc_user_id: 7 };
    for (const id of ["site", "bot", "meta", "school"]) {
      expect((await read(id, { json })).event, id).toMatchObject({ type: "refund", money: { amount: "100" } });
    }
    for (const id of ["chat", "tracker", "onewin"]) {
      expect((await read(id, { json })).event, id).toMatchObject({ type: "withdrawal", money: { amount: "100" } });
    }
  });

  it("emoji that are joined and words that need a joiner stay whole in texts, and nothing hides in an id", async () => {
    const texts = { message: "семья 👨‍👩‍👧 и 👩🏽‍💻", first_name: "می‌خواهم", fields: { flag: "🏳️‍🌈" } };
    const { event } = await read("site", { json: { ...texts, last_name: "Ива\u200Dнов\u200B\u200D", user_id: "9\u200D0" } });
    expect(event).toMatchObject({ message: texts.message, fields: texts.fields });
    expect(event.profile).toMatchObject({ first_name: texts.first_name, last_name: "Иванов" });
    expect(ids(event)).toEqual(["user_id@site=90"]);
  });

  it("order number 1 and the answer yes are values, no flags that name an event", async () => {
    const { event } = await read("school", { query: "email=a@b.ru&order=1&status=payed&payed_money=100" });
    expect(event).toMatchObject({ type: "payment", order: "1", key: "order:1:paid:100" });
    expect((await read("bot", { json: { client_id: 5, message: "Yes" } })).event).toMatchObject({
      type: "identify",
      message: "Yes",
    });
    expect((await read("site", { json: { user_id: 5, order: true } })).event.type).toBe("order");
    expect((await read("site", { json: { user_id: 5, Order: 1 } })).event).toMatchObject({ order: "1", type: "identify" });
    expect((await read("bot", { json: { client_id: 5, Message: "Yes" } })).event.message).toBe("Yes");
  });

  it("a list of one value is that value, a list of several names nobody", async () => {
    const { event } = await read("site", {
      json: { email: ["a@b.ru"], Phone: ["89001112233"], user_id: [1, 2], utm_source: ["VK"] },
    });
    expect(ids(event)).toEqual(["email=a@b.ru", "phone=+79001112233"]);
    expect(event).toMatchObject({ utm: { utm_source: "vk" }, fields: { "user_id.0": "1", "user_id.1": "2" } });
    expect(ids((await read("site", { query: "clickid[0]=x" })).event)).toEqual(["clickid@site=x"]);
  });

  it("a start is the same with and without the word before it", async () => {
    const click = "c_AbCdEfGh12345678";
    for (const start of [click, `/start ${click}`, `/START@my_bot  ${click} `]) {
      const { event } = await read("site", { json: { tg: 1, start } });
      expect([event.start, ...ids(event)], start).toEqual([click, `click=${click}`, "telegram_id=1"]);
    }
    expect((await read("site", { json: { tg: 1, start: "/start" } })).event.start).toBeNull();
  });

  it("a click inside a text is the start: WhatsApp has no other place for it", async () => {
    const click = "c_AbCdEfGh12345678";
    for (const start of [`Здравствуйте (${click})`, `${click}. Хочу на курс`]) {
      const { event } = await read("bot", { json: { tg: 1, start } });
      expect([event.start, ...ids(event)], start).toEqual([click, `click=${click}`, "telegram_id=1"]);
    }
    for (const start of [`ref_${click}`, `${click}9`, `${click}-promo`])
      expect(ids((await read("bot", { json: { tg: 1, start } })).event), start).toEqual(["telegram_id=1"]);
  });

  it("start becomes a click only in our form", async () => {
    expect(ids((await read("bot", { json: { tg: 1, start: "c_AbCdEfGh12345678" } })).event)).toContain(
      "click=c_AbCdEfGh12345678",
    );
    expect(ids((await read("bot", { json: { tg: 1, start: "c_short" } })).event)).toEqual(["telegram_id=1"]);
    expect(ids((await read("onewin", { query: "sub1=c_AbCdEfGh12345678&event=sale" })).event)).toEqual([
      "click=c_AbCdEfGh12345678",
    ]);
  });

  it("a delivery that says nothing is accepted without identifiers; a refused contact alone is quarantined", async () => {
    expect((await read("bot", { query: "" })).verdict.verdict).toBe("accepted");
    expect((await read("bot", { json: { event: "test" } })).verdict.verdict).toBe("accepted");
    expect((await read("bot", { json: { phone: "123" } })).verdict).toEqual({
      verdict: "quarantined",
      cause: "invalid",
      field: "phone",
    });
    expect((await read("bot", { json: { tg: "-100123456" } })).verdict).toEqual({
      verdict: "quarantined",
      cause: "invalid",
      field: "tg",
    });
  });

  it("N-02 bad phones beside a good id are dropped with their causes, the event stays", async () => {
    for (const [phone, cause] of [
      ["123", "invalid"],
      ["+70000000000", "blocked"],
      ["0", "blocked"],
      ["{phone}", "unresolved_macro"],
    ]) {
      const { event, verdict } = await read("bot", { json: { tg: 1, phone } });
      expect(verdict.verdict).toBe("accepted");
      expect(event.dropped).toEqual([{ field: "phone", cause }]);
    }
  });

  it("N-06 money: an unreadable amount or currency costs itself, an absurd clock costs the time", async () => {
    const json = { event: "payment", amount: "many", currency: "US", event_at: "2027-01-01" };
    const { event, verdict } = await read("bot", { json });
    expect(event).toMatchObject({ money: { amount: null }, eventAt: null });
    expect(event.dropped).toEqual([
      { field: "amount", cause: "bad_amount" },
      { field: "currency", cause: "bad_currency" },
      { field: "event_at", cause: "bad_time" },
    ]);
    expect(verdict.verdict).toBe("accepted");
  });

  it("secrets among the fields are masked", async () => {
    const { event } = await read("site", {
      json: { user_id: 1, api_key: "S3CRET", nested: { token: "S3CRET", url: "https://x.ru/?pin=1234&a=1" } },
    });
    expect(JSON.stringify(event)).not.toMatch(/S3CRET|1234/);
    expect(event.fields["nested.url"]).toBe("https://x.ru/?pin=••••&a=1");
  });

  it("a backend's {type, data} envelope is read like a flat body", async () => {
    const { event } = await read("site", {
      json: { type: "user.created", timestamp: "2026-03-01T10:00:00Z", data: { user_id: 31, email: "a@b.ru" } },
    });
    expect(ids(event)).toEqual(["email=a@b.ru", "user_id@site=31"]);
    expect(event).toMatchObject({ type: "registration", eventAt: Date.UTC(2026, 2, 1, 10) });
  });

  it("no body makes any connection throw, and what it gives is always whole", async () => {
    const word = fc.constantFrom(
      "event",
      "email",
      "phone",
      "tg",
      "clickid",
      "amount",
      "event_at",
      "client",
      "client.id",
      "is_input",
      "deal",
      "update_id",
      "message",
      "__proto__",
      "constructor",
      "json",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.string({ maxLength: 12 }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.dictionary(word, tie("tree")),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    const connections = fc.constantFrom(...WORKED_CONFIG.connections.keys());
    await fc.assert(
      fc.asyncProperty(connections, fc.dictionary(word, tree), async (id, json) => {
        const { event, fact } = await read(id, { json });
        expect(JSON.parse(JSON.stringify(event))).toEqual(event);
        expect(event.type).not.toBe("");
        expect(fact.key).not.toBe("");
      }),
      { numRuns: 150 },
    );
  });
});

describe("our own facts", () => {
  it("a click line takes its link's UTM and the tracker's click id", async () => {
    const { event, fact } = await read("links", {
      json: { event: "click", click: "c1", visitor: "v1", link: "vk1", subid: "KS1" },
    });
    expect(ids(event)).toEqual(["click=c1", "clickid@tracker=KS1", "visitor=v1"]);
    expect(event).toMatchObject({
      type: "click",
      link: "vk1",
      utm: { utm_source: "vk", utm_medium: "cpc", utm_campaign: "spring" },
    });
    expect(fact.key).toBe("click:c1");
  });

  it("K-04 preview robots: a click by a preview is one, a start by the same agent is not", async () => {
    const agent = "TelegramBot (like TwitterBot)";
    expect(
      (await read("links", { json: { event: "click", click: "cP", visitor: "vP", link: "vk1", user_agent: agent } })).verdict
        .verdict,
    ).toBe("preview");
    expect((await read("bot", { json: { event: "bot_start", tg: 1, user_agent: agent } })).verdict.verdict).toBe("accepted");
  });

  it("a login line is proof of the messenger account and of the site's user", async () => {
    const { event } = await read("login", { json: { event: "login", telegram_id: "1001", user_id: "9001", site: "site" } });
    expect(event.type).toBe("login");
    expect(event.identifiers).toEqual([
      { type: "telegram_id", scope: "", value: "1001", proof: "proved" },
      { type: "user_id", scope: "site", value: "9001", proof: "proved" },
    ]);
    expect(event.eventAt ?? RECEIVED_AT).toBe(RECEIVED_AT);
  });
});
