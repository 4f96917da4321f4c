/** n8n with one published workflow: Webhook (answers at once) → HTTP Request to the sink. It starts without an account on its own SQLite.
 *  Its packages need overrides to install without optional ones, and its `sqlite3` is built from source with the headers of our own Node. */
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../scripts/local/wrangler.ts";
import { type Folder, install, plainEnv, told } from "./folder.ts";
import type { Recipe } from "./program.ts";
import { HOOK, type Place, peerShot } from "./traffic.ts";

const VERSION = "2.41.1";
const OVERRIDES = {
  linkedom: "0.18.12",
  xlsx: "0.18.5",
  "@langchain/langgraph": "1.2.0",
  "@langchain/langgraph-checkpoint": "1.0.0",
};

/** The path of an installation that several folders may use. */
export async function installN8n(folder: Folder): Promise<string> {
  const home = await install(folder, "n8n", { dependencies: { n8n: VERSION }, overrides: OVERRIDES }, ["--legacy-peer-deps"]);
  if (home !== folder.path) return home;
  await told("npx", ["--yes", "node-gyp", "rebuild", "--nodedir", nodeHeaders()], join(home, "node_modules", "sqlite3"));
  return home;
}

/** The npm package `node` keeps its headers in the package of the platform, below itself; an ordinary installation of Node beside its `bin`. */
function nodeHeaders(): string {
  const ours = join(ROOT, "node_modules", "node", "node_modules", `node-${process.platform}-${process.arch}`);
  return existsSync(join(ours, "include", "node")) ? ours : dirname(dirname(process.execPath));
}

export type Tuning = {
  readonly name: string;
  readonly keeps: string;
  readonly env: Record<string, string>;
  readonly retry: boolean;
};

export const AS_INSTALLED: Tuning = {
  name: `n8n ${VERSION} as installed`,
  keeps: "every execution's data in SQLite; one that was interrupted is marked crashed, not resumed",
  env: {},
  retry: false,
};

export const TUNED: Tuning = {
  name: `n8n ${VERSION} tuned`,
  keeps: "failed executions only; an interrupted one is not resumed; retry 5 × 5 s in memory",
  env: { N8N_EXPRESSION_ENGINE: "legacy", EXECUTIONS_DATA_SAVE_ON_SUCCESS: "none" },
  retry: true,
};

/** `broker` is the port of its task broker, which two instances cannot share. */
export async function n8n(
  home: string,
  folder: Folder,
  place: Place & { readonly broker: number },
  tuning: Tuning,
): Promise<Recipe> {
  const env = {
    ...plainEnv(folder.path),
    N8N_USER_FOLDER: folder.path,
    N8N_LISTEN_ADDRESS: "127.0.0.1",
    N8N_HOST: "127.0.0.1",
    N8N_PORT: String(place.port),
    N8N_RUNNERS_BROKER_PORT: String(place.broker),
    N8N_DIAGNOSTICS_ENABLED: "false",
    N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
    N8N_TEMPLATES_ENABLED: "false",
    N8N_PERSONALIZATION_ENABLED: "false",
    N8N_LOG_LEVEL: "error",
    ...tuning.env,
  };
  const script = join(home, "node_modules", "n8n", "bin", "n8n");
  const file = join(folder.path, "workflow.json");
  writeFileSync(file, JSON.stringify(workflow(place.sink, tuning.retry)));
  for (const args of [
    ["import:workflow", `--input=${file}`],
    ["publish:workflow", "--id=throughlinebench"],
  ]) {
    await told(process.execPath, [script, ...args], folder.path, env);
  }
  return {
    name: tuning.name,
    keeps: tuning.keeps,
    command: [process.execPath, script, "start"],
    cwd: folder.path,
    env,
    origin: `http://127.0.0.1:${place.port}`,
    shot: peerShot(HOOK),
  };
}

const workflow = (sink: string, retry: boolean) => ({
  id: "throughlinebench",
  name: "bench",
  active: false,
  nodes: [
    {
      id: "in",
      name: "in",
      type: "n8n-nodes-base.webhook",
      typeVersion: 2,
      position: [0, 0],
      webhookId: "hook",
      parameters: {
        httpMethod: "POST",
        path: "hook",
        responseMode: "onReceived",
        options: { responseCode: { values: { responseCode: 202 } } },
      },
    },
    {
      id: "send",
      name: "send",
      type: "n8n-nodes-base.httpRequest",
      typeVersion: 4.2,
      position: [200, 0],
      ...(retry ? { retryOnFail: true, maxTries: 5, waitBetweenTries: 5_000 } : {}),
      parameters: {
        method: "POST",
        url: `${sink}/live`,
        sendBody: true,
        specifyBody: "json",
        jsonBody: "={{ JSON.stringify($json.body) }}",
        options: {},
      },
    },
  ],
  connections: { in: { main: [[{ node: "send", type: "main", index: 0 }]] } },
  settings: { executionOrder: "v1" },
});
