/** A server that is started as a user starts it and dies as a machine dies: SIGKILL to its whole process group. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ROOT } from "../local/wrangler.ts";

export type MortalServer = {
  url: string;
  adminToken: string;
  /** Milliseconds from the command to the first healthy answer. */
  start: () => Promise<number>;
  kill: () => Promise<void>;
  /** Ends it and removes its state. */
  close: () => Promise<void>;
};

const START_LIMIT_MS = 20_000;
const ADMIN_TOKEN = "kill-test-admin-token-0000000000";

/** Of 127.0.0.1, free a moment ago: whoever takes it at once has it. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return address.port;
}

async function healthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}

/** Not started yet; `vars` are its secrets beside the admin token. Its port and its state stay the same over every start. */
export async function newMortalServer(vars: Record<string, string>): Promise<MortalServer> {
  const directory = mkdtempSync(join(tmpdir(), "throughline-kill-"));
  const varsFile = join(directory, "vars.env");
  const lines = Object.entries({ ...vars, ADMIN_TOKEN }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(varsFile, lines.join(""), { mode: 0o600 });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ["scripts/start.ts", "--port", String(port), "--state", join(directory, "state"), "--vars", varsFile];
  let child: ChildProcess | null = null;

  async function kill(): Promise<void> {
    if (child?.pid === undefined) return;
    const gone = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await gone;
    child = null;
  }

  return {
    url,
    adminToken: ADMIN_TOKEN,
    start: async () => {
      const began = performance.now();
      const started = spawn(process.execPath, args, { cwd: ROOT, detached: true, stdio: ["ignore", "ignore", "inherit"] });
      child = started;
      while (!(await healthy(url))) {
        if (started.exitCode !== null) throw new Error(`the server ended with ${started.exitCode}`);
        if (performance.now() - began > START_LIMIT_MS) throw new Error("the server did not become healthy");
        await wait(20);
      }
      return performance.now() - began;
    },
    kill,
    close: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
