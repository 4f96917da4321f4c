/** `npm run chaos -- [--only kills,backlog,recovery,order,rate] [--kills 10 …]`: what delivery promises, at size and with SIGKILLs (docs/decisions/0006).
 *  Each scenario has a server and vendor doubles of its own, prints what it counted and fails the run when a promise is broken. */
import { inspect, parseArgs } from "node:util";
import { type Arena, type Verdict, openArena } from "./chaos/arena.ts";
import { backlog } from "./chaos/backlog.ts";
import { kills } from "./chaos/kills.ts";
import { order } from "./chaos/order.ts";
import { rate } from "./chaos/rate.ts";
import { recovery } from "./chaos/recovery.ts";

const SCENARIOS: Readonly<Record<string, (arena: Arena) => Promise<Verdict>>> = { kills, backlog, recovery, order, rate };
const SIZES = ["kills", "persons", "every-ms", "backlog", "recover", "order-persons", "order-events", "rate", "rate-seconds"];

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(SCENARIOS).join(",") },
    ...Object.fromEntries(SIZES.map((name) => [name, { type: "string" as const }])),
  },
});
const sizes = Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => typeof pair[1] === "string"));

const failed: string[] = [];
for (const name of (sizes["only"] ?? "").split(",")) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`--only: ${name} is none of ${Object.keys(SCENARIOS).join(", ")}`);
  const arena = await openArena(sizes);
  try {
    const { lines, passed } = await scenario(arena);
    process.stdout.write(`${passed ? "ok  " : "FAIL"} ${lines.join("\n       ")}\n`);
    if (!passed) failed.push(name);
  } catch (failure) {
    process.stdout.write(`FAIL ${name}: ${inspect(failure)}\n`);
    failed.push(name);
  } finally {
    await arena.close();
  }
}
process.stdout.write(failed.length === 0 ? "chaos: passed\n" : `chaos: failed: ${failed.join(", ")}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
