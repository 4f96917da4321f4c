// Подписанные вызовы шлюза и проверка его вебхуков для Chatium. Standard Webhooks: HMAC-SHA256 над `id.timestamp.тело`.
// △ Имена платформы (`@app/request`, `app.post`, `ctx.user`, `req.headers`, `req.rawBody`) проверьте в своём аккаунте.
// @ts-ignore
import { request } from "@app/request";
import { hmacBase64 } from "./hmac";

const GATEWAY = "https://go.example"; // адрес шлюза
const SECRET = "whsec_…"; // секрет подключения сайта: из настроек аккаунта, не из кода

const TOLERANCE_SECONDS = 300;

export type Reply = { status: number; body: Record<string, unknown> };

/** Один вызов: подписывается ровно тот текст, который уходит. Отказ — тоже ответ: `body.reason` говорит, почему. */
export async function call(
  method: string,
  path: string,
  content?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const body = content === undefined ? "" : JSON.stringify(content);
  const id = `msg_${Date.now()}_${Math.random().toString(36).slice(2)}`; // у каждого вызова свой; секретом он не служит
  const timestamp = String(Math.floor(Date.now() / 1000));
  const response = await request({
    url: GATEWAY + path,
    method: method.toLowerCase(),
    headers: {
      "Content-Type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${hmacBase64(SECRET, `${id}.${timestamp}.${body}`)}`,
      ...headers,
    },
    ...(body === "" ? {} : { body }),
    responseType: "text",
    throwHttpErrors: false,
    timeout: 10_000,
  });
  return { status: response.statusCode, body: JSON.parse(response.body) };
}

/** Наш ли это вебхук. `body` — тело, как оно пришло. Несколько подписей через пробел — секрет меняют. */
export function isFromGateway(headers: Record<string, string | undefined>, body: string): boolean {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (id === "" || !/^\d+$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = `v1,${hmacBase64(SECRET, `${id}.${timestamp}.${body}`)}`;
  return (headers["webhook-signature"] ?? "").split(" ").some((given) => sameText(given, expected));
}

/** Билет вопроса: годится только этому пользователю и только для этого входа. */
export const ticketFor = (buid: string, user: string): string => hmacBase64(SECRET, `ticket.${buid}.${user}`);

/** Время сравнения не зависит от того, где строки разошлись. */
export function sameText(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let i = 0; i < right.length; i += 1) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
