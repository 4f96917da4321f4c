/** The same event for everybody: about 220 bytes of JSON that our `http` source, n8n and Node-RED all take as it is. */
import type { Shot } from "../kit/load.ts";

export const HOOK = "/webhook/hook";

/** Where a program listens and where it sends to. */
export type Place = { readonly port: number; readonly sink: string };

const PERSONS = 5_000;

export const peerShot =
  (path: string) =>
  (n: number): Shot => ({
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      n,
      event: "message",
      event_id: `peer-${n}`,
      telegram_id: String(700_000_000 + (n % PERSONS)),
      name: "Мария Иванова",
      utm_source: "telegram",
      utm_campaign: "autumn-2026",
      text: "Здравствуйте, хочу на курс",
    }),
  });
