/** The demonstration's configuration: the document of an operator whose vendors all live in the sandbox, with every secret behind its `$NAME`. */
import { demo } from "../../sandbox/demo.ts";

/** What an operator would put into Worker secrets. All of it is made up. */
export const DEMO_VARS = {
  SALEBOT_API_KEY: demo.salebot.api_key,
  SALEBOT_TOKEN: "demo-salebot-hook-7f3c9a10",
  GETCOURSE_KEY: demo.getcourse.school_key,
  GETCOURSE_DEV_KEY: demo.getcourse.dev_key,
  GETCOURSE_TOKEN: "demo-getcourse-hook-51be22d4",
  CHATTERFY_TOKEN: "demo-chatterfy-hook-c0a8417e",
  METABOT_TOKEN: demo.metabot.api_token,
  METABOT_IN: "demo-metabot-hook-9d20be61",
  TG_BOT_TOKEN: demo.telegram.bot_token,
  TG_SECRET: "demo-telegram-secret-44aa8c05",
  KEITARO_KEY: demo.keitaro.postback_key,
  KEITARO_TOKEN: "demo-keitaro-hook-e81f5b93",
  ONEWIN_TOKEN: "demo-onewin-hook-2b67d0fc",
  SITE_SECRET: demo.site.secret,
} as const;

const LEGACY_FIELDS = { telegram_id: "telegram_id", salebot_id: "sb_294495_id", last_message: "last_message" };

/** `sandbox` is its origin: a vendor's `base_url` is `{sandbox}/{vendor}`. */
export const demoDocument = (sandbox: string) => ({
  workspace: {
    name: "Школа (демонстрация)",
    time_zone: "Europe/Moscow",
    currency: "RUB",
    locale: "ru",
    privacy: "sealed",
    fx: { USD: "90" },
  },
  connections: {
    bot: {
      kind: "salebot",
      project: demo.salebot.project,
      group: demo.salebot.group,
      api_key: "$SALEBOT_API_KEY",
      school: "school",
      token: ["$SALEBOT_TOKEN"],
      base_url: `${sandbox}/salebot`,
    },
    school: {
      kind: "getcourse",
      account: demo.getcourse.account,
      api: "tech",
      api_key: "$GETCOURSE_KEY",
      dev_key: "$GETCOURSE_DEV_KEY",
      fields: LEGACY_FIELDS,
      token: ["$GETCOURSE_TOKEN"],
      base_url: `${sandbox}/getcourse`,
    },
    chat: {
      kind: "chatterfy",
      postback_id: demo.chatterfy.postback_id,
      webhook_id: demo.chatterfy.webhook_id,
      field_prefix: "fields",
      token: ["$CHATTERFY_TOKEN"],
      base_url: `${sandbox}/chatterfy`,
    },
    meta: {
      kind: "metabot",
      bot_id: demo.metabot.bot_id,
      business: demo.metabot.business,
      alias: demo.metabot.alias,
      api_token: "$METABOT_TOKEN",
      token: ["$METABOT_IN"],
      base_url: `${sandbox}/metabot`,
    },
    tg: { kind: "telegram", bot_token: "$TG_BOT_TOKEN", secret_token: ["$TG_SECRET"], base_url: `${sandbox}/telegram` },
    tracker: { kind: "keitaro", url: `${sandbox}/keitaro`, postback_key: "$KEITARO_KEY", token: ["$KEITARO_TOKEN"] },
    onewin: { kind: "network", network: "1win", click_issuer: "chat", token: ["$ONEWIN_TOKEN"] },
    site: {
      kind: "site",
      origin: sandbox,
      return_to: [`${sandbox}/site/auth/bot`],
      secret: ["$SITE_SECRET"],
      bot: "bot",
      webhook_url: `${sandbox}/site/hooks/gateway`,
      bot_may_register: false,
    },
  },
  links: {
    vk1: {
      to: "https://t.me/my_bot?start={click}",
      utm_source: "vk",
      utm_medium: "cpc",
      utm_campaign: "spring",
      costs: [{ day: "2026-03-01", amount: "3000" }],
    },
  },
  rules: [
    {
      name: "Почта из формы остаётся у клиента Salebot",
      on: "identify",
      from: "school",
      do: [{ to: "bot", action: "save_variables", with: { variables: { "client.email": "{{person.email}}" } } }],
    },
    {
      name: "Последнее сообщение видно в GetCourse",
      on: "message",
      from: "bot",
      do: [{ to: "school", action: "set_fields", with: { fields: { last_message: "{{event.message}}" } } }],
    },
    {
      name: "Оплата курса запускает блок бота",
      on: "sale",
      from: "school",
      do: [{ to: "bot", action: "callback", with: { message: "gc_paid", amount: "{{event.amount}}" } }],
    },
    {
      name: "Первый депозит: шаг Chatterfy, её постбек и постбек трекера",
      on: "sale",
      from: "onewin",
      do: [
        {
          to: "chat",
          action: "update_dialog",
          with: { step_id: demo.chatterfy.step_id, status: "auto", fields: { last_deposit: "{{event.amount}}" } },
        },
        { to: "chat", action: "tracker_postback", with: { event: "sale", fields: { last_deposit: "{{event.amount}}" } } },
        { to: "tracker", action: "postback", with: { status: "sale" } },
      ],
    },
    {
      name: "Второй повторный депозит",
      on: "resale#2",
      from: "onewin",
      do: [{ to: "tracker", action: "postback", with: { status: "rebill" } }],
    },
  ],
});
