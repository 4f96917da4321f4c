/** A system under comparison as a process group of its own: started by a command, killed at once with everything it started, its CPU read from /proc. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { cpuMicros } from "../kit/cpu.ts";
import { type LoadOrder, load } from "../kit/load.ts";

export type Recipe = {
  readonly name: string;
  /** What it keeps of an event that it has acknowledged, in a few words. */
  readonly keeps: string;
  readonly command: readonly [file: string, ...args: string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly origin: string;
  /** The n-th event. */
  readonly shot: LoadOrder["shot"];
  /** Runs once, after the first start and before the first event. */
  readonly configure?: () => Promise<void>;
};

export type Program = AsyncDisposable & {
  readonly recipe: Recipe;
  /** Milliseconds from the command to the first accepted event, whose number nobody counts. */
  readonly start: () => Promise<number>;
  readonly kill: () => Promise<void>;
  /** Microseconds of CPU that all of its processes have used. */
  readonly cpu: () => number;
};

const START_LIMIT_MS = 180_000;
/** Above every event that is counted; a new one for every try, because the same fact again is no news to us. */
let probe = 1_000_000_000;

/** Leaders of the groups that run: an interrupted bench must not leave them behind. */
const running = new Set<number>();

function killAll(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended in this very moment.
    }
  }
}

process.once("exit", killAll);

/** Not started yet. `start` throws when it ends by itself or takes no event within three minutes. */
export function newProgram(recipe: Recipe): Program {
  let child: ChildProcess | null = null;
  let configured = false;

  async function kill(): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    running.delete(child.pid);
    process.kill(-child.pid, "SIGKILL");
    await gone;
    child = null;
  }

  async function start(): Promise<number> {
    const began = performance.now();
    const [file, ...args] = recipe.command;
    const started = spawn(file, args, {
      cwd: recipe.cwd,
      env: recipe.env,
      detached: true,
      stdio: ["ignore", "ignore", process.env["PEER_LOG"] ? "inherit" : "ignore"],
    });
    child = started;
    if (started.pid !== undefined) {
      const pid = started.pid;
      running.add(pid);
      started.once("exit", () => running.delete(pid));
    }
    while (!(await answers(recipe.origin))) await stillStarting(started, began, recipe.name);
    if (!configured) await recipe.configure?.();
    configured = true;
    while (!(await takesEvents(recipe))) await stillStarting(started, began, recipe.name);
    return performance.now() - began;
  }

  return {
    recipe,
    start,
    kill,
    cpu: () => groupOf(child?.pid).reduce((sum, pid) => sum + cpuOf(pid), 0),
    [Symbol.asyncDispose]: kill,
  };
}

async function stillStarting(child: ChildProcess, began: number, name: string): Promise<void> {
  if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
  if (performance.now() - began > START_LIMIT_MS) throw new Error(`${name} took no event within ${START_LIMIT_MS / 1_000} s`);
  await wait(100);
}

/** All of them acknowledge with 202; n8n says 200 to everything while it is starting up. */
export const acknowledged = (status: number): boolean => status === 202;

async function answers(origin: string): Promise<boolean> {
  const answer = await fetch(origin).catch(() => null);
  await answer?.body?.cancel();
  return answer !== null;
}

async function takesEvents({ origin, shot }: Recipe): Promise<boolean> {
  probe += 1;
  const { failures } = await load({ origin, connections: 1, requests: 1, shot: () => shot(probe), accept: acknowledged });
  return failures === 0;
}

function groupOf(leader: number | undefined): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => leader !== undefined && groupIdOf(pid) === leader);
}

/** proc(5): the fifth field of `stat`, the third after the name in parentheses. */
function groupIdOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return null;
  }
}

function cpuOf(pid: number): number {
  try {
    return cpuMicros(pid);
  } catch {
    return 0;
  }
}
