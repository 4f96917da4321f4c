/** What the log tells: dotted names, a level, the connection; and never a secret, a PIN, a buid, a contact or an address. The whole output of a server
 *  at its most talkative is searched after a journey through intake, log-in and every kind of delivery. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Fields, fieldsOf, textOf } from "../../sandbox/kit/values.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { DEMO_VARS, demoDocument } from "../demo/config.ts";
import { settle } from "../kill/ledger.ts";
import { freePort } from "../kill/server.ts";
import { ROOT } from "../local/wrangler.ts";
import { until } from "./kit/rig.ts";

const ADMIN_TOKEN = "logs-test-admin-token-000000000";
const CONTACTS = ["log.reader@example.com", "79005550199", "telltale-name"];

let output = "";
let sandbox: Sandbox;
const told: string[] = [];

/** The whole address in the request line, which the runtime refuses before the Worker sees it. */
async function askAsOfProxy(url: string): Promise<void> {
  const { hostname: host, port } = new URL(url);
  const asked = get({ host, port, path: url, agent: false });
  const [answer] = await once(asked, "response");
  answer.resume();
  await once(answer, "end");
}

async function journey(url: string): Promise<void> {
  const send = async (path: string, body: Fields, token = ""): Promise<Fields> => {
    const headers = { "content-type": "application/json", ...(token === "" ? {} : { authorization: `Bearer ${token}` }) };
    const response = await fetch(url + path, {
      method: path === "/v1/config" ? "PUT" : "POST",
      headers,
      body: JSON.stringify(body),
    });
    return fieldsOf(await response.json());
  };
  await send("/v1/config", demoDocument(sandbox.url), ADMIN_TOKEN);
  const [email, phone, first_name] = CONTACTS;
  const person = { telegram_id: "700700700", client_id: "70070", email, phone, first_name };
  await send(`/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}`, { ...person, event: "bot_start" });
  await send(`/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}`, { ...person, event: "message", message: "telltale-name wrote" });
  await send(`/webhook/school/${DEMO_VARS.GETCOURSE_TOKEN}`, { email, event: "identify", gc_user_id: "7" });
  await send("/webhook/bot/wrong-token-telltale", person);
  await askAsOfProxy(`${url}/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}?email=${email ?? ""}`);
  await send("/webhook/site", { ...person }, "wrong-bearer-telltale");
  const link = await send("/v1/links", { telegram_id: "700700700", client_id: "70070" }, DEMO_VARS.SALEBOT_TOKEN);
  const [buid, pin] = [textOf(link["buid"]), textOf(link["pin"])];
  told.push(buid, pin, textOf(link["url"]));
  for (const guess of ["000001", pin]) {
    const form = new URLSearchParams({ buid, pin: guess, site: "site" });
    const page = await fetch(`${url}/?buid=${buid}&site=site`, { method: "POST", body: form, redirect: "manual" });
    await page.arrayBuffer();
  }
  sandbox.faults.add({ fault: { kind: "status", status: 401, body: `no ${DEMO_VARS.SALEBOT_API_KEY} ${email}` }, times: 2 });
  sandbox.faults.add({ fault: { kind: "status", status: 500, body: `oops ${email}` }, times: 1 });
  for (const n of [1, 2, 3]) {
    const fact = { ...person, event: "message", message: `telltale-name ${n}` };
    await send(`/webhook/bot/${DEMO_VARS.SALEBOT_TOKEN}`, fact);
  }
  await settle({ url, adminToken: ADMIN_TOKEN }, 20_000);
}

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.seed("salebot", { everyone: true });
  sandbox.seed("getcourse", { users: [{ email: CONTACTS[0] }] });
  const directory = mkdtempSync(join(tmpdir(), "throughline-logs-"));
  const port = await freePort();
  const vars = join(directory, "vars.env");
  const lines = Object.entries({ ...DEMO_VARS, ADMIN_TOKEN, LOG_LEVEL: "debug" }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(vars, lines.join(""), { mode: 0o600 });
  const args = ["scripts/start.ts", "--port", String(port), "--state", join(directory, "state"), "--vars", vars];
  const server = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (part: Buffer) => (output += part.toString("utf8")));
  const url = `http://127.0.0.1:${port}`;
  await until("the server is healthy", async () => ((await fetch(`${url}/healthz`).catch(() => null))?.ok ? true : null));
  await journey(url);
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  await gone;
  rmSync(directory, { recursive: true, force: true });
}, 60_000);
afterAll(() => sandbox.close());

const entries = (): Fields[] =>
  output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => fieldsOf(JSON.parse(line)));

it("every line has a level and a dotted name, what concerns a connection names it", () => {
  expect(entries().length).toBeGreaterThan(10);
  for (const entry of entries()) {
    expect(["debug", "info", "warn", "error"]).toContain(entry["level"]);
    expect(entry["name"]).toMatch(/^[a-z_]+(\.[a-z_]+)+$/);
    if (/^(delivery|intake)\./.test(textOf(entry["name"]))) expect(textOf(entry["connection"])).not.toBe("");
  }
  const names = entries().map(({ name, outcome }) => `${textOf(name)} ${textOf(outcome)}`);
  expect(names).toEqual(
    expect.arrayContaining(["intake.stored accepted", "delivery.attempt delivered", "delivery.attempt dead"]),
  );
});

it("no secret, PIN, buid, contact, name, message or address is in it", () => {
  const secrets = [...Object.values(DEMO_VARS), ADMIN_TOKEN, "wrong-token-telltale", "wrong-bearer-telltale"];
  expect(told.every((text) => text !== "")).toBe(true);
  for (const text of [...secrets, ...CONTACTS, ...told, "700700700", `${sandbox.url}/`]) expect(output).not.toContain(text);
});
