// Подписанные вызовы шлюза и проверка его вебхуков: Node 18+, без зависимостей. Standard Webhooks: HMAC-SHA256 над `id.timestamp.тело`.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

const GATEWAY = process.env.GATEWAY_URL; // https://go.example
const SECRET = process.env.SITE_SECRET; // whsec_… подключения сайта; только на сервере, никогда в браузере

const TOLERANCE_SECONDS = 300;

function signature(secret, id, timestamp, body) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
}

/** Один вызов: подписывается ровно тот текст, который уходит. Ответ — `{status, body}`, отказы тоже: `body.reason` говорит, почему. */
export async function call(method, path, content, headers = {}) {
  const body = content === undefined ? "" : JSON.stringify(content);
  const id = `msg_${randomUUID()}`; // у каждого вызова свой: повторённый id шлюз не примет
  const timestamp = Math.floor(Date.now() / 1000);
  const response = await fetch(GATEWAY + path, {
    method,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,${signature(SECRET, id, timestamp, body)}`,
      ...headers,
    },
    ...(body === "" ? {} : { body }),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, body: await response.json() };
}

/** Наш ли это вебхук. `body` — тело, как оно пришло, до разбора JSON. Несколько подписей через пробел — секрет меняют. */
export function isFromGateway(headers, body, now = Date.now()) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (id === "" || !/^\d+$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = Buffer.from(signature(SECRET, id, timestamp, body), "base64");
  return (headers["webhook-signature"] ?? "").split(" ").some((part) => {
    const given = Buffer.from(part.replace(/^v1,/, ""), "base64");
    return part.startsWith("v1,") && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
