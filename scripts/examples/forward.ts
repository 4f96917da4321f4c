/** docs/recipes/forward.php as its reader sets it up, before the real gateway, which goes away and comes back. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fieldsOf, textOf } from "../../sandbox/kit/values.ts";
import type { Teller } from "../demo/teller.ts";
import { type MortalServer, freePort } from "../kill/server.ts";
import { ROOT } from "../local/wrangler.ts";

const FILE = join(ROOT, "docs/recipes/forward.php");
/** Far below what a server leaves an idle connection open: PHP reads to the end of the connection unless it is told how much to expect. */
const AT_ONCE_MS = 2_500;

/** Not UTF-8: the name stands in Windows-1251, and must outlive the wait as it is. */
const TOLD = Buffer.from('{"event":"bot_start","client_id":"812","tg":"812","first_name":"\xC0\xED\xED\xE0"}', "latin1");

type Answer = { readonly status: number; readonly id: string; readonly ms: number };

async function call(url: string, body?: string | Buffer): Promise<Answer> {
  const began = performance.now();
  const sent = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
  const response = await fetch(url, sent);
  const text = await response.text();
  return {
    status: response.status,
    id: text === "" ? "" : textOf(fieldsOf(JSON.parse(text))["id"]),
    ms: performance.now() - began,
  };
}

async function listening(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null) return;
    await wait(30);
  }
  throw new Error(`${url} does not answer`);
}

export async function playForward(server: MortalServer, token: string, teller: Teller): Promise<void> {
  const journal = mkdtempSync(join(tmpdir(), "throughline-forward-"));
  const env = { ...process.env, GATEWAY_URL: server.url, JOURNAL: journal };
  const url = `http://127.0.0.1:${await freePort()}`;
  const php: ChildProcess = spawn("php", ["-q", "-S", url.slice("http://".length), FILE], { env, stdio: "ignore" });
  const hook = `${url}/webhook/bot/${token}`;
  const waiting = (): string[] => readdirSync(join(journal, "waiting"));
  const resend = (): string => {
    // What is younger may still be on its way.
    for (const name of waiting()) utimesSync(join(journal, "waiting", name), 0, 0);
    return spawnSync("php", [FILE, "resend"], { env, encoding: "utf8" }).stdout;
  };
  try {
    await listening(`${url}/webhook/nobody/at-all`);
    const passed = await call(hook, '{"event":"bot_start","client_id":"810","tg":"810"}');
    teller.judged("ответ шлюза дошёл до сервиса", passed.status === 202 && passed.id.startsWith("evt_"), passed);
    teller.judged("и сразу: соединение закрыл не шлюз", passed.ms < AT_ONCE_MS, passed.ms);
    const long = await call(`${hook}/registration?client_id=811&positions=${"k".repeat(20_000)}`);
    teller.judged("адрес длиннее 16 КБ дошёл", long.status === 202, long);
    teller.judged("чужой токен: 404 шлюза", (await call(`${hook}x`, "{}")).status === 404);
    await server.kill();
    const kept = await call(hook, TOLD);
    teller.judged("шлюза нет: 202 и запись на диске", kept.status === 202 && waiting().length === 1, kept);
    teller.judged("досылка говорит, почему не вышло", resend() === "шлюз не принял: 0\n" && waiting().length === 1);
    await server.start();
    teller.judged("шлюз вернулся: досылка опустошила папку", resend() === "" && waiting().length === 0, waiting());
    const again = await call(hook, TOLD);
    teller.judged("дошло то же самое: повтор — дубль", again.status === 200 && again.id !== "", again);
    const lines = readFileSync(join(journal, "journal.jsonl"), "utf8").trim().split("\n");
    teller.judged(
      "в журнале всё, что приходило",
      lines.filter((line) => line.includes("/webhook/bot/")).length === 5,
      lines.length,
    );
  } finally {
    const gone = once(php, "exit");
    php.kill("SIGKILL");
    await gone;
    rmSync(journal, { recursive: true, force: true });
  }
}
