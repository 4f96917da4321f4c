/** A load on a host with the CPU it cost: best of `runs` by p50, after a warm-up of a tenth. */
import { cpuMicros } from "./cpu.ts";
import type { Host } from "./host.ts";
import { type LoadOrder, type LoadResult, load } from "./load.ts";

export type Measured = LoadResult & { readonly cpuPerRequest: number };

/** `settle` runs before the CPU is read, so that background work is counted. */
export async function measure(
  host: Host,
  order: Omit<LoadOrder, "origin">,
  { runs = 3, settle }: { runs?: number; settle?: () => Promise<void> } = {},
): Promise<Measured> {
  let sent = 0;
  const shot = (n: number) => order.shot(sent + n);
  await load({ ...order, shot, origin: host.origin, requests: Math.ceil(order.requests / 10) });
  sent += Math.ceil(order.requests / 10);
  await settle?.();
  const results: Measured[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = cpuMicros(host.pid);
    const result = await load({ ...order, shot, origin: host.origin });
    await settle?.();
    sent += order.requests;
    results.push({ ...result, cpuPerRequest: (cpuMicros(host.pid) - before) / result.requests });
  }
  results.sort((a, b) => a.p50 - b.p50);
  const [best] = results;
  if (!best) throw new Error("no run");
  return best;
}

export function print(name: string, result: Measured): void {
  const cells = [
    name.padEnd(46),
    `${result.perSecond.toFixed(0).padStart(6)} req/s`,
    `p50 ${result.p50.toFixed(2).padStart(7)} ms`,
    `p99 ${result.p99.toFixed(2).padStart(7)} ms`,
    `CPU ${result.cpuPerRequest.toFixed(0).padStart(5)} µs/req`,
    result.failures === 0 ? "" : `FAILURES ${result.failures}`,
  ];
  console.log(cells.join("  ").trimEnd());
}

export const ratio = (name: string, value: number, goal: string): void => {
  console.log(`  → ${name}: ${value.toFixed(2)} (goal ${goal})`);
};
