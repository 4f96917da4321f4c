/** CPU time of the workerd processes below this one, from /proc (Linux): stable under contention, unlike wall time. */
import { readFileSync, readdirSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** Microseconds of CPU (user + system) that `pid` has used. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000_000;
}

/** Pids of workerd processes started by this process that are not in `known`. */
export function workerdPids(known: ReadonlySet<number> = new Set()): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !known.has(pid) && isOurWorkerd(pid));
}

function isOurWorkerd(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return name === "workerd" && parent === process.pid;
  } catch {
    return false;
  }
}
