/** CPU time of the workerd processes below this one, from /proc (Linux): stable under contention, unlike wall time. */
import { readFileSync, readdirSync } from "node:fs";

/** Microseconds of CPU (user + system) that all threads of `pid` have used, from the scheduler's nanosecond counters. */
export function cpuMicros(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  return nanoseconds / 1_000;
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
