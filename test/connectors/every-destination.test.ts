/** What holds for every action of every vendor, whatever a rule gives it. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionNames, actionOf } from "../../src/connectors/actions.ts";
import type { Addressee } from "../../src/domain/delivery.ts";
import { NOW, connectionOf, eventOf, planOf, refusalOf, replyOf, told } from "../kit/destination.ts";
import { personOf } from "../kit/facts.ts";
import { SITE_SECRET } from "../kit/sign.ts";

const FULL = {
  school: { kind: "getcourse", account: "school.getcourse.ru", api_key: "KEY", fields: { salebot_id: "SB id" } },
  tech: { kind: "getcourse", account: "school.getcourse.ru", api: "tech", api_key: "KEY", dev_key: "DEV" },
  chatium: {
    kind: "getcourse",
    account: "school.getcourse.ru",
    api: "chatium",
    api_key: "KEY",
    chatium_url: "https://c.example/x",
  },
  bot: { kind: "salebot", project: "1", group: "bot", api_key: "KEY" },
  chat: { kind: "chatterfy", postback_id: "P", webhook_id: "W" },
  meta: { kind: "metabot", bot_id: "7", business: "biz", api_token: "T", alias: "hook" },
  tg: { kind: "telegram", bot_token: "1:T" },
  tracker: { kind: "keitaro", url: "https://tr.example", postback_key: "K" },
  site: {
    kind: "site",
    origin: "https://school.example",
    secret: [SITE_SECRET],
    webhook_url: "https://school.example/hook",
  },
  out: { kind: "http", url: "https://crm.example/in" },
} as const;

const HOSTS: Readonly<Record<keyof typeof FULL, readonly string[]>> = {
  school: ["school.getcourse.ru"],
  tech: ["school.getcourse.ru"],
  chatium: ["school.getcourse.ru", "c.example"],
  bot: ["chatter.salebot.pro"],
  chat: ["api.chatterfy.ai", "app.chatterfy.ai"],
  meta: ["app.metabot24.com"],
  tg: ["api.telegram.org"],
  tracker: ["tr.example"],
  site: ["school.example"],
  out: ["crm.example"],
};

const everybody: Addressee = personOf(
  [
    ["telegram_id", "11"],
    ["client_id", "22", "1"],
    ["lead_id", "33", "7"],
    ["person_id", "44", "biz"],
    ["gc_user_id", "55", "school.getcourse.ru"],
    ["clickid", "c1", "chat"],
    ["clickid", "c2", "tracker"],
    ["email", "a@b.ru"],
    ["phone", "+79990000000"],
  ],
  { first_name: "Иван" },
);

const PARAMETERS =
  "fields user session system groups deal deal_number message text buttons params variables tracker event status tid step_id body headers method script_id run_at add_tags".split(
    " ",
  );

const IDS = Object.keys(FULL) as (keyof typeof FULL)[];
const ACTIONS = IDS.flatMap((id) => actionNames(FULL[id].kind).map((action) => [id, action] as const));

describe("every action", () => {
  it.each(ACTIONS)(
    "%s.%s says the same twice, to its vendor's own host, in headers that can be sent, whatever the rule gives",
    async (id, action) => {
      const connection = connectionOf(id, FULL[id]);
      const names = fc.constantFrom(...PARAMETERS);
      await fc.assert(
        fc.asyncProperty(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), async (parameters) => {
          const input = {
            connection,
            parameters,
            person: everybody,
            event: eventOf({ amount: "5", currency: "USD", tid: "t1", utm: { utm_source: "vk" } }),
            deliveryId: "dlv_1",
            now: NOW,
          };
          const [one, two] = [await actionOf(connection.kind, action)?.(input), await actionOf(connection.kind, action)?.(input)];
          if (!one?.ok || !two?.ok) {
            expect(one).toEqual(two);
            expect(one?.ok === false && one.error.reason).toMatch(/^(rejected|not_configured|no_address|address_refused)\b/);
            return;
          }
          const { request } = one.value;
          expect(request).toEqual(two.value.request);
          expect(HOSTS[id]).toContain(new URL(request.url).host);
          expect(request.method === "GET" && request.body !== null).toBe(false);
          expect(() => new Headers(request.headers)).not.toThrow();
          expect(request.url + (request.body ?? "")).not.toMatch(/undefined|\[object Object\]/);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each([
    ["school", "upsert_user", "api_key", "api_key"],
    ["school", "upsert_deal", "api_key", "api_key"],
    ["school", "set_fields", "api_key", "api_key"],
    ["tech", "set_fields", "dev_key", "dev_key"],
    ["chatium", "set_fields", "chatium_url", "chatium_url"],
    ["bot", "callback", "api_key", "api_key"],
    ["bot", "message", "api_key", "api_key"],
    ["bot", "save_variables", "api_key", "api_key"],
    ["bot", "tg_callback", "api_key", "api_key"],
    ["bot", "tg_callback", "group", "group"],
    ["bot", "broadcast", "api_key", "api_key"],
    ["bot", "broadcast", "group", "group"],
    ["chat", "tracker_postback", "postback_id", "postback_id"],
    ["chat", "update_dialog", "webhook_id", "webhook_id"],
    ["meta", "call", "api_token", "api_token"],
    ["meta", "call", "alias", "alias"],
    ["meta", "run_script", "api_token", "api_token"],
    ["meta", "run_script", "alias", "script_code"],
    ["tg", "send_message", "bot_token", "bot_token"],
    ["tracker", "postback", "postback_key", "postback_key"],
    ["site", "webhook", "webhook_url", "webhook_url"],
    ["site", "webhook", "secret", "secret"],
    ["out", "request", "url", "url"],
  ] as const)("%s.%s without its %s is dead at once and names %s", async (id, action, missing, named) => {
    const connection = connectionOf(id, { ...FULL[id], [missing]: undefined });
    const parameters = { fields: { a: "1" }, event: "sale" };
    expect(await refusalOf({ connection, action, parameters, person: everybody })).toBe(`not_configured: ${named}`);
  });
});

describe("a refusal's words", () => {
  it.each([
    ["one word", "x".repeat(40_000)],
    ["the beginnings of many addresses", "a@".repeat(1_000)],
    ["one address without an end", `${"x".repeat(20_000)}@${"y".repeat(20_000)}`],
  ])("are read at once, be they %s", async (_, words) => {
    const plan = await planOf({ connection: connectionOf("tg", FULL.tg), action: "send_message", person: everybody });
    const began = performance.now();
    plan.judge(replyOf(400, { ok: false, error_code: 400, description: words }));
    await scheduler.wait(1);
    expect(performance.now() - began).toBeLessThan(500);
  });

  it("show no address of anybody, however it is written", async () => {
    const plan = await planOf({ connection: connectionOf("tg", FULL.tg), action: "send_message", person: everybody });
    const description = "<x@y.ru>, anna.b@mail.school.example. me@x.ru;you@y.ru x@y";
    expect(told(plan.judge(replyOf(400, { ok: false, error_code: 400, description })))).toBe(
      "dead rejected: <•••>, •••. •••;••• x@y",
    );
  });
});

describe("GetCourse", () => {
  it.each([
    [
      { dev_key: "DEV", chatium_url: "https://c.example/x" },
      "https://school.getcourse.ru/pl/api/v1/user/get-custom-fields?email=a%40b.ru",
    ],
    [{ chatium_url: "https://c.example/x" }, "https://c.example/x"],
    [{}, "https://school.getcourse.ru/pl/api/users"],
    [{ dev_key: "DEV", api: "legacy" }, "https://school.getcourse.ru/pl/api/users"],
  ])("%j writes fields by the best way it has", async (settings, url) => {
    const connection = connectionOf("school", { ...FULL.school, ...settings });
    const plan = await planOf({
      connection,
      action: "set_fields",
      parameters: { fields: { salebot_id: "5" } },
      person: everybody,
    });
    expect(plan.request.url).toBe(url);
  });

  it.each(["school", "tech", "chatium"] as const)("%s has nothing to write when no field has a value", async (id) => {
    const connection = connectionOf(id, FULL[id]);
    const parameters = { fields: { a: "", b: null } };
    expect(await refusalOf({ connection, action: "set_fields", parameters, person: everybody })).toBe(
      "rejected: no fields to write",
    );
  });

  it.each([
    ["school", personOf([["phone", "+79990000000"]]), null],
    ["tech", personOf([["gc_user_id", "55", "school.getcourse.ru"]]), null],
    ["tech", personOf([["gc_user_id", "55", "other.getcourse.ru"]]), "no_address"],
    ["tech", personOf([["phone", "+79990000000"]]), "no_address"],
    ["chatium", personOf([["phone", "+79990000000"]]), "no_address"],
    ["school", personOf(), "no_address"],
  ] as const)("%s finds its user by what that way can look up: %j", async (id, person, refusal) => {
    const connection = connectionOf(id, FULL[id]);
    const reason = await refusalOf({ connection, action: "set_fields", parameters: { fields: { a: "1" } }, person });
    expect(reason?.split(":")[0] ?? null).toBe(refusal);
  });

  it("creates a user with groups, names, UTM and its fields by title, and a deal without touching the card", async () => {
    const connection = connectionOf("school", FULL.school);
    const parameters = { groups: ["Новые"], fields: { salebot_id: "5" }, user: { city: "Омск" }, session: { utm_term: "x" } };
    const event = eventOf({ utm: { utm_source: "vk" } });
    const params = async (action: string, given: object): Promise<unknown> => {
      const plan = await planOf({ connection, action, parameters: { ...given }, person: everybody, event });
      return JSON.parse(
        new TextDecoder().decode(
          Uint8Array.from(atob(new URLSearchParams(plan.request.body ?? "").get("params") ?? ""), (c) => c.codePointAt(0) ?? 0),
        ),
      );
    };
    expect(await params("upsert_user", parameters)).toEqual({
      user: {
        email: "a@b.ru",
        phone: "+79990000000",
        first_name: "Иван",
        city: "Омск",
        group_name: ["Новые"],
        addfields: { "SB id": "5" },
      },
      system: { refresh_if_exists: 1 },
      session: { utm_source: "vk", utm_term: "x" },
    });
    const deal = { deal_number: "1001", deal_status: "payed", fields: { salebot_id: "5" }, system: { multiple_offers: 1 } };
    expect(await params("upsert_deal", { ...deal, session: { utm_source: "tg" } })).toEqual({
      user: { email: "a@b.ru" },
      system: { multiple_offers: 1 },
      deal: { deal_number: "1001", deal_status: "payed", addfields: { "SB id": "5" } },
      session: { utm_source: "tg" },
    });
  });
});

describe("Metabot's script", () => {
  it.each([
    [{ script_id: "9" }, { script_id: "9", run_after_sec: 0 }],
    [
      { script_code: "welcome", run_after_sec: "60" },
      { script_code: "welcome", run_after_sec: 60 },
    ],
    [{ run_at: "2026-03-01 12:00" }, { script_code: "hook", run_at: "2026-03-01 12:00" }],
    [
      { run_after_sec: "soon", add_tags: ["a"], remove_tags: ["b"] },
      { script_code: "hook", run_after_sec: 0, add_tags: ["a"], remove_tags: ["b"] },
    ],
  ])("%j runs as %j", async (parameters, expected) => {
    const plan = await planOf({
      connection: connectionOf("meta", FULL.meta),
      action: "run_script",
      parameters,
      person: everybody,
    });
    expect(JSON.parse(plan.request.body ?? "")).toEqual({ lead_id: "33", script_request_params: {}, ...expected });
  });
});
