/** `npm run bench [-- name …]`: every figure beside its control, in one run. `--peers` begins it with n8n and Node-RED, installed for the occasion. */
import { benchBind } from "./bind.ts";
import { benchConsole } from "./console.ts";
import { benchFlow } from "./flow.ts";
import { benchIntake } from "./intake.ts";
import { benchLogin } from "./login.ts";
import { benchPeers } from "./peers.ts";
import { benchReport } from "./report.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  intake: benchIntake,
  bind: benchBind,
  flow: benchFlow,
  login: benchLogin,
  report: benchReport,
  console: benchConsole,
};
const ON_REQUEST: Readonly<Record<string, () => Promise<void>>> = { peers: benchPeers };

/** Interrupted, it leaves by the door: what a bench started and wrote is cleaned up on `exit`. */
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const given = process.argv.slice(2);
const named = given.filter((name) => !name.startsWith("--"));
const names = [...(given.includes("--peers") ? ["peers"] : []), ...(named.length > 0 ? named : Object.keys(BENCHES))];
for (const name of new Set(names)) {
  const bench = { ...BENCHES, ...ON_REQUEST }[name];
  if (!bench) throw new Error(`no bench named ${name}; there are ${[...Object.keys(BENCHES), "peers"].join(", ")}`);
  await bench();
}
