import { describe, expect, it } from "vitest";
import { judgeConfig } from "../../../src/domain/config/judge.ts";

const SECRETS: Readonly<Record<string, string>> = {
  SALEBOT_API_KEY: "sb-key",
  SALEBOT_TOKEN: "in-salebot",
  GETCOURSE_KEY: "gc-key",
  GETCOURSE_DEV_KEY: "gc-dev",
  GETCOURSE_TOKEN: "in-getcourse",
  CHATTERFY_TOKEN: "in-chatterfy",
  METABOT_TOKEN: "mb-token",
  METABOT_IN: "in-metabot",
  TG_BOT_TOKEN: "123456:TEST-TOKEN",
  TG_SECRET: "in-telegram",
  KEITARO_KEY: "kt key!",
  KEITARO_TOKEN: "in-keitaro",
  ONEWIN_TOKEN: "in-onewin",
  SITE_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  SAME: "in-salebot",
  PRIVATE_URL: "https://10.0.0.1",
};

const options = { local: false, secret: (name: string) => SECRETS[name] ?? null };
const LOCAL = { ...options, local: true };

/** The document of the contract, §8. */
const sample = () => ({
  workspace: { name: "Школа", time_zone: "Europe/Moscow", currency: "RUB", locale: "ru", privacy: "sealed", fx: { USD: "90" } },
  connections: {
    bot: {
      kind: "salebot",
      project: "294495",
      group: "my_bot",
      api_key: "$SALEBOT_API_KEY",
      school: "school",
      token: ["$SALEBOT_TOKEN"],
    },
    school: {
      kind: "getcourse",
      account: "school.getcourse.ru",
      api: "legacy",
      api_key: "$GETCOURSE_KEY",
      dev_key: "$GETCOURSE_DEV_KEY",
      fields: { telegram_id: "telegram_id", salebot_id: "sb_294495_id" },
      token: ["$GETCOURSE_TOKEN"],
    },
    chat: { kind: "chatterfy", postback_id: "p", webhook_id: "w", field_prefix: "fields", token: ["$CHATTERFY_TOKEN"] },
    meta: {
      kind: "metabot",
      bot_id: "1",
      business: "b",
      alias: "notify",
      api_token: "$METABOT_TOKEN",
      token: ["$METABOT_IN"],
    },
    tg: { kind: "telegram", bot_token: "$TG_BOT_TOKEN", secret_token: ["$TG_SECRET"] },
    tracker: { kind: "keitaro", url: "https://tr.example", postback_key: "$KEITARO_KEY", token: ["$KEITARO_TOKEN"] },
    onewin: { kind: "network", network: "1win", click_issuer: "chat", token: ["$ONEWIN_TOKEN"], mapping: {} },
    site: {
      kind: "site",
      origin: "https://school.example",
      return_to: ["https://school.example/auth/bot"],
      secret: ["$SITE_SECRET"],
      bot: "bot",
      webhook_url: "https://school.example/hooks/gateway",
      bot_may_register: false,
    },
    out: { kind: "http", url: "https://api.example/hook" },
  },
  links: {
    vk1: {
      to: "https://t.me/my_bot?start={click}",
      utm_source: "vk",
      clickids: { subid: "tracker" },
      costs: [{ day: "2026-03-01", amount: "3000" }],
    },
  },
  variables: { reg_link: "https://pp.example?clickid={{tracker.clickid}}" },
  rules: [
    {
      on: "sale",
      from: "onewin",
      if: { "event.utm_campaign": "spring" },
      do: [
        {
          to: "chat",
          action: "update_dialog",
          with: { step_id: "046050f6-…", status: "auto", fields: { last_deposit: "{{event.amount}}" } },
        },
      ],
    },
    { on: "resale#2", do: [{ to: "tracker", action: "postback", with: { status: "rebill" } }] },
  ],
});

/** Sets the value at a dotted path of a copy of the sample. */
function sampleWith(path: string, value: unknown): unknown {
  const document: unknown = JSON.parse(JSON.stringify(sample()));
  const steps = path.split("/");
  const last = steps.pop() ?? "";
  let target: unknown = document;
  for (const step of steps) target = typeof target === "object" && target !== null ? Reflect.get(target, step) : undefined;
  if (typeof target === "object" && target !== null) Reflect.set(target, last, value);
  return document;
}

const errorsOf = (document: unknown, where = options): Record<string, string> => {
  const judged = judgeConfig(document, where);
  return judged.ok ? {} : Object.fromEntries(judged.error.map(({ path, message }) => [path, message]));
};

const action = (to: string, name: string, parameters: unknown) => [{ on: "*", do: [{ to, action: name, with: parameters }] }];

describe("a configuration that holds", () => {
  it("the contract's sample document is accepted and keeps its $NAMEs", () => {
    const judged = judgeConfig(sample(), options);
    expect(judged).toMatchObject({
      ok: true,
      value: { connections: { bot: { api_key: "$SALEBOT_API_KEY", timeout_ms: 10_000 } } },
    });
  });

  it("an empty document is an empty workspace", () => {
    expect(judgeConfig({}, options)).toMatchObject({ ok: true, value: { rules: [], connections: {} } });
  });

  it("a bot's name is the same with the @ that messengers show before it", () => {
    const judged = judgeConfig(sampleWith("connections/bot/group", "@my_bot"), options);
    expect(judged).toMatchObject({ ok: true, value: { connections: { bot: { group: "my_bot" } } } });
  });

  it("vector 21: a stray space in an address copied from the vendor's page is taken out", () => {
    const judged = judgeConfig(sampleWith("connections/bot/base_url", "https://chatter.salebot.pro /api"), options);
    expect(judged).toMatchObject({ ok: true, value: { connections: { bot: { base_url: "https://chatter.salebot.pro/api" } } } });
  });

  it("the same value twice within one pair is a rotation in progress, not a clash", () => {
    expect(errorsOf(sampleWith("connections/bot/token", ["$SALEBOT_TOKEN", "$SAME"]))).toEqual({});
  });

  it("literal secrets, loopback and plain HTTP are for local mode", () => {
    const document = sampleWith("connections/bot", {
      kind: "salebot",
      project: 294495,
      base_url: "http://127.0.0.1:9000/salebot",
      api_key: "literal",
      token: "literal-token",
    });
    expect(errorsOf(document, LOCAL)).toEqual({});
    expect(Object.keys(errorsOf(document))).toEqual([
      "connections.bot.api_key",
      "connections.bot.token",
      "connections.bot.base_url",
    ]);
  });
});

const MISTAKES: readonly (readonly [string, unknown, string, RegExp])[] = [
  ["workspace/fx/USD", "0", "workspace.fx.USD", /a rate above zero/],
  ["workspace/fx/usd", "90", "workspace.fx.usd", /a currency code such as USD/],
  ["connections/bot/foo", 1, "connections.bot.foo", /unknown field/],
  ["foo", 1, "foo", /unknown field/],
  ["connections/bot/kind", "salesbot", "connections.bot.kind", /salebot, getcourse/],
  ["connections/bot/kind", undefined, "connections.bot.kind", /required/],
  ["connections/bot/project", undefined, "connections.bot.project", /required/],
  ["connections/bot/timeout_ms", 0, "connections.bot.timeout_ms", /at least 1/],
  ["connections/bot/in_flight", 7, "connections.bot.in_flight", /at most 6/],
  ["connections/bot/token", ["$SALEBOT_TOKEN", "$A", "$B"], "connections.bot.token", /at most 2/],
  ["connections/bot/api_key", "$NOPE", "connections.bot.api_key", /\$NOPE is not set/],
  ["connections/bot/token", ["$SALEBOT_TOKEN", "$NOPE"], "connections.bot.token.1", /\$NOPE is not set/],
  ["connections/bot/api_key", "plain-text", "connections.bot.api_key", /\$NAME/],
  ["connections/bot/api_key", "$SEAL_KEY", "connections.bot.api_key", /own key/],
  ["connections/chat/token", ["$SAME"], "connections.chat.token.0", /same value as connections.bot.token.0/],
  ["connections/site/secret", ["$KEITARO_KEY"], "connections.site.secret.0", /whsec_/],
  ["connections/bot/school", "chat", "connections.bot.school", /kind chatterfy/],
  ["connections/bot/school", "nowhere", "connections.bot.school", /no connection/],
  ["connections/site/bot", "school", "connections.site.bot", /kind getcourse/],
  ["connections/onewin/click_issuer", "nobody", "connections.onewin.click_issuer", /no connection/],
  ["connections/bot/time_zone", "Moscow", "connections.bot.time_zone", /IANA/],
  ["workspace/time_zone", "Europe/Moskva", "workspace.time_zone", /IANA/],
  ["workspace/locale", "de", "workspace.locale", /ru, en/],
  ["connections/bot/base_url", "https://10.0.0.1/x", "connections.bot.base_url", /private/],
  ["connections/bot/base_url", "$PRIVATE_URL", "connections.bot.base_url", /private/],
  ["connections/bot/base_url", "https://x.example/a?b=c", "connections.bot.base_url", /query/],
  ["connections/tracker/url", "https://[::1]/", "connections.tracker.url", /private/],
  ["connections/tracker/url", "https://tr.example/{{event.type}}", "connections.tracker.url", /rule/],
  ["connections/site/webhook_url", "http://school.example/h", "connections.site.webhook_url", /https/],
  ["connections/site/webhook_url", "https://school.example/h?who={{person.key}}", "connections.site.webhook_url", /rule/],
  ["connections/out/url", "https://crm.example/{{event.order}}", "connections.out.url", /rule/],
  ["connections/site/return_to", ["https://user@school.example/"], "connections.site.return_to.0", /user name/],
  ["connections/site/origin", "https://school.example/auth", "connections.site.origin", /origin/],
  ["connections/school/chatium_url", "ftp://school.example", "connections.school.chatium_url", /http/],
  ["connections/school/account", "169.254.169.254", "connections.school.account", /private/],
  ["connections/out/url", "https://localhost/x", "connections.out.url", /local name/],
  ["connections/out/headers", { Authorization: "Bearer abc" }, "connections.out.headers.Authorization", /\$NAME/],
  ["connections/login", { kind: "http" }, "connections.login", /reserved/],
  ["connections/a b", { kind: "http" }, "connections.a b", /bad name/],
  ["links/vk1/to", "javascript:alert(1)", "links.vk1.to", /http/],
  ["links/vk1/clickids", { subid: "gone" }, "links.vk1.clickids.subid", /no connection/],
  ["links/vk1/costs", [{ day: "2026-02-31", amount: "1" }], "links.vk1.costs.0.day", /no such day/],
  ["rules/0/from", ["onewin", "gone"], "rules.0.from.1", /no connection/],
  ["rules/0/on", "resale#0", "rules.0.on", /resale#1/],
  ["rules/0/on", ["sale", "sale#2"], "rules.0.on.1", /only resale/],
  ["rules/0/if", { amount: "1" }, "rules.0.if.amount", /event.x/],
  ["rules/0/if", { "event.type": [] }, "rules.0.if.event.type", /never/],
  ["rules/0/bar", 1, "rules.0.bar", /unknown field/],
  ["rules", action("gone", "x", {}), "rules.0.do.0.to", /no connection/],
  [
    "rules",
    action("chat", "callback", {}),
    "rules.0.do.0.action",
    /not an action of chatterfy \(tracker_postback, update_dialog\)/,
  ],
  ["rules", action("onewin", "postback", {}), "rules.0.do.0.action", /none/],
  ["rules", action("bot", "callback", {}), "rules.0.do.0.with.message", /required/],
  ["rules", action("bot", "save_variables", { variable: {} }), "rules.0.do.0.with.variable", /unknown field/],
  ["rules", action("chat", "update_dialog", { step: "x" }), "rules.0.do.0.with.step", /unknown field/],
  ["rules", action("chat", "update_dialog", { status: "on" }), "rules.0.do.0.with.status", /auto, manual/],
  ["rules", action("tg", "send_message", { text: "Hi {{event.amount" }), "rules.0.do.0.with.text", /unfinished/],
  ["rules", action("out", "request", { url: "https://10.1.1.1/{{event.id}}" }), "rules.0.do.0.with.url", /private/],
  ["rules", action("out", "request", { url: "gopher://x/" }), "rules.0.do.0.with.url", /http/],
  ["rules", action("out", "request", { method: "get", body: { a: 1 } }), "rules.0.do.0.with.body", /GET/],
  ["rules", action("out", "request", { headers: { "x-key": "$SAME" } }), "rules.0.do.0.with.headers.x-key", /connection/],
  ["rules", action("out", "request", { body: { key: "$SAME" } }), "rules.0.do.0.with.body.key", /at a connection/],
  ["rules", action("out", "request", { url: "$PRIVATE_URL" }), "rules.0.do.0.with.url", /at a connection/],
  ["rules", action("bot", "callback", { message: "x", key: "$SAME" }), "rules.0.do.0.with.key", /at a connection/],
  ["variables/reg_link", "$SAME", "variables.reg_link", /at a connection/],
  ["variables/reg_link", "https://pp.example?clickid={{tracker.clickid", "variables.reg_link", /unfinished/],
];

describe("a configuration with one mistake", () => {
  it.each(MISTAKES)("%s = %j is named at %s", (where, value, path, message) => {
    const errors = errorsOf(sampleWith(where, value));
    expect(errors[path]).toMatch(message);
  });
});

describe("a text that begins with a dollar", () => {
  it("is a text where no secret has that name", () => {
    expect(errorsOf(sampleWith("rules", action("bot", "callback", { message: "$SALE", price: "$5" })))).toEqual({});
  });
});

describe("the list of mistakes", () => {
  it("holds all of them at once, and a broken connection does not make its references unknown", () => {
    const document = sample();
    const errors = errorsOf({
      ...document,
      workspace: { ...document.workspace, time_zone: "Nowhere/City" },
      connections: { ...document.connections, chat: { ...document.connections.chat, foo: 1 } },
      rules: [...document.rules, { on: "resale#0", do: [{ to: "gone", action: "x" }] }],
    });
    expect(Object.keys(errors).toSorted()).toEqual([
      "connections.chat.foo",
      "rules.2.do.0.to",
      "rules.2.on",
      "workspace.time_zone",
    ]);
  });

  it("never repeats a secret's value", () => {
    const errors = errorsOf(sampleWith("connections/chat/token", ["$SAME", "in-telegram"]));
    expect(JSON.stringify(errors)).not.toMatch(/in-salebot|in-telegram/);
  });

  it.each([[null], [5], ["text"], [[]]])("%j is no configuration", (document) => {
    expect(judgeConfig(document, options).ok).toBe(false);
  });
});
