import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ORIGIN } from "../kit/operator.ts";
import {
  P,
  TOLD_TO_TRACKER,
  call,
  click,
  events,
  openWorkspace,
  people,
  postback,
  read,
  settled,
  tell,
  timeline,
  values,
  webhookUrl,
  who,
} from "../kit/journey.ts";
import { vendorsSay } from "../kit/vendors.ts";

const sent = vendorsSay();

beforeEach(async () => {
  sent.length = 0;
  await openWorkspace(TOLD_TO_TRACKER);
});

describe("networks', trackers' and bots' own wire formats through the real door", () => {
  it("vector 26: Chatterfy's Send Webhook", async () => {
    const { id } = await call("chatterfy1", "subid=test123&username=&chatid=123&startdialogue=2024-03-10T17:49:32.806Z");
    await settled();
    const person = await who("telegram_id", "123");
    expect((await who("clickid", "test123", "chatterfy1")).id).toBe(person.id);
    expect((await timeline(person.id))[0]).toMatchObject({ type: "bot_start", at: "2024-03-10T17:49:32.806Z" });
    expect((await read<{ normalised: { profile: object } }>(`/v1/events/${id}`)).normalised.profile).toEqual({});
  });

  it("vector 27: a lead from outside a campaign is known by its chat only", async () => {
    await call("chatterfy1", "subid=%7Btracker.clickid%7D&chatid=123&event=visit");
    await call("chatterfy1", "subid=&chatid=124&event=visit");
    await settled();
    for (const chat of ["123", "124"])
      expect((await who("telegram_id", chat)).identifiers.map(({ type }) => type)).toEqual(["telegram_id"]);
  });

  const update = (id: number, text: string): unknown => ({
    update_id: id,
    message: {
      message_id: id,
      date: 1772366400,
      text,
      from: { id: 7, is_bot: false, first_name: "Иван" },
      chat: { id: 7, type: "private" },
    },
  });
  const telegram = (body: unknown, secret: string | null = "telegram-secret-0000000000"): Promise<Response> =>
    exports.default.fetch(`${ORIGIN}/webhook/tg`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...(secret === null ? {} : { "x-telegram-bot-api-secret-token": secret }) },
    });

  it("vectors 28 and 29: Telegram's secret, and one effect per update", async () => {
    expect((await telegram(update(1, "/start"))).status).toBe(202);
    expect((await telegram(update(1, "/start"))).status).toBe(200);
    for (const secret of ["wrong", null, ""]) expect((await telegram(update(2, "x"), secret)).status).toBe(401);
    await settled();
    expect(await timeline((await who("telegram_id", "7")).id)).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });

  it("vector 30 and K-06: a start's payload is kept, ours becomes the click, another's is text", async () => {
    await telegram(update(1, "/start AbC-_0123"));
    await telegram(update(2, `/start ${click("T1")}`));
    await telegram(update(3, "/start ref_55"));
    await settled();
    const person = await who("telegram_id", "7");
    expect(values(person, "click")).toEqual([click("T1")]);
    const starts = await Promise.all(
      (await timeline(person.id)).map(({ event_id }) => read<{ normalised: { start: string } }>(`/v1/events/${event_id}`)),
    );
    expect(starts.map(({ normalised }) => normalised.start).toSorted()).toEqual(["AbC-_0123", click("T1"), "ref_55"].toSorted());
    expect(person.first_touch).toBeNull();
  });

  it("vector 36: Keitaro's status numbers", async () => {
    await tell("chatterfy1", { chatId: "1" });
    await call("keitaro1", "clickid=abc&status=1&payout=50&currency=USD&chat_id=1");
    await call("keitaro1", "clickid=abd&status=0&payout=0&chat_id=1");
    await call("keitaro1", "clickid=abe&status=2&payout=50&chat_id=1");
    await settled();
    const types = (await timeline((await who("telegram_id", "1")).id)).map(({ type }) => type).toSorted();
    expect(types).toEqual(["identify", "payment", "registration", "rejected"]);
  });

  it("vector 37: Binomo's registration counts once", async () => {
    expect(await postback("binomo", "click_id=abc&reg=true")).toEqual({ status: 200, text: "OK" });
    expect(await postback("binomo", "click_id=abc&reg=true")).toEqual({ status: 200, text: "DUPLICATE" });
    await settled();
    expect(await events("?type=registration")).toHaveLength(1);
  });

  it("vector 38: 1win's deposits by transaction id; an unknown click waits", async () => {
    await tell("chatterfy1", { chatId: "1", clickid: "abc" });
    expect((await postback("onewin", "sub1=abc&event=deposit&amount=12,50&transaction_id=t1")).text).toBe("OK");
    expect((await postback("onewin", "sub1=abc&event=deposit&amount=12,50&transaction_id=t1")).text).toBe("DUPLICATE");
    expect((await postback("onewin", "sub1=abc&event=deposit&amount=10&transaction_id=t2")).text).toBe("OK");
    expect((await postback("onewin", "sub1=unknown&event=deposit&amount=1&transaction_id=t3")).text).toBe("OK");
    await settled();
    const payments = (await timeline((await who("telegram_id", "1")).id)).filter(({ type }) => type === "payment");
    expect(payments.map(({ amount, label }) => [amount, label])).toEqual([
      ["12.5", "sale"],
      ["10", "resale#1"],
    ]);
    expect(await events("?status=unbound")).toHaveLength(1);
  });

  it("vector 38: 1win's event_id 1 is a registration, any other the transaction id", async () => {
    await postback("onewin", "sub1=abc&event_id=1&user_id=777");
    await postback("onewin", "sub1=abc&event_id=55501&amount=5&user_id=777");
    expect((await postback("onewin", "sub1=abc&event_id=55501&amount=5&user_id=777")).text).toBe("DUPLICATE");
    await settled();
    const person = await who("player_id", "777", "1win");
    expect((await timeline(person.id)).map(({ type }) => type)).toEqual(["registration", "payment"]);
  });

  it("vector 39: literal macros in id and status are refused as unsubstituted", async () => {
    const answer = await postback("keitaro1", "subid=%7Bsubacc4%7D&status=%7Bstatus%7D");
    expect(answer.text).toBe("QUARANTINED unresolved_macro subid");
    expect(await P("clickid", "{subacc4}")).toBeNull();
  });

  it("vector 40: without a transaction id the same deposit within ten minutes is one", async () => {
    expect((await postback("onewin", "event=deposit&sub1=abc&amount=50")).text).toBe("OK");
    expect((await postback("onewin", "sub1=abc&event=deposit&amount=50")).text).toBe("DUPLICATE");
    expect((await postback("onewin", "event=deposit&sub1=abc&amount=51")).text).toBe("OK");
  });

  it("transaction ids of chats that no campaign brought are counted per chat, as those of clicks are per click", async () => {
    for (const [chat, cost] of [
      ["1", "10"],
      ["2", "10"],
      ["3", "15"],
      ["3", "16"],
    ])
      await call("chatterfy1", `chatid=${chat}&clickid=&tracker.event=sale&tracker.cost=${cost}&tracker.tid=1`);
    expect((await call("chatterfy1", "chatid=2&clickid=&tracker.event=sale&tracker.cost=10&tracker.tid=1")).outcome).toBe(
      "duplicate",
    );
    await settled();
    expect([
      (await who("telegram_id", "1")).net,
      (await who("telegram_id", "2")).net,
      (await who("telegram_id", "3")).net,
    ]).toEqual(["10.00", "10.00", "16.00"]);
  });

  it("Metabot's lead and person, by JSON and by form", async () => {
    await tell("meta", { lead_id: "5", person_id: "9", telegram_id: "1" });
    await exports.default.fetch(webhookUrl("meta"), {
      method: "POST",
      body: new URLSearchParams({ lead_id: "6", person_id: "9" }),
    });
    await settled();
    expect(await people()).toHaveLength(1);
    expect((await who("lead_id", "6", "7")).id).toBe((await who("person_id", "9", "biz")).id);
  });
});
