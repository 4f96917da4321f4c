/** The demonstration's accounts: what the doubles accept and what a demonstration configuration must hold. All of it is made up. */
export const demo = {
  person: {
    email: "ivan@example.com",
    telegram_id: "11111111",
    salebot_client: "22222222",
    clickid: "test123",
    first_name: "Иван",
  },
  getcourse: {
    account: "school.getcourse.ru",
    /** The one ordinary key, with read and write. */
    school_key: "demo-school-key",
    dev_key: "demo-dev-key",
    read_only_key: "demo-read-only-key",
    /** An account whose plan has no import: HTTP 200, empty body, nothing written. */
    planless_key: "demo-planless-key",
    /** An account that has spent its monthly allowance: updates work, nothing new is created. */
    spent_key: "demo-spent-key",
    fields: { telegram_id: 3, sb_294495_id: 4, last_message: 5, sb_id: 6 },
    /** Users whose custom fields lack one of the two that the seed's endpoint writes. */
    email_without_telegram_field: "no-telegram-field@example.com",
    email_without_salebot_field: "no-salebot-field@example.com",
    deal_number: "1001",
  },
  salebot: { project: "294495", api_key: "demo-salebot-key", group: "my_bot" },
  chatterfy: {
    postback_id: "51edc052-0000-4000-8000-000000000001",
    webhook_id: "55833627-0000-4000-8000-000000000002",
    step_id: "046050f6-38f6-4b18-b9fa-e6582f5352d0",
    /** Custom fields that exist in the bot; others are dropped without a word. */
    fields: ["last_deposit", "user_id", "userBalance", "refID", "trader_id"],
  },
  metabot: {
    bot_id: "64",
    business: "12",
    alias: "notify",
    lead_id: "243289",
    api_token: "demo-metabot-token",
  },
  telegram: {
    bot_token: "123456:TEST-TOKEN",
    bot: "my_bot",
    /** Has blocked the bot: 403. */
    blocked_chat: "403403403",
    /** Is flooded: 429 with `retry_after` until that time has passed. */
    flooded_chat: "429429429",
    /** Has become a supergroup: 400 with `migrate_to_chat_id`. */
    migrated_chat: "-400400400",
  },
  keitaro: { postback_key: "demo-keitaro-key" },
  site: { secret: "whsec_ZGVtby1zaXRlLXNlY3JldC1vZi0zMi1ieXRlcy0hISE=" },
} as const;
