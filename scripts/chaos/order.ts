/** Many persons with many events each, while the vendor fails now and then in every way: nobody's events overtake each other. */
import type { Fault } from "../../sandbox/faults.ts";
import { settle } from "../kill/ledger.ts";
import { type Arena, type Verdict, factsOf, judgeArrivals, oneDestination } from "./arena.ts";

const FAULTS: readonly Fault[] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 429, retry_after_seconds: 1 },
  { kind: "reset" },
  { kind: "hang" },
];
/** One event in so many meets a fault. */
const STRIDE = 50;

export async function order({ sandbox, server, save, feed, applied, size }: Arena): Promise<Verdict> {
  const [persons, each] = [size("order-persons", 500), size("order-events", 40)];
  const facts = factsOf("order", persons, each);
  const steps = Array.from({ length: 20 }, () => 0.5);
  await save(oneDestination(sandbox, "order", { retry_seconds: steps }));
  for (let n = 0; n < facts.length; n += STRIDE) {
    const fact = facts[(n * 7) % facts.length];
    const fault = FAULTS[(n / STRIDE) % FAULTS.length];
    if (!fact || !fault) continue;
    sandbox.faults.add({ vendor: "site", match: { body: `"who":"${fact.who}","n":"${fact.n}"` }, fault, times: 1 });
  }
  const struck = sandbox.faults.list().length;
  const began = performance.now();
  await feed(facts);
  const drained = await settle(server, 600_000);
  const seconds = (performance.now() - began) / 1000;
  const { missing, repeated, inversions } = judgeArrivals(applied("order"), facts);
  return {
    lines: [
      `order ${persons} persons × ${each} events in ${seconds.toFixed(0)} s, ${struck} of them struck by a fault · ` +
        `lost ${missing} · repeated ${repeated} · inversions ${inversions}`,
    ],
    passed: drained !== null && missing === 0 && repeated === 0 && inversions === 0,
  };
}
