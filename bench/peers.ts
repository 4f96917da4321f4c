/** The same flow — webhook → HTTP POST to a local sink, 50 connections, about 220 bytes of JSON — through n8n, Node-RED and our gateway, on one machine
 *  in one run, taking turns. A rate says little without what is kept for it, so each is also killed with events in its hands and its losses are counted. */
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../scripts/kill/server.ts";
import { type LoadResult, load } from "./kit/load.ts";
import { median } from "./kit/measure.ts";
import { heading, line, printGoal } from "./kit/print.ts";
import { type Sink, startSink } from "./kit/sink.ts";
import { newFolder } from "./peers/folder.ts";
import { gateway } from "./peers/gateway.ts";
import { countLosses } from "./peers/losses.ts";
import { AS_INSTALLED, TUNED, installN8n, n8n } from "./peers/n8n.ts";
import { nodeRed } from "./peers/node-red.ts";
import { type Program, acknowledged, newProgram } from "./peers/program.ts";

const CONNECTIONS = 50;
const SECONDS = 6;
const ROUNDS = 3;
/** A sink that got nothing for so long gets nothing more. */
const QUIET_MS = 20_000;

type Round = Pick<LoadResult, "perSecond" | "p50" | "p99"> & { readonly delivered: number; readonly cpu: number };
type Row = { readonly program: Program; readonly rounds: Round[]; sent: number; failures: number; undelivered: number };

export async function benchPeers(): Promise<void> {
  heading(`webhook → POST, ${CONNECTIONS} connections, beside n8n and Node-RED`);
  using ours = newFolder("throughline");
  using red = newFolder("node-red");
  using packages = newFolder("n8n");
  using plain = newFolder("n8n-as-installed");
  using tuned = newFolder("n8n-tuned");
  const sinkPort = await freePort();
  const place = async () => ({ port: await freePort(), sink: `http://127.0.0.1:${sinkPort}` });
  const home = await installN8n(packages);
  await using gatewayProgram = newProgram(gateway(ours, await place()));
  await using redProgram = newProgram(await nodeRed(red, await place()));
  await using tunedProgram = newProgram(await n8n(home, tuned, { ...(await place()), broker: await freePort() }, TUNED));
  await using plainProgram = newProgram(await n8n(home, plain, { ...(await place()), broker: await freePort() }, AS_INSTALLED));
  const programs = [gatewayProgram, redProgram, tunedProgram, plainProgram];
  const rows = programs.map((program): Row => ({ program, rounds: [], sent: 1, failures: 0, undelivered: 0 }));
  await race(rows, sinkPort);
  rows.forEach(printRace);
  printGoals(rows);
  heading("killed with acknowledged events in hand while the vendor is down, then both up again");
  for (const row of rows) await printLosses(row, sinkPort);
}

async function race(rows: readonly Row[], sinkPort: number): Promise<void> {
  await using sink = await startSink(0, sinkPort);
  for (const { program } of rows)
    line(`${program.recipe.name}: first event taken ${(await program.start()).toFixed(0)} ms after its command`);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      const measured = await oneRound(row, sink);
      if (round > 0) row.rounds.push(measured);
    }
  }
}

async function oneRound(row: Row, sink: Sink): Promise<Round> {
  const { program } = row;
  const first = row.sent;
  const taken = new Set<number>();
  await sink.arrivals();
  const cpuBefore = program.cpu();
  const from = performance.timeOrigin + performance.now();
  const result = await load({
    origin: program.recipe.origin,
    connections: CONNECTIONS,
    requests: Number.POSITIVE_INFINITY,
    seconds: SECONDS,
    shot: (n) => program.recipe.shot(first + n),
    accept: acknowledged,
    answered: (n, good) => {
      if (good) taken.add(first + n);
    },
  });
  row.sent += result.requests;
  row.failures += result.failures;
  const last = await awaitArrivals(taken, sink);
  row.undelivered += taken.size;
  const delivered = (result.requests - result.failures - taken.size) / ((last - from) / 1_000);
  const { perSecond, p50, p99 } = result;
  return { perSecond, p50, p99, delivered, cpu: (program.cpu() - cpuBefore) / result.requests };
}

/** Takes what arrives out of `missing`; answers when the last of it came. */
async function awaitArrivals(missing: Set<number>, sink: Sink): Promise<number> {
  let last = performance.timeOrigin + performance.now();
  let quietSince = performance.now();
  let newest = 0;
  while (missing.size > 0 && performance.now() - quietSince < QUIET_MS) {
    for (const [n, at] of await sink.arrivals()) {
      quietSince = performance.now();
      if (missing.delete(n)) newest = Math.max(newest, at);
    }
    await wait(50);
  }
  if (newest > 0) last = newest;
  return last;
}

const middle = (row: Row, figure: keyof Round): number => median(row.rounds.map((round) => round[figure]));

function printRace(row: Row): void {
  const { name, keeps } = row.program.recipe;
  line(
    `${name.padEnd(34)} ${middle(row, "perSecond").toFixed(0).padStart(6)} req/s acknowledged, ${middle(row, "delivered").toFixed(0).padStart(6)}/s delivered  ` +
      `p50 ${middle(row, "p50").toFixed(1).padStart(7)} ms  p99 ${middle(row, "p99").toFixed(1).padStart(7)} ms  CPU ${middle(row, "cpu").toFixed(0).padStart(6)} µs/event  ` +
      `${row.failures} errors, ${row.undelivered} not delivered`,
  );
  line(`${"".padEnd(34)}   keeps ${keeps}`);
}

function printGoals([ours, red, tuned, plain]: readonly Row[]): void {
  if (!ours || !red || !tuned || !plain) throw new Error("nothing was measured");
  const times = (peer: Row, figure: "perSecond" | "delivered"): number => middle(ours, figure) / middle(peer, figure);
  for (const figure of ["perSecond", "delivered"] as const) {
    const what = figure === "perSecond" ? "acknowledged" : "delivered";
    printGoal(`${what}, times tuned n8n`, times(tuned, figure), { least: 15 });
    printGoal(`${what}, times n8n as installed`, times(plain, figure), { least: 40 });
    printGoal(`${what}, times Node-RED (stretch 1)`, times(red, figure), { least: 0.5 });
  }
  printGoal("errors of ours", ours.failures + ours.undelivered, { most: 0 });
}

async function printLosses(row: Row, sinkPort: number): Promise<void> {
  const { acknowledged, lost, repeated, startedInMs } = await countLosses(row.program, sinkPort, row.sent);
  line(
    `${row.program.recipe.name.padEnd(34)} lost ${lost} of ${acknowledged} acknowledged, ${repeated} repeated; back in ${(startedInMs / 1_000).toFixed(1)} s`,
  );
  if (row.program.recipe.name.startsWith("Throughline")) printGoal("lost of ours", lost, { most: 0 });
}
