/** `npm run chaos`: SIGKILL of the whole server at random moments under load, with one vendor down and one hanging (reference: docs/decisions).
 *  Prints what was lost, repeated and out of order; fails on a loss, an inversion, or more repeats than the in-flight cap allows. */
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSandbox } from "../sandbox/server.ts";
import { judge } from "./chaos/judgement.ts";
import { startLoad } from "./chaos/load.ts";
import { CHAOS_VARS, DESTINATIONS, breakVendors, chaosDocument } from "./chaos/scene.ts";
import { settle } from "./kill/ledger.ts";
import { newMortalServer } from "./kill/server.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "10" },
    persons: { type: "string", default: "40" },
    "every-ms": { type: "string", default: "500" },
    "drain-seconds": { type: "string", default: "120" },
  },
});
const [kills, persons, everyMs] = [Number(values.kills), Number(values.persons), Number(values["every-ms"])];
const drainMs = Number(values["drain-seconds"]) * 1000;
const IN_FLIGHT = 6;

const sandbox = await startSandbox();
const server = await newMortalServer(CHAOS_VARS);
const restarts: number[] = [];
let failed = true;
try {
  await server.start();
  const saved = await fetch(`${server.url}/v1/config`, {
    method: "PUT",
    headers: { authorization: `Bearer ${server.adminToken}` },
    body: JSON.stringify(chaosDocument(sandbox)),
  });
  if (!saved.ok) throw new Error(`PUT /v1/config answered ${saved.status}: ${await saved.text()}`);
  breakVendors(sandbox);
  const began = performance.now();
  const load = startLoad(server.url, { persons, everyMs });
  for (let kill = 0; kill < kills; kill += 1) {
    await wait(500 + Math.random() * 2_000);
    await server.kill();
    restarts.push(await server.start());
  }
  await wait(1_000);
  await load.stop();
  const loadSeconds = (performance.now() - began) / 1000;
  sandbox.faults.clear();
  const drained = await settle(server, drainMs);
  const judgements = DESTINATIONS.map((destination) => judge(destination, sandbox.calls("site"), load.acknowledged));
  const sent = judgements[0]?.expected ?? 0;
  process.stdout.write(`kills ${kills} · ${sent} events acknowledged in ${loadSeconds.toFixed(1)} s from ${persons} persons · `);
  process.stdout.write(`restart ≤ ${(Math.max(...restarts) / 1000).toFixed(2)} s · `);
  process.stdout.write(
    drained === null ? "NOT drained\n" : `drained ${(drained / 1000).toFixed(1)} s after the vendors came back\n`,
  );
  const cap = kills * IN_FLIGHT;
  for (const { destination, lost, repeated, inversions } of judgements)
    process.stdout.write(
      `  ${destination.padEnd(8)} lost ${lost} · repeated ${repeated} (cap ${cap}) · inversions ${inversions}\n`,
    );
  failed =
    drained === null ||
    sent === 0 ||
    judgements.some(({ lost, repeated, inversions }) => lost > 0 || inversions > 0 || repeated > cap);
} finally {
  await server.close();
  await sandbox.close();
}
process.stdout.write(failed ? "chaos: failed\n" : "chaos: passed\n");
process.exitCode = failed ? 1 : 0;
