import { describe, expect, it } from "vitest";
import { connectionOf, lineOf, nextOf, planOf, refusalOf, replyOf, told } from "../kit/destination.ts";
import { personOf } from "../kit/facts.ts";

const BOT = { kind: "salebot", project: "294495", group: "my_bot", api_key: "KEY" };
const bot = connectionOf("bot", BOT);
const message = { message: "gc_paid" };
const contacts = personOf([
  ["email", "ivan@example.com"],
  ["phone", "+79990000000"],
]);
const client = personOf([
  ["client_id", "11", "other-project", 9],
  ["client_id", "22222222", "294495", 1],
  ["telegram_id", "11111111"],
  ["email", "ivan@example.com"],
]);

describe("requests", () => {
  it("vector 17: a callback by e-mail, extras become variables", async () => {
    const parameters = { message: "gc_paid", deal_number: "1001", amount: "396.5" };
    const plan = await planOf({ connection: bot, action: "callback", parameters, person: contacts });
    expect(plan.request).toEqual({
      method: "POST",
      url: "https://chatter.salebot.pro/api/KEY/callback",
      headers: { "content-type": "application/json" },
      body: '{"client_email":"ivan@example.com","message":"gc_paid","deal_number":"1001","amount":"396.5"}',
    });
  });

  it("vector 18: a Telegram callback", async () => {
    const plan = await planOf({ connection: bot, action: "tg_callback", parameters: message, person: client });
    expect(lineOf(plan.request)).toBe(
      'POST https://chatter.salebot.pro/api/KEY/tg_callback {"message":"gc_paid","user_id":"11111111","group_id":"my_bot"}',
    );
  });

  it("a client known by a messenger's id alone is written to by that id, in the bot's own group", async () => {
    const known = personOf([["telegram_id", "11111111"]]);
    const plan = await planOf({ connection: bot, action: "broadcast", parameters: { message: "Привет" }, person: known });
    expect(lineOf(plan.request)).toBe(
      'POST https://chatter.salebot.pro/api/KEY/broadcast {"platform_ids":["11111111"],"group_id":"my_bot","message":"Привет"}',
    );
    expect(await refusalOf({ connection: bot, action: "broadcast", parameters: message, person: contacts })).toMatch(
      /^no_address/,
    );
  });

  it("vector 19: variables of the client and of the deal", async () => {
    const parameters = { variables: { "client.email": "ivan@example.com", utm_source: "tg" } };
    const plan = await planOf({ connection: bot, action: "save_variables", parameters, person: client });
    expect(lineOf(plan.request)).toBe(
      'POST https://chatter.salebot.pro/api/KEY/save_variables {"client_id":22222222,"variables":{"client.email":"ivan@example.com","utm_source":"tg"}}',
    );
  });

  it.each([
    ["callback", '{"client_id":22222222,"message":"gc_paid","user_id":"1","group_id":"9","sum":5}'],
    [
      "tg_callback",
      '{"message":"gc_paid","user_id":"11111111","group_id":"my_bot","client_id":"2","client_email":"x@y.ru","sum":5}',
    ],
  ])("%s goes to the person, whatever its variables are called", async (action, body) => {
    const parameters = { ...message, client_id: "2", client_email: "x@y.ru", user_id: "1", group_id: "9", sum: 5 };
    const plan = await planOf({ connection: bot, action, parameters, person: client });
    expect(plan.request.body).toBe(body);
  });

  it("vector 20: the universal form of a callback is only another spelling of client_id", async () => {
    const plan = await planOf({ connection: bot, action: "callback", parameters: { message: "hi" }, person: client });
    expect(plan.request.body).toBe('{"client_id":22222222,"message":"hi"}');
  });

  it.each([
    ["https://chatter.salebot.pro /api", "https://chatter.salebot.pro/api/KEY/callback"],
    ["https://chatter.salebot.pro", "https://chatter.salebot.pro/api/KEY/callback"],
    ["http://127.0.0.1:9000/salebot/", "http://127.0.0.1:9000/salebot/api/KEY/callback"],
  ])("vector 21: base %s", async (base_url, url) => {
    const connection = connectionOf("bot", { ...BOT, base_url, api_key: " KEY\n" });
    const plan = await planOf({ connection, action: "callback", parameters: message, person: client });
    expect(plan.request.url).toBe(url);
  });

  it("the client of this project is addressed, not the newest of another", async () => {
    const plan = await planOf({ connection: bot, action: "message", parameters: message, person: client });
    expect(plan.request.body).toBe('{"client_id":22222222,"message":"gc_paid"}');
  });

  it.each([
    ["callback", /^no_address/],
    ["message", /^no_address/],
    ["save_variables", /^no_address/],
    ["tg_callback", /^no_address/],
  ])("%s to nobody known there is dead before it is sent", async (action, reason) => {
    expect(await refusalOf({ connection: bot, action, parameters: message })).toMatch(reason);
  });

  it("a missing key or group is named", async () => {
    const keyless = connectionOf("bot", { ...BOT, api_key: undefined });
    expect(await refusalOf({ connection: keyless, action: "callback", person: client })).toBe("not_configured: api_key");
    const groupless = connectionOf("bot", { ...BOT, group: undefined });
    expect(await refusalOf({ connection: groupless, action: "tg_callback", person: client })).toBe("not_configured: group");
  });
});

describe("finding the client", () => {
  it("by e-mail, then by phone, then the call itself", async () => {
    const byEmail = await planOf({ connection: bot, action: "message", parameters: message, person: contacts });
    expect(lineOf(byEmail.request)).toBe(
      "GET https://chatter.salebot.pro/api/KEY/find_client_id_by_email?email=ivan%40example.com",
    );
    const byPhone = nextOf(byEmail, replyOf(404, { status: "client_not_found" }));
    expect(lineOf(byPhone.request)).toBe("GET https://chatter.salebot.pro/api/KEY/find_client_id_by_phone?phone=%2B79990000000");
    const call = nextOf(byPhone, replyOf(200, { client_id: 22222222 }));
    expect(call.request.body).toBe('{"client_id":22222222,"message":"gc_paid"}');
    expect(told(byPhone.judge(replyOf(200, { status: "client_not_found" })))).toBe(
      "dead client_not_found: no client with this contact",
    );
    expect(told(byPhone.judge(replyOf(200, {})))).toBe("dead client_not_found: no client with this contact");
    expect(told(byPhone.judge(replyOf(200, { client_id: null })))).toMatch(/^dead client_not_found/);
    expect(told(byPhone.judge(replyOf(502)))).toBe("retry http_502");
    expect(told(byPhone.judge(replyOf(200, { status: "fail", message: "invalid api_key" })))).toBe(
      "dead auth_failed: invalid api_key",
    );
  });

  it("a callback whose e-mail is unknown is tried by phone", async () => {
    const byEmail = await planOf({ connection: bot, action: "callback", parameters: message, person: contacts });
    const byPhone = nextOf(byEmail, replyOf(200, { status: "client_not_found" }));
    expect(byPhone.request.body).toBe('{"client_phone":"+79990000000","message":"gc_paid"}');
    expect(told(byPhone.judge(replyOf(404)))).toBe("dead not_found: HTTP 404");
  });
});

describe("replies", () => {
  it.each([
    [200, "ok", "delivered"],
    [200, '"ok"', "delivered"],
    [200, { status: "success" }, "delivered"],
    [200, { client_id: 1 }, "delivered"],
    [200, { status: "client_not_found" }, "dead client_not_found"],
    [200, { status: "fail", message: "нет прав" }, "dead rejected: нет прав"],
    [200, { status: "fail" }, "dead rejected: fail"],
    [200, { status: "fail", message: "invalid api_key" }, "dead auth_failed: invalid api_key"],
    [200, { success: false, message: "нет прав" }, "dead rejected: нет прав"],
    [200, { success: "false" }, "dead rejected"],
    [200, { error: "Invalid api key" }, "dead auth_failed: Invalid api key"],
    [200, { error: { message: "Invalid api key" } }, "dead auth_failed: Invalid api key"],
    [200, { error: true }, "dead rejected"],
    [200, { errors: ["нет прав"] }, "dead rejected"],
    [200, { success: "" }, "dead rejected"],
    [200, { success: true, error: "" }, "delivered"],
    [200, { ok: true, error: false }, "delivered"],
    [200, "", "dead empty_reply"],
    [200, "<html></html>", "dead unreadable_reply"],
    [200, "[]", "dead unreadable_reply"],
    [200, '{"status":"succ', "retry unreadable_reply"],
    [404, "Not Found", "dead not_found: Not Found"],
    [401, "", "dead auth_failed: HTTP 401"],
    [422, { message: "bad" }, "dead rejected: bad"],
    [429, "", "retry rate_limited +3"],
    [500, "", "retry http_500 +3"],
    [307, "", "dead redirect_refused: the address answers with a redirect, call the final one"],
    [0, "", "retry timeout"],
  ])("%i %j → %s", async (status, body, expected) => {
    const plan = await planOf({ connection: bot, action: "callback", parameters: message, person: client });
    expect(told(plan.judge(replyOf(status, body, { "retry-after": "3" })))).toBe(expected);
  });
});
