/** Everything a flow may use, built once per invocation. Time, ids, the network and storage come from here, so tests can replace them.
 *  The sealer and the configuration snapshot are kept for the isolate's life; neither depends on a request. */
import type { Config } from "./domain/config.ts";
import { type Env, type Settings, settingsOf } from "./env.ts";
import { type RequestId, newRequestId } from "./lib/ids.ts";
import { type Log, newLog } from "./lib/log.ts";
import { type Sealer, newSealer } from "./lib/seal.ts";
import type { InboxRpc, LaneRpc } from "./rpc.ts";
import { loadConfig } from "./store/config.ts";

/** What `(ctx, input)` means throughout. Made anew for every request, alarm and cron: nothing of one caller can reach another
 *  through it. */
export type Context = {
  readonly env: Env;
  readonly settings: Settings;
  readonly config: Config;
  readonly seal: Sealer;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly fetch: typeof fetch;
  readonly log: Log;
  readonly requestId: RequestId;
  /** For what may be lost: never the only copy of anything. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
};

/** By the secret itself: tests and a rotation bring another one into the same isolate. */
const sealers = new Map<string, Promise<Sealer>>();

/** `execution` is the invocation's ExecutionContext or Durable Object state. */
export async function newContext(
  env: Env,
  execution: { waitUntil(promise: Promise<unknown>): void },
  requestId: RequestId = newRequestId(),
): Promise<Context> {
  const settings = settingsOf(env);
  const known = sealers.get(env.SEAL_KEY) ?? newSealer(env.SEAL_KEY);
  sealers.set(env.SEAL_KEY, known);
  const [seal, config] = await Promise.all([known, loadConfig(env, settings)]);
  return {
    env,
    settings,
    config,
    seal,
    clock: () => Date.now(),
    fetch: (input, init) => fetch(input, init),
    log: newLog(settings.logLevel, { request_id: requestId }),
    requestId,
    waitUntil: (promise) => execution.waitUntil(promise),
  };
}

/** The one front door of the workspace. */
export const inboxOf = (env: Env): InboxRpc => env.INBOX.get(env.INBOX.idFromName("workspace"));

/** The lane of a destination connection. */
export const laneOf = (env: Env, connection: string): LaneRpc => env.LANE.get(env.LANE.idFromName(connection));
