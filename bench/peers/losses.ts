/** Kills a system that holds acknowledged events while its vendor is down, and counts what never arrives once both are up again. */
import { setTimeout as wait } from "node:timers/promises";
import { load } from "../kit/load.ts";
import { startSink } from "../kit/sink.ts";
import { type Program, acknowledged } from "./program.ts";

export type Losses = {
  readonly acknowledged: number;
  readonly lost: number;
  readonly repeated: number;
  readonly startedInMs: number;
};

const EVENTS = 200;
const QUIET_MS = 30_000;
const PATIENCE_MS = 180_000;

/** `first` is the number of its first event; the sink that it sends to must not be listening. */
export async function countLosses(program: Program, sinkPort: number, first: number): Promise<Losses> {
  const taken = new Set<number>();
  const { origin, shot } = program.recipe;
  await load({
    origin,
    connections: 10,
    requests: EVENTS,
    seconds: 10,
    shot: (n) => shot(first + n),
    accept: acknowledged,
    answered: (n, good) => {
      if (good) taken.add(first + n);
    },
  });
  await wait(1_000);
  await program.kill();
  await using sink = await startSink(0, sinkPort);
  const startedInMs = await program.start();
  const missing = new Set(taken);
  let repeated = 0;
  const began = performance.now();
  let quietSince = began;
  while (missing.size > 0 && performance.now() - quietSince < QUIET_MS && performance.now() - began < PATIENCE_MS) {
    await wait(250);
    for (const [n] of await sink.arrivals()) {
      if (!taken.has(n)) continue;
      if (!missing.delete(n)) repeated += 1;
      quietSince = performance.now();
    }
  }
  return { acknowledged: taken.size, lost: missing.size, repeated, startedInMs };
}
