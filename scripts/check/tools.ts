/** The checks that are a tool's exit code. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../local/wrangler.ts";
import { type Check, type Verdict, passed } from "./finding.ts";

const SHOWN_LINES = 80;

function run(tool: string, args: readonly string[]): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const environment = { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", FORCE_COLOR: "0", CI: "1" };
  const options = { cwd: ROOT, env: environment, maxBuffer: 64 * 1024 * 1024 };
  execFile(join(ROOT, "node_modules", ".bin", tool), args, options, (failure, stdout, stderr) => {
    if (failure === null) return resolve(passed(""));
    const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
    const more =
      lines.length > SHOWN_LINES
        ? [`… ${lines.length - SHOWN_LINES} more lines: node_modules/.bin/${tool} ${args.join(" ")}`]
        : [];
    resolve({ note: "", findings: lines.length === 0 ? [failure.message] : [...lines.slice(0, SHOWN_LINES), ...more] });
  });
  return promise;
}

const tool = (name: string, command: string, ...args: string[]): Check => ({ name, run: () => run(command, args) });

export const toolChecks: readonly Check[] = [
  tool("format (oxfmt)", "oxfmt", "--check", "."),
  tool("types: src, test", "tsc", "-p", "."),
  tool("types: sandbox", "tsc", "-p", "sandbox"),
  tool("types: bench", "tsc", "-p", "bench"),
  tool("types: scripts", "tsc", "-p", "scripts"),
  tool("lint and import layers (oxlint)", "oxlint", "--type-aware", "-f", "unix"),
  tool("dead code (knip)", "knip", "--no-progress", "--no-config-hints"),
  tool("deploys (wrangler --dry-run)", "wrangler", "deploy", "--dry-run"),
];
