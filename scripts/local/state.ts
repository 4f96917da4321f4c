/** The state directory: who serves it now, and the secrets that nobody gave.
 *  The lock is SQLite's own lock on a file, held by the kernel for as long as the process lives: a SIGKILL frees it, a forgotten
 *  file or a reused process id cannot keep it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseVars } from "./vars.ts";

export class StateInUse extends Error {}

export type State = {
  /** Absolute. */
  directory: string;
  release: () => void;
};

const OWNER = "server.json";

function describeOwner(directory: string): string {
  try {
    return `by ${readFileSync(join(directory, OWNER), "utf8").trim()}`;
  } catch {
    return "by another server";
  }
}

/** Throws StateInUse while another process serves the same directory. */
export function takeState(path: string, owner: { url: string }): State {
  const directory = resolve(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(directory, "lock.sqlite"), { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch {
    lock.close();
    throw new StateInUse(`${path} is already being served ${describeOwner(directory)}`);
  }
  writeFileSync(join(directory, OWNER), `${JSON.stringify({ pid: process.pid, url: owner.url })}\n`);
  const scratch = join(directory, "tmp");
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  return {
    directory,
    release: () => {
      rmSync(join(directory, OWNER), { force: true });
      lock.close();
    },
  };
}

const GENERATED: Record<string, () => string> = {
  ADMIN_TOKEN: () => `adm_${randomBytes(24).toString("base64url")}`,
  SEAL_KEY: () => randomBytes(32).toString("base64"),
};

/** Given secrets win; the missing ones are made once and kept beside what they protect, readable by the owner only. */
export function completeSecrets(directory: string, given: Record<string, string>): Record<string, string> {
  const path = join(directory, "secrets.env");
  const kept = existsSync(path) ? parseVars(readFileSync(path, "utf8"), path) : {};
  const missing = Object.entries(GENERATED).filter(([name]) => !given[name] && !kept[name]);
  for (const [name, make] of missing) kept[name] = make();
  if (missing.length > 0) {
    const lines = Object.entries(kept).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(path, lines.join(""), { mode: 0o600 });
    chmodSync(path, 0o600);
  }
  const chosen = Object.keys(GENERATED).map((name) => [name, given[name] || kept[name] || ""] as const);
  return { ...given, ...Object.fromEntries(chosen) };
}
