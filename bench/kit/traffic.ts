/** Deliveries as vendors send them. */
import type { Shot } from "./load.ts";

export const BOT_VARS = { BOT_TOKEN: "bench-bot-token" };
export const BOT = { kind: "salebot", project: "294495", token: ["$BOT_TOKEN"], api_key: "$BOT_TOKEN" };
export const BOT_PATH = "/webhook/bot/bench-bot-token";

/** Salebot's project webhook (a message): the n-th fact, of one of `people` persons. */
export const salebotShot =
  (path: string, people = 5_000) =>
  (n: number): Shot => ({
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      id: n + 1,
      client: {
        id: 500_000 + (n % people),
        recepient: String(700_000 + (n % people)),
        client_type: 1,
        name: "Иван",
        avatar: "",
        created_at: "2026-03-01T10:00:00Z",
        tag: "",
        group: "my_bot",
      },
      message: "привет",
      attachments: [],
      message_id: n + 1,
      project_id: 294_495,
      is_input: 1,
      delivered: 1,
      error_message: "",
    }),
  });
