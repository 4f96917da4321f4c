/** Two Workers over one database, as two locations of the edge are: which of them a guess reaches makes no difference. And a database that somebody
 *  else holds locked is "come again", never a wrong PIN. */
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { build } from "esbuild";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fieldsOf } from "../../sandbox/kit/values.ts";
import { WORKER_BUILD, readMigrations } from "../local/bundle.ts";

const ORIGIN = "https://go.example";
const SITE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ADMIN_TOKEN = "two-workers-admin-token-000000000";
const DOCUMENT = {
  connections: {
    bot: { kind: "salebot", project: "294495", api_key: "k", token: ["bot-token-000000000000"] },
    site: {
      kind: "site",
      origin: "https://school.example",
      return_to: ["https://school.example/in"],
      secret: [SITE_SECRET],
      bot: "bot",
    },
  },
};

const directory = mkdtempSync(join(tmpdir(), "throughline-two-"));
let runtime: Miniflare;

beforeAll(async () => {
  const { outputFiles } = await build({ ...WORKER_BUILD, entryPoints: ["src/worker.ts"], write: false });
  const simple = { limit: 1_000_000, period: 60 } as const;
  const worker = (name: string) => ({
    name,
    modules: [{ type: "ESModule" as const, path: "worker.mjs", contents: outputFiles[0]?.text ?? "" }],
    compatibilityDate: "2026-08-01",
    d1Databases: { DB: "DB" },
    kvNamespaces: { CONFIG: "CONFIG" },
    durableObjects: Object.fromEntries(
      [
        ["INBOX", "Inbox"],
        ["LANE", "Lane"],
      ].map(([binding = "", className = ""]) => [binding, { className, scriptName: "one", useSQLite: true }]),
    ),
    ratelimits: Object.fromEntries(
      ["PAGE_GETS", "PAGE_POSTS", "FAILED_PROOFS"].map((binding, n) => [binding, { namespace_id: String(1001 + n), simple }]),
    ),
    bindings: {
      PUBLIC_URL: ORIGIN,
      LOCAL_MODE: "1",
      LOG_LEVEL: "error",
      ADMIN_TOKEN,
      SEAL_KEY: "two-workers-seal-key-000000000000000",
    },
  });
  const options = convertV4MiniflareOptions({
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => undefined,
    workers: [worker("one"), worker("two")],
  });
  runtime = new Miniflare({ ...options, resourcePersistencePath: directory, logRequests: false });
  await runtime.ready;
  const db = await runtime.getD1Database("DB", "one");
  for (const { statements } of readMigrations("src/store/migrations")) await db.batch(statements.map((sql) => db.prepare(sql)));
  const saved = await call(
    { worker: "one", method: "PUT", path: "/v1/config", body: DOCUMENT },
    { authorization: `Bearer ${ADMIN_TOKEN}` },
  );
  expect(saved.status).toBe(200);
}, 60_000);

afterAll(async () => {
  await runtime.dispose();
  rmSync(directory, { recursive: true, force: true });
});

type Reply = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

type Call = { readonly worker: string; readonly method?: string; readonly path: string; readonly body: unknown };

async function call({ worker, method = "POST", path, body }: Call, headers: Record<string, string>): Promise<Reply> {
  const { fetch } = await runtime.getWorker(worker);
  const sent = { "content-type": "application/json", ...headers };
  const response = await fetch(`${ORIGIN}${path}`, { method, headers: sent, body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  return { status: response.status, headers: new Headers([...response.headers]), body: fieldsOf(answer) };
}

let human = 1_000;
async function link(): Promise<{ buid: string; pin: string }> {
  human += 1;
  const { body } = await call(
    { worker: "one", path: "/v1/links", body: { telegram_id: String(human) } },
    { authorization: "Bearer bot-token-000000000000" },
  );
  return { buid: String(body["buid"]), pin: String(body["pin"]) };
}

function authorize(worker: string, proof: { buid: string; pin: string }): Promise<Reply> {
  const id = `msg_${randomBytes(12).toString("hex")}`;
  const seconds = String(Math.floor(Date.now() / 1_000));
  const key = Buffer.from(SITE_SECRET.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key)
    .update(`${id}.${seconds}.${JSON.stringify(proof)}`)
    .digest("base64");
  const headers = { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` };
  return call({ worker, path: "/v1/authorize", body: proof }, headers);
}

const both = (n: number): string[] => Array.from({ length: n }, (_, turn) => (turn % 2 === 0 ? "one" : "two"));

it("S5 of 100 right PINs at two Workers at once exactly one succeeds", async () => {
  const proof = await link();
  const answers = await Promise.all(both(100).map((worker) => authorize(worker, proof)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ body }) => body["reason"] === "pin_used")).toHaveLength(99);
}, 60_000);

it("S6 of 100 wrong PINs at two Workers at once five are judged", async () => {
  const { buid, pin } = await link();
  const wrong = pin.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  const answers = await Promise.all(both(100).map((worker) => authorize(worker, { buid, pin: wrong })));
  const judged = answers.filter(({ body }) => body["reason"] === "pin_invalid");
  expect(judged.map(({ body }) => Number(body["attempts_left"])).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  expect(answers.filter(({ body }) => body["reason"] === "pin_locked")).toHaveLength(96);
}, 60_000);

it("S5 while another process holds the database, the answer is 503 and a moment to wait, and the PIN is not touched", async () => {
  const proof = await link();
  const holder = new DatabaseSync(databaseFile(), { timeout: 10_000 });
  holder.exec("BEGIN IMMEDIATE");
  holder.exec("CREATE TABLE held (id INTEGER)");
  const answers = await Promise.all(both(2).map((worker) => authorize(worker, proof)));
  holder.exec("ROLLBACK");
  holder.close();
  expect(answers.map(({ status, body, headers }) => [status, body["reason"], headers.get("retry-after") !== null])).toEqual([
    [503, "unavailable", true],
    [503, "unavailable", true],
  ]);
  expect((await authorize("two", proof)).status).toBe(200);
}, 60_000);

/** The file of D1 among those of the Durable Objects: the one that knows login links. */
function databaseFile(): string {
  const files = readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".sqlite"));
  const found = files.find((name) => {
    const file = new DatabaseSync(join(directory, name), { readOnly: true });
    const row = file.prepare("SELECT 1 FROM sqlite_master WHERE name = 'login_links'").get();
    file.close();
    return row !== undefined;
  });
  if (found === undefined) throw new Error("the database's file was not found");
  return join(directory, found);
}
