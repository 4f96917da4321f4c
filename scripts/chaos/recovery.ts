/** Thousands of dead deliveries are recovered at a set rate: asked for twice it is one job, a kill in the middle resumes, everything arrives, marked
 *  as a replay and in every person's order. */
import { setTimeout as wait } from "node:timers/promises";
import { textOf } from "../../sandbox/kit/values.ts";
import { settle } from "../kill/ledger.ts";
import { type Arena, type Verdict, factsOf, judgeArrivals, oneDestination } from "./arena.ts";

const IN_FLIGHT = 6;

export async function recovery({ sandbox, server, save, operate, feed, applied, size }: Arena): Promise<Verdict> {
  const facts = factsOf("lost", 1_000, Math.ceil(size("recover", 5_000) / 1_000));
  await save(oneDestination(sandbox, "lost", { retry_seconds: [] }));
  sandbox.faults.add({ vendor: "site", fault: { kind: "status", status: 400 } });
  await feed(facts);
  const died = await settle(server, 300_000);
  sandbox.faults.clear();
  const ask = { connection: "lost", since: new Date(Date.now() - 3_600_000).toISOString(), per_second: 400 };
  const [first, second] = await Promise.all([
    operate("POST", "/v1/deliveries/recover", ask),
    operate("POST", "/v1/deliveries/recover", ask),
  ]);
  while (applied("lost").length < facts.length / 3) await wait(20);
  await server.kill();
  await server.start();
  const began = Date.now();
  while (applied("lost").length < facts.length && Date.now() - began < 180_000) await wait(100);
  const drained = await settle(server, 60_000);
  const calls = applied("lost");
  const { missing, repeated, inversions } = judgeArrivals(calls, facts);
  const marked = calls.every(({ headers }) => headers["x-replay"] === "1");
  const oneJob = textOf(first["id"]) !== "" && first["id"] === second["id"];
  return {
    lines: [
      `recovered ${facts.length} dead deliveries over a kill · one job ${oneJob} · all marked ${marked} · ` +
        `lost ${missing} · repeated ${repeated} (cap ${IN_FLIGHT}) · inversions ${inversions}`,
    ],
    passed: died !== null && drained !== null && oneJob && marked && missing === 0 && inversions === 0 && repeated <= IN_FLIGHT,
  };
}
