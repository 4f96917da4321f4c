import { describe, expect, it } from "vitest";
import { importPlan } from "../../src/connectors/getcourse/legacy.ts";
import { subscribePlan } from "../../src/connectors/getcourse/subscribe.ts";
import { seedError, telegramIdPlan } from "../../src/connectors/getcourse/telegram-id.ts";
import { type ConnectionOf, isKind } from "../../src/domain/config.ts";
import { connectionOf, eventOf, lineOf, nextOf, planOf, refusalOf, replyOf, told } from "../kit/destination.ts";
import { personOf } from "../kit/facts.ts";

const LEGACY = { kind: "getcourse", account: "school.getcourse.ru", api: "legacy", api_key: "KEY" };
const TECH = { ...LEGACY, api: "tech", dev_key: "DEV", api_key: "SCHOOL", fields: { salebot_id: "SB_294495_id" } };
const legacy = connectionOf("school", LEGACY);
const tech = connectionOf("school", TECH);
const ivan = personOf([["email", "ivan@example.com"]]);

function school(body: Readonly<Record<string, unknown>>): ConnectionOf<"getcourse"> {
  const connection = connectionOf("school", body);
  if (!isKind(connection, "getcourse")) throw new Error("not a school");
  return connection;
}

describe("legacy import: requests", () => {
  it("vector 1: a user with Cyrillic, byte for byte", async () => {
    const plan = await planOf({
      connection: connectionOf("school", { ...LEGACY, fields: { salebot_id: "sb_id" } }),
      action: "upsert_user",
      parameters: { fields: { telegram_id: "11111111", salebot_id: "22222222" } },
      person: personOf(
        [
          ["email", "ivan@example.com"],
          ["phone", "+79990000000"],
        ],
        { first_name: "Иван" },
      ),
      event: eventOf({ utm: { utm_source: "tg", utm_campaign: "black_friday" } }),
    });
    expect(plan.request).toEqual({
      method: "POST",
      url: "https://school.getcourse.ru/pl/api/users",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "action=add&key=KEY&params=eyJ1c2VyIjp7ImVtYWlsIjoiaXZhbkBleGFtcGxlLmNvbSIsInBob25lIjoiKzc5OTkwMDAwMDAwIiwiZmlyc3RfbmFtZSI6ItCY0LLQsNC9IiwiYWRkZmllbGRzIjp7InRlbGVncmFtX2lkIjoiMTExMTExMTEiLCJzYl9pZCI6IjIyMjIyMjIyIn19LCJzeXN0ZW0iOnsicmVmcmVzaF9pZl9leGlzdHMiOjF9LCJzZXNzaW9uIjp7InV0bV9zb3VyY2UiOiJ0ZyIsInV0bV9jYW1wYWlnbiI6ImJsYWNrX2ZyaWRheSJ9fQ%3D%3D",
    });
  });

  it.each([
    ["2: base64 with a plus", "~~~", "eyJ1c2VyIjp7ImVtYWlsIjoiYUBiLnJ1IiwiZmlyc3RfbmFtZSI6In5%2BfiJ9fQ%3D%3D"],
    ["3: base64 with a slash", "яяяя", "eyJ1c2VyIjp7ImVtYWlsIjoiYUBiLnJ1IiwiZmlyc3RfbmFtZSI6ItGP0Y%2FRj9GPIn19"],
  ])("vector %s", (_, name, params) => {
    const input = { connection: school(LEGACY), person: ivan, now: 0 };
    const { request } = importPlan(input, "users", { user: { email: "a@b.ru", first_name: name } });
    expect(request.body).toBe(`action=add&key=KEY&params=${params}`);
  });

  it.each([
    ["at the top", { deal_number: "1001", deal_status: "payed" }],
    ["under deal", { deal: { deal_number: "1001", deal_status: "payed" } }],
    ["without the prefix", { number: "1001", status: "payed" }],
  ])("vector 4: a status-only deal, its fields %s", async (_, parameters) => {
    const plan = await planOf({ connection: legacy, action: "upsert_deal", parameters, person: ivan });
    expect(plan.request.url).toBe("https://school.getcourse.ru/pl/api/deals");
    expect(plan.request.body).toBe(
      "action=add&key=KEY&params=eyJ1c2VyIjp7ImVtYWlsIjoiaXZhbkBleGFtcGxlLmNvbSJ9LCJkZWFsIjp7ImRlYWxfbnVtYmVyIjoiMTAwMSIsImRlYWxfc3RhdHVzIjoicGF5ZWQifX0%3D",
    );
    expect(plan.repeatable).toBe(true);
  });

  it("a base address keeps its path, and set_fields sends the key contact only", async () => {
    const plan = await planOf({
      connection: connectionOf("school", { ...LEGACY, base_url: "http://127.0.0.1:9000/gc/" }),
      action: "set_fields",
      parameters: { fields: { telegram_id: 1 } },
      person: personOf([
        ["phone", "+79990000000"],
        ["email", "a@b.ru"],
      ]),
    });
    expect(plan.request.url).toBe("http://127.0.0.1:9000/gc/pl/api/users");
    const params = new URLSearchParams(plan.request.body ?? "").get("params") ?? "";
    expect(JSON.parse(atob(params))).toEqual({
      user: { email: "a@b.ru", addfields: { telegram_id: "1" } },
      system: { refresh_if_exists: 1 },
    });
  });

  it.each([
    ["upsert_user", { fields: { a: "1" } }],
    ["set_fields", { fields: { a: "1" } }],
    ["upsert_deal", { deal_number: "1" }],
  ])("%s for nobody with a contact is dead before it is sent", async (action, parameters) => {
    expect(await refusalOf({ connection: legacy, action, parameters })).toMatch(/^no_address/);
  });
});

const IMPORT_REPLIES: readonly (readonly [number, unknown, string])[] = [
  [200, { success: "true", result: { success: "true", user_id: 1, user_status: "updated", error: "false" } }, "delivered"],
  [200, { success: true, result: { success: 1, error: false } }, "delivered"],
  [
    200,
    { success: true, result: { success: false, error: true, error_message: "Объект не найден" } },
    "dead not_found: Объект не найден",
  ],
  [200, { success: true, result: { success: true, error: true, error_message: "нет" } }, "dead rejected: нет"],
  [200, { success: true }, "dead rejected"],
  [200, { success: false, error: "Неавторизованное API-обращение" }, "dead auth_failed: Неавторизованное API-обращение"],
  [200, "", "dead plan_without_api: empty reply: the plan has no Import API, nothing was written"],
  [200, { success: "false", result: { error_message: "Достигнут лимит" } }, "dead quota_exhausted: Достигнут лимит"],
  [404, "Wrong subdomain", "dead unknown_account: Wrong subdomain"],
  [302, "", "dead redirect_refused: the address answers with a redirect, call the final one"],
  [
    200,
    { success: false, info: [], error_message: "Слишком много запросов", error: true, error_code: 903 },
    "retry quota: Слишком много запросов +7200",
  ],
  [
    200,
    { success: false, error_message: "Уже запущен один экспорт, попробуйте позднее", error_code: 905 },
    "retry busy: Уже запущен один экспорт, попробуйте позднее +60",
  ],
  [200, { success: false, error_message: "Файл еще не создан", error_code: 909 }, "retry pending: Файл еще не создан +60"],
  [200, { success: false, error_message: "Access denied", error_code: 901 }, "dead auth_failed: Access denied"],
  [200, { success: false, error_message: "отсутсвует параметр key", error_code: 904 }, "dead rejected: отсутсвует параметр key"],
  [
    200,
    { success: false, error_message: "Должен быть передан хотя бы один фильтр", error_code: 908 },
    "dead rejected: Должен быть передан хотя бы один фильтр",
  ],
  [
    200,
    { success: false, error_message: "Функционал недоступен", error_code: 917 },
    "dead plan_without_api: Функционал недоступен",
  ],
  [
    200,
    { success: true, result: { success: false, error_message: "Действие запрещено" } },
    "dead auth_failed: Действие запрещено",
  ],
  [200, { success: false, error: "Пустой параметр action" }, "dead redirect_refused: Пустой параметр action"],
  [200, { success: false, error: "Доступ возможен только по https" }, "dead plain_http: Доступ возможен только по https"],
  [
    200,
    { success: true, result: { success: false, error_message: "Не указан ни эл. адрес, ни телефон" } },
    "dead rejected: Не указан ни эл. адрес, ни телефон",
  ],
  [
    200,
    { success: true, result: { success: false, error_message: "Не указаны параметры" } },
    "dead rejected: Не указаны параметры",
  ],
  [200, '{"success":true,"result":{"succ', "retry unreadable_reply"],
  [200, "<html>maintenance</html>", "dead unreadable_reply"],
  [200, "null", "dead unreadable_reply"],
  [500, "oops", "retry http_500: oops"],
  [503, "", "retry http_503"],
  [403, "", "dead auth_failed: HTTP 403"],
  [0, "", "retry timeout"],
];

describe("legacy import: replies (vectors 5 and 6)", () => {
  it.each(IMPORT_REPLIES)("%i %j → %s", async (status, body, expected) => {
    const plan = await planOf({ connection: legacy, action: "set_fields", parameters: { fields: { a: "1" } }, person: ivan });
    expect(told(plan.judge(replyOf(status, body)))).toBe(expected);
  });

  it("vendor words never carry a name either", async () => {
    const named = { ...ivan, traits: { first_name: "Иван", last_name: "Ким", username: "ivan_t", plan: "gold" } };
    const plan = await planOf({ connection: legacy, action: "set_fields", parameters: { fields: { a: "1" } }, person: named });
    const error = "Ким Иван (@ivan_t) has no gold plan";
    expect(told(plan.judge(replyOf(200, { success: false, error })))).toBe("dead rejected: ••• ••• (@•••) has no gold plan");
  });

  it("vendor words never carry the key or a contact, and stay short", async () => {
    const plan = await planOf({ connection: legacy, action: "set_fields", parameters: { fields: { a: "1" } }, person: ivan });
    const secretive = connectionOf("school", { ...LEGACY, api_key: "S3CR3T-KEY" });
    const other = await planOf({ connection: secretive, action: "set_fields", parameters: { fields: { a: "1" } }, person: ivan });
    const words = `key=S3CR3T-KEY user ivan@example.com x@y.ru +7 999 000-00-00 ${"ы".repeat(1_000)}`;
    const reason = told(other.judge(replyOf(200, { success: false, error: words })));
    expect(reason).toMatch(/^dead rejected: key=•••• user ••• ••• ••• ы+$/);
    expect(reason.length).toBeLessThan(330);
    expect(told(plan.judge(replyOf(400, { message: "bad ivan@example.com" })))).toBe("dead rejected: bad •••");
  });

  it.each([
    ["with a number", { deal_number: "1001", deal_status: "payed" }, true, "retry timeout", "retry http_502"],
    [
      "without one",
      { product_title: "Курс", deal_cost: "400" },
      false,
      "dead unknown_outcome: timeout",
      "dead unknown_outcome: HTTP 502",
    ],
  ])("vector 7: a deal %s after a timeout or a broken vendor", async (_, parameters, repeatable, timeout, broken) => {
    const plan = await planOf({ connection: legacy, action: "upsert_deal", parameters, person: ivan });
    expect(plan.repeatable).toBe(repeatable);
    expect(told(plan.judge(replyOf(0)))).toBe(timeout);
    expect(told(plan.judge(replyOf(502)))).toBe(broken);
    expect(told(plan.judge(replyOf(429, "", { "retry-after": "7" })))).toBe("retry rate_limited +7");
  });

  it.each([
    [200, "<html>maintenance</html>", "unknown_outcome: HTTP 200"],
    [200, '{"success":true,"result":{"succ', "unknown_outcome: HTTP 200"],
    [201, { success: true }, "unknown_outcome: HTTP 201"],
    [200, { success: true, error: "Достигнут лимит" }, "quota_exhausted: Достигнут лимит"],
    [200, { success: true, result: { success: false } }, "rejected"],
    [200, "", "plan_without_api: empty reply: the plan has no Import API, nothing was written"],
    [403, "<html>blocked</html>", "auth_failed: HTTP 403"],
  ])(
    "a deal without a number that is answered %i %j may have been made unless the vendor says no",
    async (status, body, reason) => {
      const parameters = { product_title: "Курс", deal_cost: "400" };
      const plan = await planOf({ connection: legacy, action: "upsert_deal", parameters, person: ivan });
      expect(told(plan.judge(replyOf(status, body)))).toBe(`dead ${reason}`);
    },
  );
});

const FIELDS = { "3": { name: "Telegram_ID ", value: null }, "4": { name: "sb_294495_id", value: null } };
const found = replyOf(200, { status: true, code: 200, message: "", errors: [], data: FIELDS });
const fields = { telegram_id: "11111111", salebot_id: "22222222" };

describe("Tech API", () => {
  it("vector 8: reads by e-mail, matches titles without case, updates by number", async () => {
    const read = await planOf({ connection: tech, action: "set_fields", parameters: { fields }, person: ivan });
    expect(read.request).toEqual({
      method: "GET",
      url: "https://school.getcourse.ru/pl/api/v1/user/get-custom-fields?email=ivan%40example.com",
      headers: { authorization: "Bearer DEV_SCHOOL" },
      body: null,
    });
    const write = nextOf(read, found);
    expect(write.request).toEqual({
      method: "POST",
      url: "https://school.getcourse.ru/pl/api/v1/user/update-custom-fields",
      headers: { "content-type": "application/json", authorization: "Bearer DEV_SCHOOL" },
      body: '{"email":"ivan@example.com","customFields":{"3":"11111111","4":"22222222"}}',
    });
    const lie = { status: false, code: 404, message: "Объект не найден", errors: null, data: null };
    expect(told(write.judge(replyOf(200, lie)))).toBe("dead user_not_found: Объект не найден");
    expect(told(write.judge(replyOf(200, { status: true, code: 200, data: { result: true } })))).toBe("delivered");
  });

  it("an unknown e-mail is tried by the GetCourse number of this account", async () => {
    const person = personOf([
      ["email", "old@example.com"],
      ["gc_user_id", "77", "school.getcourse.ru"],
      ["gc_user_id", "66", "other.getcourse.ru", 9],
    ]);
    const read = await planOf({ connection: tech, action: "set_fields", parameters: { fields }, person });
    const second = nextOf(
      read,
      replyOf(404, { status: false, code: 404, message: "Объект не найден", errors: null, data: null }),
    );
    expect(second.request.url).toContain("get-custom-fields?userId=77");
    expect(nextOf(second, found).request.body).toBe('{"userId":77,"customFields":{"3":"11111111","4":"22222222"}}');
  });

  it.each([
    [replyOf(200, { status: true, code: 200, data: { "3": { name: "telegram_id" } } }), "dead field_SB_294495_id_not_found"],
    [replyOf(403, { status: false, code: 403, message: "Нет доступа", errors: [] }), "dead auth_failed: Нет доступа"],
    [replyOf(200, { status: false, code: 403, message: "Нет доступа" }), "dead auth_failed: Нет доступа"],
    [replyOf(400, { status: false, code: 400, message: "Ошибка данных", errors: ["email"] }), "dead rejected: Ошибка данных"],
    [
      replyOf(200, { status: false, code: 400, message: "Ошибка данных", errors: ["email"] }),
      "dead rejected: Ошибка данных email",
    ],
    [replyOf(200, { status: true, code: 200, data: { result: false } }), "dead rejected"],
    [replyOf(429, "", { "retry-after": "Thu, 25 Feb 2021 15:03:00 GMT" }), "retry rate_limited +50"],
    [replyOf(200, { status: false, code: 500, message: "x" }), "retry http_500: x"],
    [replyOf(200, ""), "dead unreadable_reply: empty reply"],
    [replyOf(200, '{"status":tr'), "retry unreadable_reply"],
    [replyOf(404, "<html>nginx</html>"), "dead not_found: HTTP 404"],
    [replyOf(404, "Wrong subdomain"), "dead unknown_account: Wrong subdomain"],
    [replyOf(301), "dead redirect_refused: the address answers with a redirect, call the final one"],
  ])("%j → %s", async (reply, expected) => {
    const read = await planOf({ connection: tech, action: "set_fields", parameters: { fields }, person: ivan });
    expect(told(read.judge(reply))).toBe(expected);
  });

  it("a developer key alone makes the Tech API the way to write fields, and creating a user stays an import", async () => {
    const { api: _, ...both } = TECH;
    const connection = connectionOf("school", both);
    const set = await planOf({ connection, action: "set_fields", parameters: { fields }, person: ivan });
    expect(set.request.url).toContain("/pl/api/v1/");
    const upsert = await planOf({ connection, action: "upsert_user", parameters: { fields }, person: ivan });
    expect(upsert.request.url).toBe("https://school.getcourse.ru/pl/api/users");
  });
});

it("vector 9: a subscription to paid orders", () => {
  const input = { connection: school(TECH), parameters: {}, person: ivan, event: eventOf(), deliveryId: "dlv_1", now: 0 };
  const plan = subscribePlan(input, "https://gw.example/in/gc-order/S3CRET", { object: 2, id: 3 });
  expect(lineOf(plan.request)).toBe(
    'POST https://school.getcourse.ru/pl/api/v1/set-uri {"uri":"https://gw.example/in/gc-order/S3CRET","event_object_id":2,"event_id":3}',
  );
  expect(told(plan.judge(replyOf(200, { status: true, code: 200, data: { result: true } })))).toBe("delivered");
});

describe("the customer's Chatium endpoint", () => {
  const chatium = connectionOf("school", {
    ...LEGACY,
    api: "chatium",
    chatium_url: "https://school.example/path/update_telegram_id",
  });

  it("takes the seed's body", async () => {
    const plan = await planOf({ connection: chatium, action: "set_fields", parameters: { fields }, person: ivan });
    expect(lineOf(plan.request)).toBe(
      'POST https://school.example/path/update_telegram_id {"email":"ivan@example.com","telegram_id":"11111111","sb_id":"22222222"}',
    );
  });

  it.each([
    [{ success: true }, "delivered"],
    [{ success: false, error: "user_not_found" }, "dead user_not_found"],
    [{ success: false, error: "field_telegram_id_not_found" }, "dead field_telegram_id_not_found"],
    [{ success: false, error: "internal_error" }, "retry internal_error"],
    [
      { success: false, error: "email, telegram_id и sb_id обязательны" },
      "dead rejected: email, telegram_id и sb_id обязательны",
    ],
    ["", "dead unreadable_reply"],
  ])("answers %j → %s", async (body, expected) => {
    const plan = await planOf({ connection: chatium, action: "set_fields", parameters: { fields }, person: ivan });
    expect(told(plan.judge(replyOf(200, body)))).toBe(expected);
  });
});

describe("update_telegram_id", () => {
  const input = { project: "294495", email: "a@b.ru", telegramId: "11111111", salebotId: "22222222", now: 0 };
  const missing = replyOf(404, { status: false, code: 404, message: "Объект не найден", errors: null, data: null });

  it("by the Tech API writes both fields, the second named after the project", () => {
    const plan = telegramIdPlan({ ...input, school: school({ ...LEGACY, api: "tech", dev_key: "DEV" }) });
    if (!plan.ok) throw new Error(plan.error.reason);
    expect(nextOf(plan.value, found).request.body).toBe('{"email":"a@b.ru","customFields":{"3":"11111111","4":"22222222"}}');
    expect(seedError(plan.value.judge(missing))).toBe("user_not_found");
    const one = replyOf(200, { status: true, code: 200, data: { "3": FIELDS["3"] } });
    expect(seedError(plan.value.judge(one))).toBe("field_sb_294495_id_not_found");
    const none = replyOf(200, { status: true, code: 200, data: {} });
    expect(seedError(plan.value.judge(none))).toBe("field_telegram_id_not_found");
    expect(seedError(plan.value.judge(replyOf(500)))).toBe("internal_error");
    expect(seedError(plan.value.judge(replyOf(403, { status: false, code: 403 })))).toBe("internal_error");
  });

  it("by the import writes by title and never says user_not_found", () => {
    const plan = telegramIdPlan({ ...input, school: school({ ...LEGACY, fields: { salebot_id: "sb_id" } }) });
    if (!plan.ok) throw new Error(plan.error.reason);
    const params = new URLSearchParams(plan.value.request.body ?? "").get("params") ?? "";
    expect(JSON.parse(atob(params))).toMatchObject({
      user: { email: "a@b.ru", addfields: { telegram_id: "11111111", sb_id: "22222222" } },
    });
    const refused = replyOf(200, { success: true, result: { success: false, error_message: "Объект не найден" } });
    expect(seedError(plan.value.judge(refused))).toBe("internal_error");
    expect(seedError(plan.value.judge(replyOf(200, { success: true, result: { success: true } })))).toBeNull();
  });

  it("vector 16's answers pass through from the customer's endpoint", () => {
    const plan = telegramIdPlan({ ...input, school: school({ ...LEGACY, api: "chatium", chatium_url: "https://s.example/u" }) });
    if (!plan.ok) throw new Error(plan.error.reason);
    expect(plan.value.request.body).toBe('{"email":"a@b.ru","telegram_id":"11111111","sb_id":"22222222"}');
    const answer = (error: string) => seedError(plan.value.judge(replyOf(200, { success: false, error })));
    expect(answer("user_not_found")).toBe("user_not_found");
    expect(answer("field_telegram_id_not_found")).toBe("field_telegram_id_not_found");
    expect(answer("email, telegram_id и sb_id обязательны")).toBe("internal_error");
  });

  it.each([
    [{ ...LEGACY, api: "tech" }, "not_configured: dev_key"],
    [{ ...LEGACY, api_key: undefined }, "not_configured: api_key"],
    [{ ...LEGACY, api: "chatium" }, "not_configured: chatium_url"],
  ])("%j is told as a mistake of the configuration", (body, reason) => {
    expect(telegramIdPlan({ ...input, school: school(body) })).toEqual({ ok: false, error: { reason } });
  });
});
