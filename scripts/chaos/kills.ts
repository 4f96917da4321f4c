/** SIGKILL of the whole server at random moments under load, with one vendor down and one hanging: nothing lost, nobody's order turned round, no more
 *  repeats than the in-flight cap allows. */
import { setTimeout as wait } from "node:timers/promises";
import { settle } from "../kill/ledger.ts";
import { judge } from "./judgement.ts";
import { startLoad } from "./load.ts";
import { DESTINATIONS, breakVendors, chaosDocument } from "./scene.ts";
import type { Arena, Verdict } from "./arena.ts";

const IN_FLIGHT = 6;
const DRAIN_MS = 120_000;

export async function kills({ sandbox, server, save, size }: Arena): Promise<Verdict> {
  const [count, persons, everyMs] = [size("kills", 10), size("persons", 40), size("every-ms", 500)];
  const restarts: number[] = [];
  await save(chaosDocument(sandbox));
  breakVendors(sandbox);
  const began = performance.now();
  const load = startLoad(server.url, { persons, everyMs });
  for (let kill = 0; kill < count; kill += 1) {
    await wait(500 + Math.random() * 2_000);
    await server.kill();
    restarts.push(await server.start());
  }
  await wait(1_000);
  await load.stop();
  const loadSeconds = (performance.now() - began) / 1000;
  sandbox.faults.clear();
  const drained = await settle(server, DRAIN_MS);
  const judgements = DESTINATIONS.map((destination) => judge(destination, sandbox.calls("site"), load.acknowledged));
  const sent = judgements[0]?.expected ?? 0;
  const cap = count * IN_FLIGHT;
  const lines = judgements.map(
    ({ destination, lost, repeated, inversions }) =>
      `${destination.padEnd(8)} lost ${lost} · repeated ${repeated} (cap ${cap}) · inversions ${inversions}`,
  );
  const after = drained === null ? "NOT drained" : `drained ${(drained / 1000).toFixed(1)} s after the vendors came back`;
  return {
    lines: [
      `kills ${count} · ${sent} events acknowledged in ${loadSeconds.toFixed(1)} s from ${persons} persons · restart ≤ ${(Math.max(...restarts) / 1000).toFixed(2)} s · ${after}`,
      ...lines,
    ],
    passed:
      drained !== null &&
      sent > 0 &&
      judgements.every(({ lost, repeated, inversions }) => lost === 0 && inversions === 0 && repeated <= cap),
  };
}
