/** `npm run test:kill`: the story with a SIGKILL of the whole server right after a 2xx, at ten different moments, each followed by a restart on
 *  the same state. The story goes on where it was, so what was acknowledged before a kill must be there after it: every step judges that. */
import { startSandbox } from "../sandbox/server.ts";
import { castOf } from "./demo/cast.ts";
import { DEMO_VARS, demoDocument } from "./demo/config.ts";
import { newStage, request } from "./demo/stage.ts";
import { playStory } from "./demo/story.ts";
import { newTeller } from "./demo/teller.ts";
import { readAll, settle } from "./kill/ledger.ts";
import { repeatsOf } from "./kill/repeats.ts";
import { newMortalServer } from "./kill/server.ts";

const KILLS = 10;
/** One kill for so many acknowledged writes, so that all the steps are struck. */
const STRIDE = 2.6;
const CONTRACT_MS = 10_000;
const IN_FLIGHT = 6;

const sandbox = await startSandbox();
const server = await newMortalServer(DEMO_VARS);
const restarts: number[] = [];
const settled: number[] = [];
let writes = 0;

const addressOf = (input: string | URL | Request): string => (input instanceof Request ? input.url : input.toString());

const mortalFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const answer = new Response(await response.arrayBuffer(), response);
  const wrote =
    response.ok && (init?.method === "POST" || addressOf(input).includes("/webhook/") || addressOf(input).includes("/postback/"));
  if (!wrote) return answer;
  writes += 1;
  if (Math.floor(writes / STRIDE) <= restarts.length || restarts.length >= KILLS) return answer;
  await server.kill();
  restarts.push(await server.start());
  const within = await settle(server, CONTRACT_MS);
  settled.push(within ?? Number.POSITIVE_INFINITY);
  return answer;
};

const stage = newStage({
  gateway: server.url,
  sandbox: sandbox.url,
  adminToken: server.adminToken,
  cast: castOf(0),
  teller: newTeller((text) => process.stdout.write(text), process.stdout.isTTY),
});

const failures: string[] = [];
const must = (what: string, holds: boolean): void => {
  if (!holds) failures.push(what);
};

try {
  await server.start();
  await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json: demoDocument(sandbox.url) });
  failures.push(...(await playStory({ ...stage, fetch: mortalFetch })));
  must("everything settles at the end", (await settle(server, CONTRACT_MS)) !== null);
  const [events, deliveries] = await Promise.all([readAll(server, "/v1/events"), readAll(server, "/v1/deliveries")]);
  const dead = deliveries.filter(({ status }) => status !== "delivered");
  must(`every delivery arrived, not: ${JSON.stringify(dead)}`, dead.length === 0);
  const { calls, repeated } = repeatsOf(sandbox.calls());
  must(`there were ${KILLS} kills`, restarts.length === KILLS);
  must(
    "after each kill everything unfinished went on within 10 s",
    settled.every((ms) => ms <= CONTRACT_MS),
  );
  must("repeated at a vendor at most what was in flight", repeated <= KILLS * IN_FLIGHT);
  const worst = (times: readonly number[]): string => (Math.max(0, ...times) / 1000).toFixed(2);
  process.stdout.write(
    `\nkills ${restarts.length} · events ${events.length} · deliveries ${deliveries.length}, not delivered ${dead.length} · ` +
      `vendor calls ${calls}, repeated ${repeated} · restart ≤ ${worst(restarts)} s · settled ≤ ${worst(settled)} s after it\n`,
  );
} catch (failure) {
  failures.push(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
} finally {
  await server.close();
  await sandbox.close();
}
process.stdout.write(failures.length === 0 ? "kill test: passed\n" : `kill test: failed\n  ${failures.join("\n  ")}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
