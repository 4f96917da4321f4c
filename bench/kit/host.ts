/** One Worker on the Miniflare API as `reference` figures demand: a built bundle, persisted on disk, no request log, its own workerd.
 *  Controls and the gateway are started the same way, so that only their code differs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { WORKER_BUILD, readMigrations } from "../../scripts/local/bundle.ts";
import { freePort } from "../../scripts/kill/server.ts";
import { workerdPids } from "./cpu.ts";

export const ADMIN_TOKEN = "bench-admin-token-0000000000000000";

export type Host = {
  readonly origin: string;
  readonly pid: number;
  readonly miniflare: Miniflare;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** `entry` is a module path from the repository's root; `objects` maps binding → class. */
export async function startHost(
  entry: string,
  objects: Readonly<Record<string, string>>,
  vars: Record<string, string> = {},
): Promise<Host> {
  const { outputFiles } = await build({ ...WORKER_BUILD, entryPoints: [entry], write: false });
  const contents = outputFiles[0]?.text ?? "";
  const directory = mkdtempSync(join(tmpdir(), "throughline-bench-"));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.once("exit", remove);
  const port = await freePort();
  const known = new Set(workerdPids());
  const limit = { limit: 1_000_000, period: 60 } as const;
  const options = convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.WARN),
    name: "bench",
    modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    compatibilityDate: "2026-08-01",
    d1Databases: { DB: "DB" },
    kvNamespaces: { CONFIG: "CONFIG" },
    durableObjects: Object.fromEntries(
      Object.entries(objects).map(([name, className]) => [name, { className, useSQLite: true }]),
    ),
    ratelimits: {
      PAGE_GETS: { namespace_id: "1001", simple: limit },
      PAGE_POSTS: { namespace_id: "1002", simple: limit },
      FAILED_PROOFS: { namespace_id: "1003", simple: limit },
    },
    bindings: {
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      LOCAL_MODE: "1",
      LOG_LEVEL: "error",
      ADMIN_TOKEN,
      SEAL_KEY: "bench-seal-key-00000000000000000000",
      ...vars,
    },
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    ...(process.env["INSPECT"] ? { inspectorPort: 9339 } : {}),
  });
  const miniflare = new Miniflare({ ...options, resourcePersistencePath: directory, logRequests: false });
  await miniflare.ready;
  const [pid] = workerdPids(known);
  if (pid === undefined) throw new Error("workerd was not found");
  return {
    origin: `http://127.0.0.1:${port}`,
    pid,
    miniflare,
    [Symbol.asyncDispose]: async () => {
      await miniflare.dispose();
      process.off("exit", remove);
      remove();
    },
  };
}

/** The gateway with its schema and a configuration. */
export async function startGateway(
  entry: string,
  config: unknown,
  vars: Record<string, string> = {},
  objects: Readonly<Record<string, string>> = {},
): Promise<Host> {
  const host = await startHost(entry, { INBOX: "Inbox", LANE: "Lane", ...objects }, vars);
  const db = await host.miniflare.getD1Database("DB");
  for (const { statements } of readMigrations("src/store/migrations")) await db.batch(statements.map((sql) => db.prepare(sql)));
  await operator(host, "PUT", "/v1/config", config);
  return host;
}

/** A call of the operator API; throws on anything but a 2xx. */
export async function operator(host: Pick<Host, "origin">, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${host.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** A call of a bench Worker's own paths (`/bench/…`); throws on anything but a 2xx. */
export async function call<T>(host: Pick<Host, "origin">, path: string, body: unknown = {}): Promise<T> {
  const response = await fetch(`${host.origin}${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** The cookie of an operator who has signed in to the console. */
export async function signIn(host: Pick<Host, "origin">): Promise<string> {
  const answer = await fetch(`${host.origin}/console/sign-in`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ token: ADMIN_TOKEN }),
  });
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}
