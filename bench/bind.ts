/** How fast acknowledged events find their persons, among ten thousand and among a million, and what a batch costs D1. */
import { type Host, call, startGateway } from "./kit/host.ts";
import { cpuMicros } from "./kit/cpu.ts";
import { load } from "./kit/load.ts";
import { median } from "./kit/measure.ts";
import { heading, line, printGoal } from "./kit/print.ts";
import { seedPayments, seedPersons } from "./kit/seed.ts";
import { BOT, BOT_PATH, BOT_VARS, salebotShot } from "./kit/traffic.ts";

const KNOWN = 4_000;
const STRETCHES = 20;
const EVENTS = 400;
const ROUNDS = 8;

type Place = { readonly name: string; readonly host: Host; readonly seconds: number[]; readonly cpu: number[]; sent: number };

export async function benchBind(): Promise<void> {
  for (const batch of [20, 100]) {
    heading(`binding, ${batch} events a batch, ${EVENTS} waiting events each time`);
    await using small = await startPlace(10_000, batch);
    await using large = await startPlace(1_000_000, batch);
    const places: Place[] = [
      { name: "10 thousand persons", host: small, seconds: [], cpu: [], sent: 0 },
      { name: "1 million persons", host: large, seconds: [], cpu: [], sent: 0 },
    ];
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const place of round % 2 === 0 ? places : places.toReversed()) await drainOnce(place, round > 0);
    }
    for (const { name, seconds, cpu } of places) {
      line(
        `${name.padEnd(24)} ${(EVENTS / median(seconds)).toFixed(0).padStart(6)} events/s  CPU ${median(cpu).toFixed(0).padStart(5)} µs/event`,
      );
    }
    const [few, many] = places;
    if (!few || !many) throw new Error("nothing was measured");
    const apart = (figure: "seconds" | "cpu"): number =>
      median(many[figure].map((value, round) => value / (few[figure][round] ?? Number.NaN)));
    printGoal("1 million / 10 thousand persons, time", apart("seconds"), { most: 1.25 });
    printGoal("1 million / 10 thousand persons, CPU", apart("cpu"), { most: 1.25 });
    await countBatch(many, batch);
  }
}

async function startPlace(persons: number, batch: number): Promise<Host> {
  const config = { workspace: { batch }, connections: { bot: BOT } };
  const host = await startGateway("bench/workers/bind.ts", config, BOT_VARS);
  const db = await host.miniflare.getD1Database("DB");
  await seedPersons(db, persons);
  await seedPayments(db);
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    await call(host, "/bench/persons", { first: (stretch * KNOWN) / STRETCHES, n: KNOWN / STRETCHES });
  }
  return host;
}

/** Events of known persons from all over the table; every tenth is of somebody new. */
const shotOf = (n: number) => salebotShot(BOT_PATH, n % 10 === 0 ? 10_000_000 : KNOWN)(n % 10 === 0 ? 5_000_000 + n : n * 7);

async function accept(place: Place): Promise<void> {
  const from = place.sent;
  place.sent += EVENTS;
  const { failures } = await load({ origin: place.host.origin, connections: 8, requests: EVENTS, shot: (n) => shotOf(from + n) });
  if (failures > 0) throw new Error(`${failures} deliveries were not taken`);
}

async function drainOnce(place: Place, counted: boolean): Promise<void> {
  await accept(place);
  const cpu = cpuMicros(place.host.pid);
  const from = performance.now();
  const { left } = await call<{ left: number }>(place.host, "/bench/drain");
  if (left > 0) throw new Error(`${left} events were not bound`);
  if (!counted) return;
  place.seconds.push((performance.now() - from) / 1_000);
  place.cpu.push((cpuMicros(place.host.pid) - cpu) / EVENTS);
}

type Counts = {
  readonly d1Calls: number;
  readonly d1Statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
};

async function countBatch(place: Place, batch: number): Promise<void> {
  await accept(place);
  await call(place.host, "/bench/count");
  await call(place.host, "/bench/drain");
  const { d1Calls, d1Statements, rowsRead, rowsWritten } = await call<Counts>(place.host, "/bench/count");
  const batches = EVENTS / batch;
  const per = (n: number): string => (n / batches).toFixed(1);
  line(
    `       a batch of ${batch}: ${per(d1Calls)} D1 calls with ${per(d1Statements)} statements, ${per(rowsRead)} rows read, ${per(rowsWritten)} written`,
  );
  line(
    `       an event: ${(d1Calls / EVENTS).toFixed(2)} D1 calls, ${(rowsRead / EVENTS).toFixed(1)} rows read, ${(rowsWritten / EVENTS).toFixed(1)} written`,
  );
}
