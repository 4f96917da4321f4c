/** `npm run bench [-- name …]`: every figure beside its control, in one run. */
import { benchConsole } from "./console.ts";
import { benchIntake } from "./intake.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = { console: benchConsole, intake: benchIntake };

const names = process.argv.slice(2).filter((name) => !name.startsWith("--"));
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`no bench named ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
  await bench();
}
