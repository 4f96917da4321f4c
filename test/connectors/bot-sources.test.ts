import { describe, expect, it } from "vitest";
import salebotBody from "../fixtures/salebot/message.json?raw";
import groupBody from "../fixtures/telegram/group.json?raw";
import startBody from "../fixtures/telegram/start.json?raw";
import { RECEIVED_AT, ids, read } from "../kit/intake.ts";

const CLICK = "c_AbCdEfGh12345678";

/** The project webhook with other values; dots in names reach into the client. */
function salebot(changes: Record<string, unknown>): { json: unknown } {
  const body = JSON.parse(salebotBody) as Record<string, unknown> & { client: Record<string, unknown> };
  for (const [name, value] of Object.entries(changes)) {
    if (name.startsWith("client.")) body.client[name.slice(7)] = value;
    else body[name] = value;
  }
  return { json: body };
}

describe("Salebot's project webhook", () => {
  it("vector 22: ties the Telegram account to the project's client", async () => {
    const { event, verdict, fact } = await read("bot", { body: salebotBody });
    expect(ids(event)).toEqual(["client_id@294495=22222222", "telegram_id=11111111"]);
    expect(event.identifiers.every(({ proof }) => proof === "native")).toBe(true);
    expect(event).toMatchObject({
      message: "привет",
      profile: { name: "Иван" },
      fields: { tag: "promo1", group: "my_bot" },
      outgoing: false,
    });
    expect(verdict.verdict).toBe("accepted");
    expect(fact).toMatchObject({ key: "message:294495:1", state: "", windowMs: null });
  });

  it("D-01 same start three times: one message id is one fact whatever else changes", async () => {
    const facts = await Promise.all(
      [salebot({}), salebot({ delivered: 0 }), salebot({ id: 2 })].map(async (sending) => (await read("bot", sending)).fact),
    );
    expect(facts[0]).toEqual(facts[1]);
    expect(facts[2]?.key).not.toBe(facts[0]?.key);
  });

  it("a message of ours is outgoing", async () => {
    expect((await read("bot", salebot({ is_input: 0, message: "/start x" }))).event).toMatchObject({
      outgoing: true,
      type: "message",
    });
  });

  it("/start with our click, the tag of a new client, a later message of a tagged one", async () => {
    const start = (await read("bot", salebot({ message: `/start ${CLICK}` }))).event;
    expect(start).toMatchObject({ type: "bot_start", start: CLICK });
    expect(ids(start)).toContain(`click=${CLICK}`);
    const fresh = salebot({
      "client.client_type": 0,
      "client.tag": CLICK,
      "client.created_at": new Date(RECEIVED_AT - 1_000).toISOString(),
    });
    expect((await read("bot", fresh)).event).toMatchObject({ type: "bot_start", start: CLICK });
    const later = (
      await read("bot", salebot({ "client.client_type": 0, "client.tag": CLICK, "client.created_at": "2026-01-01T00:00:00Z" }))
    ).event;
    expect(later).toMatchObject({ type: "message", start: null });
    expect((await read("bot", salebot({ message: "/start", "client.tag": "" }))).event).toMatchObject({
      type: "bot_start",
      start: null,
    });
  });

  it("K-06 outside the campaign: a foreign payload is kept as text and is no click", async () => {
    const { event } = await read("bot", salebot({ message: "/start ref_55" }));
    expect(event).toMatchObject({ type: "bot_start", start: "ref_55" });
    expect(ids(event).some((id) => id.startsWith("click"))).toBe(false);
  });

  it.each([
    [0, "vk_id=11111111"],
    [20, "max_id=11111111"],
    [16, "telegram_id=11111111"],
    [10, undefined],
  ])("client_type %s", async (type, id) => {
    const found = ids((await read("bot", salebot({ "client.client_type": type }))).event).filter(
      (text) => !text.startsWith("client_id"),
    );
    expect(found).toEqual(id === undefined ? [] : [id]);
  });

  it("WhatsApp's recipient is a phone-form account; a group is nobody", async () => {
    const wa = (await read("bot", salebot({ "client.client_type": 6, "client.recepient": "79001112233" }))).event;
    expect(ids(wa)).toContain("wa_id=+79001112233");
    const group = await read("bot", salebot({ "client.recepient": "-100123456" }));
    expect(ids(group.event)).toEqual([]);
    expect(group.verdict.verdict).toBe("quarantined");
  });

  it("WhatsApp has no /start: its first text carries the link's click, and is the start", async () => {
    const click = "c_AbCdEfGh12345678";
    const text = `Здравствуйте (${click})`;
    const wa = { "client.client_type": 6, "client.recepient": "79001112233", message: text };
    const { event } = await read("bot", salebot(wa));
    expect(event).toMatchObject({ type: "bot_start", start: click, message: text });
    expect(ids(event)).toContain(`click=${click}`);
    expect((await read("bot", salebot({ ...wa, is_input: 0 }))).event).toMatchObject({ type: "message", start: null });
    expect((await read("bot", salebot({ ...wa, message: "привет" }))).event).toMatchObject({ type: "message", start: null });
    expect((await read("bot", salebot({ message: text }))).event).toMatchObject({ type: "message", start: null });
  });

  it("a client who writes by e-mail is told by the address", async () => {
    const { event } = await read("bot", salebot({ "client.client_type": 14, "client.recepient": "Ivan@Mail.ru" }));
    expect(event.identifiers).toContainEqual({ type: "email", scope: "", value: "ivan@mail.ru", proof: "claimed" });
    const block = await read("bot", { json: { platform_id: "ivan@mail.ru", client_type: 14, client_id: 5 } });
    expect(ids(block.event)).toEqual(["client_id@294495=5", "email=ivan@mail.ru"]);
  });

  it("another project's webhook on the same address keeps its clients apart", async () => {
    const [own, copied] = [await read("bot", salebot({})), await read("bot", salebot({ project_id: 777 }))];
    expect(ids(copied.event)).toContain("client_id@777=22222222");
    expect(copied.fact.key).not.toBe(own.fact.key);
  });
});

describe("Salebot's block request", () => {
  it("vector 23: JSON under a wrong label, an undefined variable is missing", async () => {
    const { event } = await read("bot", { body: '{"client_id":"22222222","email":"#{email}"}', type: "text/plain" });
    expect(ids(event)).toEqual(["client_id@294495=22222222"]);
    expect(event.dropped).toEqual([{ field: "email", cause: "unresolved_macro" }]);
  });

  it("platform_id is the messenger's id", async () => {
    expect(ids((await read("bot", { json: { platform_id: 111, client_id: 5 } })).event)).toEqual([
      "client_id@294495=5",
      "telegram_id=111",
    ]);
    expect(ids((await read("bot", { json: { platform_id: 111, client_type: 0 } })).event)).toEqual(["vk_id=111"]);
  });
});

describe("Chatterfy's Send Webhook", () => {
  it("a custom field has one name in both of the vendor's spellings", async () => {
    const { event } = await read("chat", { query: "chatId=123&details.refID=12345&fields.userBalance=5000" });
    expect(event.fields).toEqual({ refID: "12345", userBalance: "5000" });
  });

  it("vector 26: chat, click and date; an empty username is absent", async () => {
    const { event, fact } = await read("chat", {
      query: "subid=test123&username=&chatid=123&startdialogue=2024-03-10T17:49:32.806Z",
    });
    expect(ids(event)).toEqual(["clickid@chat=test123", "telegram_id=123"]);
    expect(event).toMatchObject({ type: "bot_start", eventAt: Date.UTC(2024, 2, 10, 17, 49, 32, 806), profile: {} });
    expect(fact.key).toBe("start:123:1710092972806");
  });

  it.each(["subid=%7Btracker.clickid%7D&chatid=123", "subid=&chatid=123"])(
    "vector 27: a lead without a campaign is known by the chat only (%s)",
    async (query) => {
      const { event, verdict } = await read("chat", { query });
      expect(ids(event)).toEqual(["telegram_id=123"]);
      expect(verdict.verdict).toBe("accepted");
    },
  );

  it("our recipe's step webhook is a start at its own time; every step is heard", async () => {
    const query = (step: string): string => `chatid=123&clickid=abc&username=ivan&step=${step}&started=2026-03-10T11:00:00.000Z`;
    const [one, two] = [await read("chat", { query: query("s1") }), await read("chat", { query: query("s2") })];
    expect(one.event).toMatchObject({ type: "bot_start", eventAt: Date.UTC(2026, 2, 10, 11), fields: { step: "s1" } });
    expect(two.fact.key).not.toBe(one.fact.key);
    const named = await read("chat", { query: query("s1"), path: "bot_start" });
    expect(named.event).toMatchObject({ type: "bot_start", eventAt: one.event.eventAt });
    expect((await read("chat", { query: query("s1"), path: "order" })).event).toMatchObject({ type: "order", eventAt: null });
  });

  it("a named event at its own time", async () => {
    const query = "event=bot_start&event_at=2026-03-05T17:50&chatId=1011&clickid=CHX&utm_source=TGAds&utm_campaign=Spring";
    const { event } = await read("chat", { query });
    expect(event).toMatchObject({
      type: "bot_start",
      eventAt: Date.UTC(2026, 2, 5, 14, 50),
      utm: { utm_source: "tgads", utm_campaign: "spring" },
      fields: { utm_source: "TGAds" },
    });
  });
});

describe("Metabot", () => {
  it("a lead of the bot and a person above it, nested or flat", async () => {
    const expected = ["lead_id@7=100", "person_id@biz=200", "telegram_id=300"];
    expect(ids((await read("meta", { json: { lead_id: 100, person_id: 200, telegram_id: 300 } })).event)).toEqual(expected);
    const nested = { script_request_params: { event: "reg", lead: { id: 100 }, person: { id: 200 }, tg: 300 } };
    const { event } = await read("meta", { json: nested });
    expect(ids(event)).toEqual(expected);
    expect(event.type).toBe("registration");
  });
});

describe("Telegram updates", () => {
  it("vector 30: a start carries its payload, exact ids and its own time", async () => {
    const { event, fact } = await read("tg", { body: startBody });
    expect(ids(event)).toEqual([`click=${CLICK}`, "telegram_id=9007199254740993"]);
    expect(event).toMatchObject({
      type: "bot_start",
      start: CLICK,
      eventAt: 1_773_136_800_000,
      profile: { first_name: "Иван", username: "ivan_t", locale: "ru" },
    });
    expect(fact).toMatchObject({ key: "update:870123456", keepDays: 2 });
    const other = await read("tg", { body: startBody.replace(CLICK, "AbC-_0123") });
    expect(other.event).toMatchObject({ type: "bot_start", start: "AbC-_0123" });
  });

  it("vector 29: one update_id is one fact, whatever else changes", async () => {
    const [one, two] = [await read("tg", { body: startBody }), await read("tg", { body: startBody.replace("/start", "hi") })];
    expect(one.fact.key).toBe(two.fact.key);
    expect(two.event.type).toBe("message");
  });

  it("a group is nobody, and its words are not kept", async () => {
    const { event } = await read("tg", { body: groupBody });
    expect(ids(event)).toEqual([]);
    expect(event).toMatchObject({ type: "group_message", message: null, profile: {} });
  });

  const update = (kind: string, body: unknown): { json: unknown } => ({ json: { update_id: 5, [kind]: body } });
  const from = { id: 42, is_bot: false, first_name: "A" };
  const chat = { id: 42, type: "private" };

  it.each([
    ["edited_message", { from, chat, date: 1_773_136_800, text: "x" }, "message_edited"],
    ["callback_query", { id: "1", from, message: { chat, date: 1_700_000_000 }, data: "buy" }, "callback"],
    ["my_chat_member", { from, chat, date: 1_773_136_800, new_chat_member: { status: "kicked" } }, "bot_blocked"],
    ["my_chat_member", { from, chat, date: 1_773_136_800, new_chat_member: { status: "member" } }, "bot_unblocked"],
    ["chat_join_request", { from, chat: { id: -100, type: "channel" }, date: 1_773_136_800 }, "chat_join_request"],
    ["poll_answer", { poll_id: "1", user: from, option_ids: [0] }, "poll_answer"],
  ])("%s %#", async (kind, body, type) => {
    const { event } = await read("tg", update(kind, body));
    expect(event.type).toBe(type);
    expect(ids(event)).toEqual(["telegram_id=42"]);
  });

  it.each([
    ["chat_member", { from, chat: { id: -100, type: "channel" }, new_chat_member: { status: "member", user: from } }],
    ["message_reaction", { user: from, chat: { id: -100, type: "supergroup" } }],
    ["poll_answer", { poll_id: "1", user: { ...from, is_bot: true }, voter_chat: { id: -100 } }],
    ["business_connection", { id: "b", user: from, user_chat_id: 42 }],
  ])("whoever is seen in a group, votes for a channel or owns the account is nobody: %s", async (kind, body) => {
    expect(ids((await read("tg", update(kind, body))).event)).toEqual([]);
  });

  it("a shared contact proves a phone only when it is the user's own", async () => {
    const contact = (userId: number): { json: unknown } =>
      update("message", { from, chat, date: 1_773_136_800, contact: { phone_number: "79001112233", user_id: userId } });
    const own = (await read("tg", contact(42))).event.identifiers.find(({ type }) => type === "phone");
    expect(own).toEqual({ type: "phone", scope: "", value: "+79001112233", proof: "proved" });
    expect(ids((await read("tg", contact(43))).event)).toEqual(["telegram_id=42"]);
  });

  it("a payment in the chat is a payment in whole units", async () => {
    const paid = { total_amount: 19900, currency: "RUB", telegram_payment_charge_id: "ch_1", invoice_payload: "course" };
    const { event } = await read("tg", update("message", { from, chat, date: 1_773_136_800, successful_payment: paid }));
    expect(event).toMatchObject({
      type: "payment",
      tid: "ch_1",
      money: { amount: "199", currency: "RUB" },
      fields: { invoice_payload: "course" },
    });
    const other = { update_id: 6, message: { from, chat, date: 1_773_136_801, successful_payment: paid } };
    const first = await read("tg", update("message", { from, chat, date: 1_773_136_800, successful_payment: paid }));
    expect((await read("tg", { json: other })).fact).toEqual(first.fact);
  });

  it("money that Telegram gave back is a refund of that charge", async () => {
    const back = { total_amount: 50, currency: "XTR", telegram_payment_charge_id: "ch_2", invoice_payload: "stars" };
    const { event } = await read("tg", update("message", { from, chat, date: 1_773_136_800, refunded_payment: back }));
    expect(event).toMatchObject({ type: "refund", tid: "ch_2", money: { amount: "50", currency: "XTR" } });
  });

  it("in a business chat the client is the person, whoever writes", async () => {
    const owner = { id: 7, is_bot: false, first_name: "Owner" };
    const said = { chat, date: 1_773_136_800, business_connection_id: "b", text: "x" };
    const { event: theirs } = await read("tg", update("business_message", { ...said, from }));
    const { event: ours } = await read("tg", update("business_message", { ...said, from: owner }));
    expect([ids(theirs), ids(ours)]).toEqual([["telegram_id=42"], ["telegram_id=42"]]);
    expect([theirs.outgoing, ours.outgoing]).toEqual([false, true]);
    expect([theirs.profile["first_name"], ours.profile]).toEqual(["A", {}]);
  });
});
