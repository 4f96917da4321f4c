/** The Worker on real workerd, as `npm start` serves it: persisted state, alarms, cron, one process group.
 *  The public port is a socket of the Worker itself, without Miniflare's entry worker before it, so a request costs what it costs in workerd.
 *  Nothing is kept in this process: a SIGKILL at any moment leaves only what the Worker had made durable. */
import { enableCompileCache } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { bundleLocalWorker, readMigrations } from "./bundle.ts";
import { UsageError } from "./options.ts";
import { dieWithLauncher } from "./runtime.ts";
import { withoutSignalHooks } from "./signals.ts";
import { type State, completeSecrets, takeState } from "./state.ts";
import { ROOT, type WranglerFile, bindingNames, readWranglerFile } from "./wrangler.ts";

export class PortInUse extends Error {}

/** The runtime stands, the Worker in it refuses to serve: the message is its own. */
export class NotReady extends Error {}

export type Gateway = {
  /** Origin without a trailing slash. */
  url: string;
  adminToken: string;
  stop: () => Promise<void>;
};

const HOST = "127.0.0.1";
const PATIENCE_MS = 1_500;

async function checkPort(port: number): Promise<void> {
  const probe = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.once("error", (failure: NodeJS.ErrnoException) => {
    const why = failure.code === "EADDRINUSE" ? "is already in use" : `cannot be taken (${failure.code ?? failure.message})`;
    reject(new PortInUse(`port ${port} ${why} on ${HOST}`));
  });
  probe.listen(port, HOST, () => probe.close(() => resolve()));
  await promise;
}

/** A server that was killed a moment ago may still be on its way out: what it held is asked for again before anybody is refused. */
async function patiently<T>(take: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await take();
    } catch (failure) {
      if (Date.now() > end) throw failure;
      await wait(50);
    }
  }
}

function rejectBindingNames(vars: Record<string, string>, file: WranglerFile): void {
  const taken = bindingNames(file);
  const clash = Object.keys(vars).filter((name) => taken.has(name));
  if (clash.length > 0) throw new UsageError(`--vars: ${clash.join(", ")} would replace a binding`);
}

type Launch = { port: number; state: State; vars: Record<string, string>; file: WranglerFile };

/** workerd notes every alarm that was due while it was down, and every one that was taken back just before it rang: both are meant to happen. */
const EXPECTED = ["NOSENTRY SQLite alarm overdue", "NOSENTRY SQLite alarm handler canceled"];

/** workerd quotes an address that it cannot read, and tokens stand in addresses. */
function tellLog({ level, message }: { level: string; message: string }): void {
  if (EXPECTED.some((expected) => message.startsWith(expected))) return;
  const stream = level === "error" || level === "warn" ? process.stderr : process.stdout;
  stream.write(`${message.replaceAll(/\burl = \S*/g, "url = ••••")}\n`);
}

async function startRuntime({ port, state, vars, file }: Launch) {
  process.env["TMPDIR"] = state.scratch;
  enableCompileCache(join(ROOT, "node_modules", ".cache", "throughline"));
  const [{ Log, LogLevel, Miniflare, convertV4MiniflareOptions }, contents] = await Promise.all([
    import("miniflare"),
    bundleLocalWorker(),
    dieWithLauncher(state.scratch),
  ]);
  const [database] = file.d1_databases;
  const options = convertV4MiniflareOptions({
    host: HOST,
    port: 0,
    cf: false,
    handleStructuredLogs: tellLog,
    log: new Log(LogLevel.WARN),
    name: "throughline",
    modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    compatibilityDate: file.compatibility_date,
    d1Databases: { [database.binding]: database.binding },
    kvNamespaces: Object.fromEntries(file.kv_namespaces.map(({ binding }) => [binding, binding])),
    durableObjects: Object.fromEntries(
      file.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }]),
    ),
    ratelimits: Object.fromEntries(file.ratelimits.map(({ name, namespace_id, simple }) => [name, { namespace_id, simple }])),
    bindings: {
      PUBLIC_URL: `http://${HOST}:${port}`,
      LOCAL_MODE: "1",
      LOG_LEVEL: "warn",
      ...vars,
      MIGRATIONS: readMigrations(database.migrations_dir),
    },
    unsafeDirectSockets: [{ host: HOST, port }],
    unsafeTriggerHandlers: true,
  });
  const persisted = { ...options, resourcePersistencePath: join(state.directory, "storage"), logRequests: false };
  const runtime = withoutSignalHooks(() => new Miniflare(persisted));
  await runtime.ready;
  return runtime;
}

async function checkReady(url: string): Promise<void> {
  const answer = await fetch(`${url}/healthz`).catch((failure: unknown) => {
    const why = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
    throw new NotReady(`${url} cannot be called: ${why instanceof Error ? why.message : String(why)}`);
  });
  const text = await answer.text();
  if (!answer.ok) throw new NotReady(`the Worker does not serve: ${text}`);
}

type Runtime = Awaited<ReturnType<typeof startRuntime>>;

/** The platform's cron, played by hand: once at the start, so that nothing waits for a minute to turn, then every minute. It is rung by HTTP: a
 *  worker's proxy calls synchronously, and while it stops this process nobody reads the runtime's log; a full pipe then stops the runtime too. */
function startCron(runtime: Runtime, cron: string): () => void {
  const ring = async (): Promise<void> => {
    try {
      const rung = await runtime.dispatchFetch(`http://${HOST}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`);
      if (!rung.ok) throw new Error(`answered ${rung.status}: ${await rung.text()}`);
    } catch (failure) {
      if (!stopped) process.stderr.write(`cron: ${failure instanceof Error ? failure.message : String(failure)}\n`);
    }
  };
  let stopped = false;
  void ring();
  const timer = setInterval(() => void ring(), 60_000);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

const LOOK_MS = 500;

/** Deleted files stay writable to who holds them open: the Worker would go on answering 2xx for what the next start does not find. */
function endWithState(state: State): () => void {
  const timer = setInterval(() => {
    if (state.stands()) return;
    process.stderr.write(`npm start: the state in ${state.directory} is gone: the server stops, what came since is lost\n`);
    process.exit(1);
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** Serves on 127.0.0.1 until `stop`. Throws `PortInUse`, `StateInUse` or `UsageError` with a sentence for whoever started it; then nothing runs. */
export async function openGateway(given: {
  port: number;
  stateDirectory: string;
  vars: Record<string, string>;
}): Promise<Gateway> {
  const file = readWranglerFile();
  rejectBindingNames(given.vars, file);
  const url = `http://${HOST}:${given.port}`;
  const state = await patiently(async () => takeState(given.stateDirectory, { url }));
  try {
    await patiently(() => checkPort(given.port));
    const vars = completeSecrets(state.directory, given.vars);
    const runtime = await startRuntime({ port: given.port, state, vars, file });
    try {
      await checkReady(url);
    } catch (failure) {
      await runtime.dispose();
      throw failure;
    }
    const stopCron = startCron(runtime, file.triggers.crons[0] ?? "* * * * *");
    const stopLooking = endWithState(state);
    return {
      url,
      adminToken: vars["ADMIN_TOKEN"] ?? "",
      stop: async () => {
        stopCron();
        stopLooking();
        await runtime.dispose();
        state.release();
      },
    };
  } catch (failure) {
    state.release();
    throw failure;
  }
}
