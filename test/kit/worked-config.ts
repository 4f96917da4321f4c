/** The workspace the worked data set is counted in, alone and with the connections it was received by. */
export const WORKED_CONFIG = {
  workspace: { name: "Школа", time_zone: "Europe/Moscow", currency: "RUB", fx: { USD: "90" } },
  links: {
    vk1: {
      to: "https://t.me/my_bot?start={click}",
      utm_source: "vk",
      utm_medium: "cpc",
      utm_campaign: "spring",
      costs: [{ day: "2026-03-01", amount: "3000" }],
    },
    tg1: {
      to: "https://t.me/my_bot?start={click}",
      utm_source: "tgads",
      utm_medium: "cpm",
      utm_campaign: "spring",
      costs: [{ day: "2026-03-02", amount: "4000" }],
    },
    anna: {
      to: "https://t.me/my_bot?start={click}",
      utm_source: "blogger",
      utm_medium: "post",
      utm_campaign: "anna",
      costs: [{ day: "2026-03-03", amount: "2000" }],
    },
  },
};

export const IMPORT_CONFIG = {
  ...WORKED_CONFIG,
  connections: {
    sb: { kind: "salebot", project: "P1", token: "tok-sb-0000000000" },
    gc: { kind: "getcourse", account: "school1", token: "tok-gc-0000000000" },
    onewin: { kind: "network", network: "1win", click_issuer: "chat", token: "tok-1win-00000000" },
    chat: { kind: "chatterfy", token: "tok-chat-00000000" },
    site1: { kind: "site", origin: "https://school.example", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
  },
};
