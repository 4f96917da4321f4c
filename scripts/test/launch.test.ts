/** `npm start` as a shell or a supervisor sees it: npm is the process they know, and what they do to it must reach the server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { freePort } from "../kill/server.ts";
import { ROOT } from "../local/wrangler.ts";

const LIMIT_MS = 30_000;
const directory = mkdtempSync(join(tmpdir(), "throughline-launch-"));
const launched: ChildProcess[] = [];

afterAll(() => {
  for (const { pid } of launched) {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
      // The whole group is gone: that is what the tests are about.
    }
  }
  rmSync(directory, { recursive: true, force: true });
});

const answers = async (url: string): Promise<boolean> => (await fetch(`${url}/healthz`).catch(() => null))?.ok ?? false;

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + LIMIT_MS;
  while (Date.now() < end) {
    if (await holds()) return true;
    await wait(50);
  }
  return false;
}

function launch(port: number, vars: string) {
  const file = join(directory, `${port}.env`);
  writeFileSync(file, vars);
  const args = ["start", "--silent", "--", "--port", String(port), "--state", join(directory, String(port)), "--vars", file];
  const npm = spawn("npm", args, { cwd: ROOT, detached: true, stdio: ["ignore", "ignore", "pipe"] });
  launched.push(npm);
  let told = "";
  npm.stderr.on("data", (part: Buffer) => (told += part.toString("utf8")));
  return { npm, told: () => told };
}

it("SIGTERM to npm alone ends the server cleanly before npm ends", async () => {
  const port = await freePort();
  const { npm } = launch(port, "");
  expect(await until(() => answers(`http://127.0.0.1:${port}`))).toBe(true);
  const gone = once(npm, "exit");
  npm.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
  expect(await answers(`http://127.0.0.1:${port}`)).toBe(false);
  expect(existsSync(join(directory, String(port), "server.json"))).toBe(false);
}, 60_000);

it("a server whose npm was killed does not stay behind", async () => {
  const port = await freePort();
  const { npm } = launch(port, "");
  expect(await until(() => answers(`http://127.0.0.1:${port}`))).toBe(true);
  npm.kill("SIGKILL");
  expect(await until(async () => !(await answers(`http://127.0.0.1:${port}`)))).toBe(true);
}, 60_000);

it("a setting that no request could be served with ends the start, and is named", async () => {
  const { npm, told } = launch(await freePort(), "PUBLIC_URL=nonsense\n");
  expect(await once(npm, "close")).toEqual([1, null]);
  expect(told()).toContain("settings: PUBLIC_URL is not an http(s) origin");
}, 60_000);

it("a port that browsers refuse to call ends the start, and is named", async () => {
  const { npm, told } = launch(6000, "");
  expect(await once(npm, "close")).toEqual([1, null]);
  expect(told()).toContain("npm start: http://127.0.0.1:6000 cannot be called: bad port");
}, 60_000);

it("a state that is deleted under the server ends it: nothing is acknowledged that no file holds", async () => {
  const port = await freePort();
  const { npm, told } = launch(port, "");
  expect(await until(() => answers(`http://127.0.0.1:${port}`))).toBe(true);
  const gone = once(npm, "close");
  rmSync(join(directory, String(port)), { recursive: true });
  expect(await gone).toEqual([1, null]);
  expect(told()).toContain("is gone: the server stops");
  expect(await answers(`http://127.0.0.1:${port}`)).toBe(false);
}, 60_000);

it("a body that nobody reads, too large or sent in vain, costs its sender no connection: the next event comes on it", async () => {
  const port = await freePort();
  launch(port, "");
  expect(await until(() => answers(`http://127.0.0.1:${port}`))).toBe(true);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = async (method: string, path: string, bytes: number): Promise<number> => {
    const sent = request({ agent, port, host: "127.0.0.1", method, path, headers: { "content-length": bytes } });
    sent.end("a".repeat(bytes));
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    sent.once("error", reject);
    sent.once("response", (response) => response.resume().once("end", () => resolve(response.statusCode ?? 0)));
    return promise;
  };
  const unread = [
    ["POST", "/webhook/bot/token", 300_000, 413],
    ["POST", "/webhook/bot/token", 5_000_000, 413],
    ["PUT", "/webhook/bot/token", 200_000, 405],
    ["PUT", "/v1/config", 200_000, 401],
    ["POST", "/nowhere", 200_000, 404],
    ["GET", "/healthz", 200_000, 200],
  ] as const;
  for (const [method, path, bytes, status] of unread) {
    expect([path, await send(method, path, bytes)]).toEqual([path, status]);
    expect([path, await send("POST", "/webhook/bot/token", 10)]).toEqual([path, 404]);
  }
  agent.destroy();
}, 60_000);
