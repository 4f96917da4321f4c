// Сайт из двух адресов: /auth/bot принимает посетителя с кодом, /hooks/gateway — подписанные вебхуки шлюза.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { comeFromBot, link } from "./login.mjs";
import { isFromGateway } from "./throughline.mjs";

const sessions = new Map(); // у вас — ваши сессии
const seen = new Set(); // у вас — таблица: вебхук может прийти повторно с тем же id

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

function sessionOf(request, response) {
  const known = /(?:^|;\s*)sid=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
  return sessions.get(known) ?? newSession(response, { sid: null, user: null, asked: null });
}

/** Кука HttpOnly и SameSite=Lax: чужой сайт не ответит на вопрос за пользователя. */
function newSession(response, session) {
  sessions.delete(session.sid);
  session.sid = randomUUID();
  sessions.set(session.sid, session);
  response.setHeader("set-cookie", `sid=${session.sid}; Path=/; HttpOnly; SameSite=Lax`);
  return session;
}

/** Кто вошёл, получает новый номер сессии: прежний мог подложить чужой. */
function show(response, session, outcome) {
  session.asked = outcome.ask ? outcome : null;
  if (outcome.signIn) newSession(response, session).user = outcome.signIn;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.end(
    JSON.stringify({
      user: session.user,
      ask: outcome.ask ?? null,
      choices: outcome.choices ?? [],
      failed: outcome.failed ?? null,
    }),
  );
}

async function answer(request, response) {
  const url = new URL(request.url, "http://site");
  if (request.method === "GET" && url.pathname === "/auth/bot") {
    const session = sessionOf(request, response);
    return show(response, session, await comeFromBot(url.searchParams.get("code") ?? "", session.user));
  }
  if (request.method === "POST" && url.pathname === "/auth/bot") {
    const session = sessionOf(request, response);
    const choice = new URLSearchParams(await bodyOf(request)).get("choice");
    if (!session.user || !session.asked?.choices.includes(choice)) return response.writeHead(409).end();
    return show(response, session, await link(session.asked.buid, session.user, choice));
  }
  if (request.method === "POST" && url.pathname === "/hooks/gateway") {
    const body = await bodyOf(request);
    if (!isFromGateway(request.headers, body)) return response.writeHead(401).end();
    const id = request.headers["webhook-id"];
    if (!seen.has(id)) onNews(JSON.parse(body));
    seen.add(id);
    return response.writeHead(204).end();
  }
  return response.writeHead(404).end();
}

/** mapping.created, mapping.moved, mapping.deleted и всё, что шлют ваши правила. */
function onNews({ type, data }) {
  process.stdout.write(`${type} ${data.user_id}\n`);
}

createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(500).end());
}).listen(Number(process.env.PORT), "127.0.0.1");
