/** `npm run bench [-- name …]`: every figure beside its control, in one run. */
import { benchBind } from "./bind.ts";
import { benchConsole } from "./console.ts";
import { benchFlow } from "./flow.ts";
import { benchIntake } from "./intake.ts";
import { benchLogin } from "./login.ts";
import { benchReport } from "./report.ts";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  intake: benchIntake,
  bind: benchBind,
  flow: benchFlow,
  login: benchLogin,
  report: benchReport,
  console: benchConsole,
};

const names = process.argv.slice(2).filter((name) => !name.startsWith("--"));
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`no bench named ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
  await bench();
}
