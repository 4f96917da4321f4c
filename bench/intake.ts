/** What accepting an event costs beside a bare Worker that makes the same Durable Object call with the same bytes into a bare SQLite insert, and
 *  whether a shuffled stream with repeats leaves exactly one event per fact. */
import { type Host, startGateway, startHost } from "./kit/host.ts";
import { compare, ratioOf } from "./kit/measure.ts";
import { load } from "./kit/load.ts";
import { heading, line, printGoal, printRow } from "./kit/print.ts";
import { settled } from "./kit/settled.ts";
import { BOT, BOT_PATH, BOT_VARS, salebotShot } from "./kit/traffic.ts";

const CONFIG = { connections: { bot: BOT } };

export async function benchIntake(): Promise<void> {
  await using acceptOnly = await startGateway("bench/workers/accept-only.ts", CONFIG, BOT_VARS);
  await using bare = await startHost("bench/workers/bare-intake.ts", { BARE: "Bare" }, { CALL: await callOf(acceptOnly) });
  await using whole = await startGateway("src/worker.ts", CONFIG, BOT_VARS);
  for (const connections of [1, 16]) {
    heading(`intake, ${connections} connection(s)`);
    const rows = await compare(
      [
        { name: "control: bare Worker, 1 DO call, 1 insert", host: bare, shot: salebotShot("/") },
        { name: "gateway: accept (1 DO call)", host: acceptOnly, shot: salebotShot(BOT_PATH) },
        { name: "gateway: accept, and bind behind it", host: whole, shot: salebotShot(BOT_PATH), settle: () => settled(whole) },
      ],
      { connections, requests: 500, rounds: 10 },
    );
    rows.forEach(printRow);
    const [control, accept] = rows;
    if (!control || !accept) throw new Error("nothing was measured");
    printGoal("accept / control, p50", ratioOf(accept, control, "p50"), { most: 1.3 });
    printGoal("accept / control, CPU", ratioOf(accept, control, "cpu"), { most: 1.3 });
    line(`       accept / control, requests/s: ${ratioOf(accept, control, "perSecond").toFixed(2)}`);
  }
  await duplicates();
}

/** What the inbox is called with for one event: the control carries these bytes. */
async function callOf({ origin }: Host): Promise<string> {
  await load({ origin, connections: 1, requests: 1, shot: () => salebotShot(BOT_PATH)(-1) });
  return (await fetch(`${origin}/bench/call`)).text();
}

const STREAM = 10_000;
const FACTS = 7_000;

/** 7,000 facts, 3,000 of them sent a second time, in random order over 8 connections. */
async function duplicates(): Promise<void> {
  heading(`intake, ${STREAM} deliveries, 30 % of them repeats, shuffled`);
  await using gateway = await startGateway("src/worker.ts", CONFIG, BOT_VARS);
  const facts = shuffled(Array.from({ length: STREAM }, (_, index) => index % FACTS));
  const shot = salebotShot(BOT_PATH);
  const result = await load({ origin: gateway.origin, connections: 8, requests: STREAM, shot: (n) => shot(facts[n] ?? 0) });
  await settled(gateway);
  const db = await gateway.miniflare.getD1Database("DB");
  const stored = await db.prepare("SELECT COUNT(*) AS n FROM events").first<number>("n");
  line(`${result.perSecond.toFixed(0)} req/s, ${result.failures} failures, ${String(stored)} events of ${FACTS} facts`);
  printGoal("events beyond one per fact", Math.abs((stored ?? 0) - FACTS), { most: 0 });
}

/** Fisher and Yates with a fixed seed, so that every run sends the same order. */
function shuffled(values: number[]): number[] {
  let seed = 20_261_120;
  for (let at = values.length - 1; at > 0; at -= 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    const other = seed % (at + 1);
    [values[at], values[other]] = [values[other] ?? 0, values[at] ?? 0];
  }
  return values;
}
