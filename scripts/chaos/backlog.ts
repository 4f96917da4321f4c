/** Thousands of deliveries wait for a dead vendor; the server is killed, the vendor comes back: everything arrives without anybody's help. */
import { setTimeout as wait } from "node:timers/promises";
import { settle } from "../kill/ledger.ts";
import { type Arena, type Verdict, factsOf, judgeArrivals, oneDestination } from "./arena.ts";

const IN_FLIGHT = 6;
const CONTRACT_MS = 10_000;
const PATIENT = Array.from({ length: 30 }, () => 5);

export async function backlog({ sandbox, server, save, feed, applied, size }: Arena): Promise<Verdict> {
  const facts = factsOf("queue", 2_000, Math.ceil(size("backlog", 10_000) / 2_000));
  await save(oneDestination(sandbox, "queue", { retry_seconds: PATIENT }));
  sandbox.faults.add({ vendor: "site", fault: { kind: "status", status: 503 } });
  await feed(facts);
  await server.kill();
  sandbox.faults.clear();
  await server.start();
  const healthyAt = Date.now();
  while (applied("queue").length === 0 && Date.now() - healthyAt < 2 * CONTRACT_MS) await wait(10);
  const firstMs = (applied("queue")[0]?.at ?? Number.POSITIVE_INFINITY) - healthyAt;
  const drained = await settle(server, 300_000);
  const { missing, repeated, inversions } = judgeArrivals(applied("queue"), facts);
  const seconds = drained === null ? "never" : `${((Date.now() - healthyAt) / 1000).toFixed(1)} s`;
  return {
    lines: [
      `backlog ${facts.length} · first delivery ${(firstMs / 1000).toFixed(2)} s after the restart · drained in ${seconds} · ` +
        `lost ${missing} · repeated ${repeated} (cap ${IN_FLIGHT}) · inversions ${inversions}`,
    ],
    passed: drained !== null && firstMs <= CONTRACT_MS && missing === 0 && inversions === 0 && repeated <= IN_FLIGHT,
  };
}
