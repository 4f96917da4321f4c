/** A rate over a longer run and over a kill: never more in any sliding second, nearly all of it used while the server is up. */
import { setTimeout as wait } from "node:timers/promises";
import { settle } from "../kill/ledger.ts";
import { type Arena, type Verdict, factsOf, judgeArrivals, oneDestination } from "./arena.ts";

/** The first seconds are spent on learning how quick the vendor is, and on the feeding. */
const WARM_MS = 6_000;

export async function rate({ sandbox, server, save, feed, applied, size }: Arena): Promise<Verdict> {
  const [perSecond, seconds] = [size("rate", 20), size("rate-seconds", 30)];
  const facts = factsOf("pace", perSecond * 5, Math.ceil(seconds / 5));
  const steps = Array.from({ length: 10 }, () => 1);
  await save(oneDestination(sandbox, "pace", { rate: { per_second: perSecond }, retry_seconds: steps }));
  await feed(facts);
  while (applied("pace").length < facts.length / 2) await wait(20);
  const half = applied("pace").map(({ at }) => at);
  await server.kill();
  await server.start();
  const drained = await settle(server, (seconds + 60) * 1_000);
  const times = applied("pace").map(({ at }) => at);
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to += 1) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= 1_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  const warm = half.filter((at) => at > (half[0] ?? 0) + WARM_MS);
  const used = ((warm.length - 1) / perSecond / (((warm.at(-1) ?? 0) - (warm[0] ?? 0)) / 1_000)) * 100;
  const { missing, repeated } = judgeArrivals(applied("pace"), facts);
  return {
    lines: [
      `rate ${perSecond}/s over ${times.length} requests and a kill · at most ${most} in a sliding second · ` +
        `${Math.min(100, used).toFixed(1)} % of the allowance used before the kill · lost ${missing} · repeated ${repeated}`,
    ],
    passed: drained !== null && most <= perSecond && missing === 0,
  };
}
