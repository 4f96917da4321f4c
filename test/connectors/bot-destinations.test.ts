import { describe, expect, it } from "vitest";
import { connectionOf, eventOf, lineOf, nextOf, planOf, refusalOf, replyOf, told } from "../kit/destination.ts";
import { personOf } from "../kit/facts.ts";

const UUID = "51edc052-f7a2-4650-8085-d04abb38de5e";
const chat = connectionOf("chat", { kind: "chatterfy", postback_id: UUID, webhook_id: "55833627" });
const sale = eventOf({ amount: "50", currency: "USD", tid: "tx-77", clickids: { chat: "test123" } });

describe("Chatterfy", () => {
  it("vector 24: a first deposit", async () => {
    const parameters = { event: "sale", fields: { last_deposit: "50", user_id: "987" } };
    const plan = await planOf({ connection: chat, action: "tracker_postback", parameters, event: sale });
    expect(lineOf(plan.request)).toBe(
      `GET https://api.chatterfy.ai/api/postbacks/${UUID}/tracker-postback?clickid=test123&tracker.event=sale&tracker.cost=50&tracker.currency=usd&tracker.tid=tx-77&fields.last_deposit=50&fields.user_id=987`,
    );
  });

  it("a withdrawal's negative cost, given by the rule, stands instead of the event's and not beside it", async () => {
    const parameters = { event: "withdrawal", tracker: { cost: "-50", geo: "KZ" } };
    const plan = await planOf({ connection: chat, action: "tracker_postback", parameters, event: sale });
    expect(new URL(plan.request.url).search).toBe(
      "?clickid=test123&tracker.event=withdrawal&tracker.cost=-50&tracker.currency=usd&tracker.tid=tx-77&tracker.geo=KZ",
    );
  });

  it("vector 25: switching a step", async () => {
    const plan = await planOf({
      connection: chat,
      action: "update_dialog",
      parameters: { step_id: "046050f6-38f6-4b18-b9fa-e6582f5352d0", status: "auto", fields: { userBalance: "5000" } },
      person: personOf([["telegram_id", "1227280"]]),
    });
    expect(lineOf(plan.request)).toBe(
      "GET https://app.chatterfy.ai/api/bots/webhooks/55833627/updateDialog?chatId=1227280&stepId=046050f6-38f6-4b18-b9fa-e6582f5352d0&status=auto&fields.userBalance=5000",
    );
  });

  it("the prefix of dialogue fields and the base address are settings; values are encoded", async () => {
    const connection = connectionOf("chat", {
      kind: "chatterfy",
      webhook_id: "w",
      field_prefix: "details",
      base_url: "http://127.0.0.1:1/cf",
    });
    const person = personOf([["telegram_id", "1"]]);
    const plan = await planOf({ connection, action: "update_dialog", parameters: { fields: { n: "a&b c" } }, person });
    expect(plan.request.url).toBe("http://127.0.0.1:1/cf/api/bots/webhooks/w/updateDialog?chatId=1&details.n=a%26b%20c");
  });

  it("half a sign, as a cut text ends in one, is sent as the sign for what is unreadable", async () => {
    const person = personOf([["telegram_id", "1"]]);
    const plan = await planOf({ connection: chat, action: "update_dialog", parameters: { fields: { n: "a\ud83d" } }, person });
    expect(plan.request.url).toMatch(/fields\.n=a%EF%BF%BD$/);
  });

  it("the click this bot issued wins over the event's; without money no cost is told", async () => {
    const person = personOf([
      ["clickid", "mine", "chat"],
      ["clickid", "foreign", "tracker", 9],
    ]);
    const event = eventOf({ clickids: { tracker: "foreign" } });
    const plan = await planOf({
      connection: chat,
      action: "tracker_postback",
      parameters: { event: "registration" },
      person,
      event,
    });
    expect(plan.request.url).toContain("?clickid=mine&tracker.event=registration");
    expect(plan.request.url).not.toContain("cost");
    const fallback = await planOf({ connection: chat, action: "tracker_postback", parameters: { event: "x" }, event });
    expect(fallback.request.url).toContain("?clickid=foreign&");
  });

  it("who has neither click nor chat cannot be told about", async () => {
    expect(await refusalOf({ connection: chat, action: "tracker_postback", parameters: { event: "sale" } })).toMatch(
      /^no_address/,
    );
    expect(await refusalOf({ connection: chat, action: "update_dialog" })).toMatch(/^no_address/);
  });

  it.each([
    [200, "", "delivered"],
    [204, "", "delivered"],
    [200, { success: true }, "delivered"],
    [200, { success: false, message: "unknown step" }, "dead rejected: unknown step"],
    [200, { success: 0, message: "unknown step" }, "dead rejected: unknown step"],
    [200, { ok: "0" }, "dead rejected"],
    [200, { status: false, message: "unknown step" }, "dead rejected: unknown step"],
    [200, { status: "Failed" }, "dead rejected"],
    [200, { error: "unknown step" }, "dead rejected: unknown step"],
    [200, { error: { message: "unknown step" } }, "dead rejected: unknown step"],
    [200, { error: true }, "dead rejected"],
    [200, { error: null, status: 200 }, "delivered"],
    [200, { error: "", success: 1 }, "delivered"],
    [200, { error: "0", status: "auto" }, "delivered"],
    [200, { success: true, error: "no such field, left out" }, "delivered"],
    [400, { message: "chatId is required" }, "dead rejected: chatId is required"],
    [404, { message: "Not Found" }, "dead not_found: Not Found"],
    [302, "", "dead redirect_refused: the address answers with a redirect, call the final one"],
    [503, "", "retry http_503"],
  ])("replies %i %j → %s", async (status, body, expected) => {
    const plan = await planOf({ connection: chat, action: "tracker_postback", parameters: { event: "sale" }, event: sale });
    expect(told(plan.judge(replyOf(status, body)))).toBe(expected);
  });
});

describe("Metabot", () => {
  const meta = connectionOf("meta", { kind: "metabot", bot_id: "42", alias: "notify/new user", api_token: "JWT" });

  it("calls the bot's own endpoint, its slashes kept", async () => {
    const plan = await planOf({ connection: meta, action: "call", parameters: { params: { text: "hi", n: 1 } } });
    expect(plan.request).toEqual({
      method: "POST",
      url: "https://app.metabot24.com/api/v1/bots/42/call/notify/new%20user",
      headers: { "content-type": "application/json", Authorization: "Bearer JWT" },
      body: '{"script_request_params":{"text":"hi","n":1}}',
    });
  });

  it("runs a script for the lead of this bot", async () => {
    const person = personOf([
      ["lead_id", "7", "41", 9],
      ["lead_id", "8", "42"],
    ]);
    const parameters = { script_code: "paid", params: { sum: "50" } };
    const plan = await planOf({ connection: meta, action: "run_script", parameters, person });
    expect(lineOf(plan.request)).toBe(
      'POST https://app.metabot24.com/api/v1/bots/42/jobs/schedule {"script_code":"paid","lead_id":"8","run_after_sec":0,"script_request_params":{"sum":"50"}}',
    );
    expect(await refusalOf({ connection: meta, action: "run_script", parameters })).toMatch(/^no_address/);
    for (const alias of ["../jobs/schedule", "a/ .. /b", "."])
      expect(await refusalOf({ connection: meta, action: "call", parameters: { alias } })).toBe("address_refused");
  });

  it("the proof's header is a setting", async () => {
    const connection = connectionOf("meta", {
      kind: "metabot",
      bot_id: "1",
      alias: "a",
      api_token: "T",
      token_header: "Authentication",
    });
    const plan = await planOf({ connection, action: "call" });
    expect(plan.request.headers).toMatchObject({ Authentication: "Bearer T" });
  });

  it.each([
    [200, "", "delivered"],
    [200, { anything: 1 }, "delivered"],
    [200, { success: false, error: "no lead" }, "dead rejected: no lead"],
    [401, { message: "Unauthenticated." }, "dead auth_failed: Unauthenticated."],
    [429, "", "retry rate_limited"],
  ])("replies %i %j → %s", async (status, body, expected) => {
    expect(told((await planOf({ connection: meta, action: "call" })).judge(replyOf(status, body)))).toBe(expected);
  });
});

describe("Telegram", () => {
  const tg = connectionOf("tg", { kind: "telegram", bot_token: "123456:TEST-TOKEN" });
  const person = personOf([["telegram_id", "11111111"]]);
  const send = (parameters: Readonly<Record<string, unknown>> = { text: "Привет" }) =>
    planOf({ connection: tg, action: "send_message", parameters, person });

  it("sends a text with link previews off", async () => {
    expect(lineOf((await send()).request)).toBe(
      'POST https://api.telegram.org/bot123456:TEST-TOKEN/sendMessage {"chat_id":"11111111","text":"Привет","link_preview_options":{"is_disabled":true}}',
    );
  });

  it("U8, U9: a code to copy and a link as inline buttons", async () => {
    const plan = await send({
      text: "<code>482913</code>",
      parse_mode: "HTML",
      buttons: [[{ text: "482 913", copy_text: "482913" }], { text: "Войти", url: "https://go.example/?buid=x" }],
    });
    expect(JSON.parse(plan.request.body ?? "")).toEqual({
      chat_id: "11111111",
      text: "<code>482913</code>",
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
      reply_markup: {
        inline_keyboard: [
          [{ text: "482 913", copy_text: { text: "482913" } }],
          [{ text: "Войти", url: "https://go.example/?buid=x" }],
        ],
      },
    });
  });

  it("follows a group that became a supergroup, once", async () => {
    const moved = replyOf(400, {
      ok: false,
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: -100400 },
    });
    const next = nextOf(await send(), moved);
    expect(next.request.body).toContain('"chat_id":"-100400"');
    expect(told(next.judge(moved))).toMatch(/^dead rejected/);
  });

  it.each([
    [200, { ok: true, result: {} }, "delivered"],
    [
      429,
      { ok: false, error_code: 429, description: "Too Many Requests: retry after 5", parameters: { retry_after: 5 } },
      "retry rate_limited: Too Many Requests: retry after 5 +5",
    ],
    [
      403,
      { ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" },
      "dead forbidden: Forbidden: bot was blocked by the user",
    ],
    [401, { ok: false, error_code: 401, description: "Unauthorized" }, "dead auth_failed: Unauthorized"],
    [404, { ok: false, error_code: 404, description: "Not Found" }, "dead auth_failed: Not Found"],
    [
      400,
      { ok: false, error_code: 400, description: "Bad Request: chat not found" },
      "dead rejected: Bad Request: chat not found",
    ],
    [200, { ok: false, error_code: 400, description: "lie" }, "dead rejected: lie"],
    [502, { ok: false, error_code: 502, description: "Bad Gateway" }, "retry http_502: Bad Gateway"],
    [502, "<html>", "retry http_502"],
    [200, '{"ok":tr', "retry unreadable_reply"],
    [200, "", "dead unreadable_reply"],
    [0, "", "retry timeout"],
  ])("vector 33: %i %j → %s", async (status, body, expected) => {
    expect(told((await send()).judge(replyOf(status, body)))).toBe(expected);
  });

  it("the token never shows in a reason", async () => {
    const verdict = (await send()).judge(replyOf(400, { ok: false, description: "bad /bot123456:TEST-TOKEN/sendMessage" }));
    expect(told(verdict)).toBe("dead rejected: bad /bot••••/sendMessage");
  });
});
