/** Loads on several hosts in turn, so that the machine's other work falls on all of them alike: a ratio of two figures of one run says something
 *  on a busy machine too. Every figure is the median of its rounds; a ratio is the median of the rounds' ratios. */
import { cpuMicros } from "./cpu.ts";
import type { Host } from "./host.ts";
import { type LoadOrder, load } from "./load.ts";

export type Contestant = {
  readonly name: string;
  readonly host: Pick<Host, "origin" | "pid">;
  readonly shot: LoadOrder["shot"];
  readonly accept?: LoadOrder["accept"];
  /** Runs before each round and is not counted. */
  readonly prepare?: () => Promise<void>;
  /** Runs before the CPU is read, so that background work is counted. `sent` = requests so far. */
  readonly settle?: (sent: number) => Promise<void>;
};

export type Terms = { readonly connections: number; readonly requests: number; readonly rounds: number };

type Round = { readonly p50: number; readonly p99: number; readonly cpu: number; readonly perSecond: number };
export type Measured = Round & { readonly name: string; readonly rounds: readonly Round[]; readonly failures: number };

/** Every contestant answers `requests` per round, in turn; the first is the control. One round more is a warm-up that is not counted. */
export async function compare(contestants: readonly Contestant[], terms: Terms): Promise<Measured[]> {
  const rows = contestants.map((contestant) => ({ contestant, sent: 0, failures: 0, rounds: [] as Round[] }));
  for (let round = 0; round <= terms.rounds; round += 1) {
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      const { host, shot, accept, prepare, settle } = row.contestant;
      const from = row.sent;
      await prepare?.();
      const before = cpuMicros(host.pid);
      const result = await load({
        origin: host.origin,
        connections: terms.connections,
        requests: terms.requests,
        shot: (n) => shot(from + n),
        ...(accept ? { accept } : {}),
      });
      row.sent += terms.requests;
      await settle?.(row.sent);
      row.failures += result.failures;
      const cpu = (cpuMicros(host.pid) - before) / result.requests;
      if (round > 0) row.rounds.push({ p50: result.p50, p99: result.p99, perSecond: result.perSecond, cpu });
    }
  }
  return rows.map(({ contestant, failures, rounds }) => ({
    name: contestant.name,
    failures,
    rounds,
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    cpu: median(rounds.map(({ cpu }) => cpu)),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  }));
}

/** How many times the control's figure this one's is. */
export function ratioOf(row: Measured, control: Measured, figure: keyof Round): number {
  return median(row.rounds.map((round, index) => round[figure] / (control.rounds[index]?.[figure] ?? Number.NaN)));
}

/** Mean of the middle two of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
