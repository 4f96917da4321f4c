/** A site made of one of the documentation's examples: started as its own process, visited as its visitors would. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fieldsOf, listOf, textOf } from "../../sandbox/kit/values.ts";
import { ROOT } from "../local/wrangler.ts";

export type Language = "node" | "php" | "chatium";

/** What the site showed: who is signed in, what it asks, why it failed. */
export type Shown = {
  readonly user: string | null;
  readonly ask: string | null;
  readonly choices: readonly string[];
  readonly failed: string | null;
};

/** One visitor's browser at the site. */
export type Browser = { cookie: string; user: string | null; asked: { buid: string; ticket: string } };

export type ExampleSite = {
  readonly language: Language;
  readonly url: string;
  readonly start: (gateway: string, secret: string) => Promise<void>;
  readonly visit: (browser: Browser, code: string) => Promise<Shown>;
  /** Throws when the site does not take the answer. */
  readonly choose: (browser: Browser, choice: string) => Promise<Shown>;
  /** Lines that the site printed about verified webhooks. */
  readonly news: () => string;
  readonly close: () => Promise<void>;
};

/** Without a cookie: somebody who comes for the first time. */
export const newBrowser = (): Browser => ({ cookie: "", user: null, asked: { buid: "", ticket: "" } });

const COMMANDS: Readonly<Record<Language, (port: number) => readonly string[]>> = {
  node: () => [process.execPath, "docs/site/node/server.mjs"],
  php: (port) => ["php", "-q", "-S", `127.0.0.1:${port}`, "docs/site/php/index.php"],
  chatium: () => [process.execPath, "scripts/examples/chatium.ts", "docs/site/chatium"],
};

const START_LIMIT_MS = 10_000;

/** Not started yet. `start` throws when the process cannot be run or does not listen in time. */
export function newSite(language: Language, port: number): ExampleSite {
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let printed = "";
  return {
    language,
    url,
    start: async (gateway, secret) => {
      const [command = "", ...args] = COMMANDS[language](port);
      const env = { ...process.env, GATEWAY_URL: gateway, SITE_SECRET: secret, PORT: String(port) };
      const started = spawn(command, args, {
        cwd: ROOT,
        env,
        stdio: ["ignore", "pipe", language === "php" ? "ignore" : "inherit"],
      });
      child = started;
      started.stdout?.on("data", (part: Buffer) => (printed += part.toString("utf8")));
      const failed = once(started, "error").then(([failure]) =>
        Promise.reject(failure instanceof Error ? failure : new Error(String(failure))),
      );
      await Promise.race([answers(url), failed]);
    },
    visit: (browser, code) => (language === "chatium" ? tellChatium(url, browser, { code }) : visitPage(url, browser, code)),
    choose: (browser, choice) =>
      language === "chatium" ? tellChatium(url, browser, { ...browser.asked, choice }) : answerPage(url, browser, choice),
    news: () => printed,
    close: async () => {
      if (child === null || child.exitCode !== null || child.pid === undefined) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function answers(url: string): Promise<void> {
  const end = Date.now() + START_LIMIT_MS;
  for (;;) {
    const answer = await fetch(`${url}/nothing`, { method: "POST", body: "{}" }).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null) return;
    if (Date.now() > end) throw new Error(`${url} does not answer`);
    await wait(30);
  }
}

function shownIn(text: string): Shown & { buid: string; ticket: string } {
  const { user, ask, choices, failed, buid, ticket } = fieldsOf(JSON.parse(text));
  const word = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return {
    user: word(user),
    ask: word(ask),
    choices: listOf(choices).map(textOf),
    failed: word(failed),
    buid: textOf(buid),
    ticket: textOf(ticket),
  };
}

async function keepCookie(browser: Browser, response: Response): Promise<Shown> {
  const [cookie] = response.headers.getSetCookie().map((line) => line.split(";", 1)[0] ?? "");
  if (cookie !== undefined) browser.cookie = cookie;
  const text = await response.text();
  if (response.status !== 200) throw new Error(`the example answered ${response.status}: ${text}`);
  const shown = shownIn(text);
  browser.user = shown.user;
  return shown;
}

const visitPage = async (url: string, browser: Browser, code: string): Promise<Shown> =>
  keepCookie(browser, await fetch(`${url}/auth/bot?code=${encodeURIComponent(code)}`, { headers: { cookie: browser.cookie } }));

async function answerPage(url: string, browser: Browser, choice: string): Promise<Shown> {
  const headers = { cookie: browser.cookie, "content-type": "application/x-www-form-urlencoded" };
  return keepCookie(
    browser,
    await fetch(`${url}/auth/bot`, { method: "POST", headers, body: new URLSearchParams({ choice }).toString() }),
  );
}

/** The platform knows who is signed in; the page keeps what was asked. */
async function tellChatium(url: string, browser: Browser, told: Readonly<Record<string, string>>): Promise<Shown> {
  const headers = { "content-type": "application/json", ...(browser.user === null ? {} : { "x-signed-in": browser.user }) };
  const response = await fetch(`${url}/auth/bot`, { method: "POST", headers, body: JSON.stringify(told) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`the example answered ${response.status}: ${text}`);
  const shown = shownIn(text);
  browser.user = shown.user ?? browser.user;
  browser.asked = { buid: shown.buid, ticket: shown.ticket };
  return shown;
}
