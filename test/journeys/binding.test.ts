import { beforeEach, describe, expect, it } from "vitest";
import {
  P,
  backfill,
  click,
  openWorkspace,
  people,
  postback,
  problems,
  settled,
  tell,
  timeline,
  values,
  who,
} from "../kit/journey.ts";

const DAY1 = "2026-03-01T10:00:00Z";
const DAY2 = "2026-03-02T10:00:00Z";
const c1 = click("B1");
const c2 = click("B2");

beforeEach(() => openWorkspace());

describe("binding as an outside client sees it", () => {
  it("B-01 happy path: the click, its visitor and its tracker's id belong to who started", async () => {
    await backfill([
      ["links", DAY1, { event: "click", click: c1, visitor: "v1", link: "vk1", subid: "KS1" }],
      ["p1", "2026-03-01T10:02:00Z", { event: "bot_start", telegram_id: "1001", client_id: "500", start: c1 }],
    ]);
    await settled();
    expect(await people()).toHaveLength(1);
    const person = await who("telegram_id", "1001");
    expect((await timeline(person.id)).map(({ type }) => type)).toEqual(["click", "bot_start"]);
    for (const [type, value, scope] of [
      ["clickid", "KS1", "keitaro1"],
      ["click", c1],
      ["visitor", "v1"],
      ["client_id", "500", "P1"],
      ["key", person.key],
    ] as const)
      expect((await who(type, value, scope)).id).toBe(person.id);
    expect(person.first_touch).toMatchObject({ source: "vk / spring", link: "vk1" });
    expect(person.stages).toEqual({ click: "2026-03-01T10:00:00.000Z", bot_start: "2026-03-01T10:02:00.000Z" });
  });

  it("B-01 a click that the import recorded under a short name is the start's text too", async () => {
    await backfill([
      ["links", DAY1, { event: "click", click: "c1", visitor: "v1", link: "vk1", subid: "KS1" }],
      ["p1", "2026-03-01T10:02:00Z", { event: "bot_start", telegram_id: "1001", client_id: "500", start: "c1" }],
    ]);
    await settled();
    expect(await people()).toHaveLength(1);
    expect(await who("click", "c1")).toMatchObject({
      id: (await who("telegram_id", "1001")).id,
      first_touch: { source: "vk / spring" },
    });
  });

  it("B-02 GetCourse first, bot second: one person, both earlier keys resolve to it", async () => {
    await tell("school", { event: "payment", gc_user_id: "77", email: "Ivan@Mail.ru", order: "O1", tid: "O1-1", amount: "100" });
    await settled();
    const before = await who("gc_user_id", "77");
    await tell("p1", { telegram_id: "1010" });
    await settled();
    const bot = await who("telegram_id", "1010");
    await tell("p1", { telegram_id: "1010", client_id: "510", email: " ivan@mail.ru " });
    await settled();
    expect(await people()).toHaveLength(1);
    const person = await who("telegram_id", "1010");
    expect(person.identifiers.map(({ type, value }) => `${type}=${value}`).toSorted()).toEqual([
      "client_id=510",
      "email=ivan@mail.ru",
      "gc_user_id=77",
      "telegram_id=1010",
    ]);
    expect((await timeline(person.id)).map(({ type }) => type)).toContain("payment");
    expect((await who("key", before.key)).id).toBe(person.id);
    expect((await who("key", bot.key)).id).toBe(person.id);
    expect(person.net).toBe("100.00");
  });

  it("B-03 organic start, then a marked one: the marked one is both touches, the stage is the first start's", async () => {
    await backfill([
      ["p1", DAY1, { event: "bot_start", telegram_id: "1" }],
      ["links", DAY2, { event: "click", click: c2, link: "tg1" }],
      ["p1", "2026-03-02T10:05:00Z", { event: "bot_start", telegram_id: "1", start: c2 }],
    ]);
    await settled();
    const person = await who("telegram_id", "1");
    expect(person.first_touch?.source).toBe("tgads / spring");
    expect(person.last_touch?.source).toBe("tgads / spring");
    expect(person.stages["bot_start"]).toBe("2026-03-01T10:00:00.000Z");
    expect(await people()).toHaveLength(1);
  });

  it("B-05 a changed Salebot project: a client's number means another person in each project", async () => {
    await tell("p1", { telegram_id: "1", client_id: "500" });
    await tell("p2", { telegram_id: "1", client_id: "9001" });
    await tell("p2", { telegram_id: "2", client_id: "500" });
    await settled();
    expect(await people()).toHaveLength(2);
    expect((await who("client_id", "500", "P1")).id).toBe((await who("telegram_id", "1")).id);
    expect((await who("client_id", "500", "P2")).id).toBe((await who("telegram_id", "2")).id);
    expect((await who("client_id", "9001", "P2")).id).toBe((await who("telegram_id", "1")).id);
  });

  it("B-06 two bots, one Telegram: one person, two starts, one stage", async () => {
    await tell("p1", { event: "bot_start", telegram_id: "1", client_id: "500", bot: "a" });
    await tell("p1", { event: "bot_start", telegram_id: "1", client_id: "777", bot: "b" });
    await settled();
    expect(await people()).toHaveLength(1);
    const person = await who("telegram_id", "1");
    expect((await timeline(person.id)).filter(({ type }) => type === "bot_start")).toHaveLength(2);
    expect(Object.keys(person.stages)).toEqual(["bot_start"]);
  });

  it("B-07 a changed e-mail: both are hers, the new one comes first", async () => {
    await backfill([
      ["school", DAY1, { gc_user_id: "77", email: "old@x.ru" }],
      ["school", DAY2, { gc_user_id: "77", email: "new@x.ru" }],
    ]);
    await tell("p1", { email: "old@x.ru", event: "visit" });
    await settled();
    expect(await people()).toHaveLength(1);
    const person = await who("email", "old@x.ru");
    expect(values(person, "email")).toEqual(["new@x.ru", "old@x.ru"]);
    expect(person.id).toBe((await who("gc_user_id", "77")).id);
  });

  it("B-07 an event that only repeats the old e-mail does not make it the primary one again", async () => {
    await backfill([
      ["school", DAY1, { gc_user_id: "77", email: "old@x.ru" }],
      ["school", DAY2, { gc_user_id: "77", email: "new@x.ru" }],
      ["p1", "2026-03-03T10:00:00Z", { email: "old@x.ru", event: "visit" }],
    ]);
    await settled();
    const emails = (await who("gc_user_id", "77")).identifiers.filter(({ type }) => type === "email");
    expect(emails.map(({ value }) => value)).toEqual(["new@x.ru", "old@x.ru"]);
  });

  it("B-09 Telegram and MAX by phone: one person with both, the phone only claimed", async () => {
    await tell("p1", { telegram_id: "1", phone: "+79001112233" });
    await tell("p1", { event: "bot_start", max_id: "55", phone: "8 (900) 111-22-33" });
    await settled();
    expect(await people()).toHaveLength(1);
    const person = await who("max_id", "55");
    expect(values(person, "telegram_id")).toEqual(["1"]);
    expect(person.identifiers.find(({ type }) => type === "phone")?.proof).toBe("claimed");
  });

  it("B-11 a click id belongs to its issuer, whoever repeats it", async () => {
    await tell("chatterfy1", { chatId: "9", clickid: "abc" });
    await tell("keitaro1", { telegram_id: "8", clickid: "abc" });
    await settled();
    expect(await people()).toHaveLength(2);
    await postback("onewin", "event=reg&sub1=abc&user_id=P1");
    await postback("binomo", "click_id=abc&reg=true&uid=Q1");
    await settled();
    expect(await people()).toHaveLength(2);
    const nine = await who("telegram_id", "9");
    expect((await timeline(nine.id)).map(({ connection }) => connection).toSorted()).toEqual(["binomo", "chatterfy1", "onewin"]);
    expect((await who("player_id", "P1", "1win")).id).toBe(nine.id);
    expect((await who("clickid", "abc", "keitaro1")).id).toBe((await who("telegram_id", "8")).id);
  });
});

describe("conflicts of links and clicks", () => {
  it("C-01 forwarded deep link: the click stays, the second one's touch is its campaign, shared", async () => {
    await backfill([
      ["links", DAY1, { event: "click", click: c1, visitor: "v1", link: "vk1" }],
      ["p1", "2026-03-01T10:02:00Z", { event: "bot_start", telegram_id: "1001", start: c1 }],
      ["p1", "2026-03-01T11:02:00Z", { event: "bot_start", telegram_id: "1002", start: c1 }],
    ]);
    await settled();
    expect(await people()).toHaveLength(2);
    const [first, second] = [await who("telegram_id", "1001"), await who("telegram_id", "1002")];
    expect((await who("click", c1)).id).toBe(first.id);
    expect(second.first_touch?.source).toBe("vk / spring");
    expect((await timeline(second.id))[0]?.flags).toContain("shared");
    expect(second.stages["click"]).toBeUndefined();
    expect(await problems("conflict")).toEqual([]);
  });

  it("rule 5: a click that came before its visitor is the starter's, not the cookie's", async () => {
    await backfill([
      ["links", DAY1, { event: "click", click: c1, visitor: "v1", link: "vk1" }],
      ["links", DAY2, { event: "click", click: c2, visitor: "v1", link: "tg1" }],
      ["p1", "2026-03-02T11:00:00Z", { event: "bot_start", telegram_id: "1", start: c1 }],
      ["p1", "2026-03-02T11:05:00Z", { event: "bot_start", telegram_id: "2", start: c2 }],
    ]);
    await settled();
    expect((await who("click", c1)).id).toBe((await who("telegram_id", "1")).id);
    expect((await who("click", c2)).id).toBe((await who("telegram_id", "2")).id);
    expect((await timeline((await who("telegram_id", "2")).id)).map(({ type }) => type)).toEqual(["click", "bot_start"]);
  });

  it.each(["before", "after"])(
    "rule 5: a click takes the tracker's id that it came with to its real starter, and the sale %s the start too",
    async (place) => {
      const sale: Parameters<typeof backfill>[0][number] = [
        "keitaro1",
        "2026-03-02T11:01:00Z",
        { event: "sale", subid: "KS2", tid: "t1", amount: "50", currency: "USD" },
      ];
      const lines: Parameters<typeof backfill>[0] = [
        ["links", DAY1, { event: "click", click: c1, visitor: "v1", link: "vk1", subid: "KS1" }],
        ["p1", "2026-03-01T11:00:00Z", { event: "bot_start", telegram_id: "1", start: c1 }],
        ["links", DAY2, { event: "click", click: c2, visitor: "v1", link: "vk1", subid: "KS2" }],
        ...(place === "before" ? [sale] : []),
        ["p1", "2026-03-02T11:00:00Z", { event: "bot_start", telegram_id: "2", start: c2 }],
        ...(place === "after" ? [sale] : []),
      ];
      for (const line of lines) {
        await backfill([line]);
        await settled();
      }
      const [first, second] = [await who("telegram_id", "1"), await who("telegram_id", "2")];
      expect([(await who("clickid", "KS1")).id, (await who("clickid", "KS2")).id]).toEqual([first.id, second.id]);
      expect([first.net, second.net]).toEqual(["0.00", "4500.00"]);
      expect((await timeline(second.id)).map(({ type }) => type).toSorted()).toEqual(["bot_start", "click", "payment"]);
    },
  );

  it("rule 5: a network's player stays one buyer, though the tracker's id that told of them goes to another starter", async () => {
    const to = "https://t.me/my_bot?start={click}";
    await openWorkspace({ links: { vk1: { to, utm_source: "vk", clickids: { subid: "chatterfy1" } } } });
    const told = (at: string, event: Record<string, string>): Parameters<typeof backfill>[0][number] => [
      "onewin",
      `2026-03-02T${at}:00Z`,
      { currency: "USD", sub1: "KS2", user_id: "P1", ...event },
    ];
    const lines: Parameters<typeof backfill>[0] = [
      ["links", DAY1, { event: "click", click: c1, visitor: "v1", link: "vk1" }],
      ["p1", "2026-03-01T11:00:00Z", { event: "bot_start", telegram_id: "1", start: c1 }],
      ["links", DAY2, { event: "click", click: c2, visitor: "v1", link: "vk1", subid: "KS2" }],
      told("11:01", { event: "sale", transaction_id: "t1", amount: "50" }),
      ["p1", "2026-03-02T11:02:00Z", { event: "bot_start", telegram_id: "2", start: c2 }],
      told("11:03", { event: "sale", transaction_id: "t2", amount: "20" }),
    ];
    for (const line of lines) {
      await backfill([line]);
      await settled();
    }
    const buyer = await who("player_id", "P1", "1win");
    expect(buyer.id).toBe((await who("telegram_id", "1")).id);
    expect((await who("clickid", "KS2")).id).toBe((await who("telegram_id", "2")).id);
    expect(buyer.net).toBe("6300.00");
  });

  it("never identifiers: two persons of one tid, order number, name and username stay two", async () => {
    await tell("school", { event: "order", gc_user_id: "1", order: "77", amount: "5", username: "ivan", first_name: "Иван" });
    await tell("p1", { telegram_id: "2", order: "77", tid: "77", username: "ivan", first_name: "Иван" });
    await settled();
    expect(await people()).toHaveLength(2);
    expect(await P("telegram_id", "77")).toBeNull();
  });
});
