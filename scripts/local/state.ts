/** The state directory: who serves it now, whether it can be served at all, and the secrets that nobody gave.
 *  The lock is SQLite's own lock on a file, held by the kernel for as long as the process lives: a SIGKILL frees it, a forgotten
 *  file or a reused process id cannot keep it. */
import {
  chmodSync,
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash, randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseVars } from "./vars.ts";

export class StateInUse extends Error {}

/** It is no directory that could be served: the message says what is wrong with it. Nothing in it has been changed. */
export class StateUnusable extends Error {}

export type State = {
  /** Absolute. */
  directory: string;
  /** For files of this run only, empty at its start. */
  scratch: string;
  /** False once the directory, or the lock in it, is not the one that was taken: what is written now is kept by no file that a restart would find. */
  stands: () => boolean;
  release: () => void;
};

const OWNER = "server.json";
const LOCK = "lock.sqlite";

function describeOwner(directory: string): string {
  try {
    return `by ${readFileSync(join(directory, OWNER), "utf8").trim()}`;
  } catch {
    return "by another server";
  }
}

/** SQLite's own code for "somebody else holds the lock". */
const isBusy = (failure: unknown): boolean => failure instanceof Error && "errcode" in failure && failure.errcode === 5;

const SQLITE_HEADER = "SQLite format 3\0";

/** An empty file is a database that a killed server had not come to write. */
function isDatabase(path: string): boolean {
  const head = Buffer.alloc(SQLITE_HEADER.length);
  const file = openSync(path, "r");
  const read = readSync(file, head);
  closeSync(file);
  return read === 0 || head.toString("latin1") === SQLITE_HEADER;
}

/** Found out before the runtime starts, which would serve on without the broken part. */
function rejectBrokenFiles(directory: string): void {
  const broken = globSync("storage/**/*.sqlite", { cwd: directory }).filter((name) => !isDatabase(join(directory, name)));
  if (broken.length > 0) throw new Error(`${broken.join(", ")}: no SQLite database`);
}

/** Emptied at every start: a name that nobody's own folder has, for a state may be kept where other things stand. */
const SCRATCH = ".throughline-tmp";

function prepareDirectory(directory: string, owner: { url: string }): string {
  rejectBrokenFiles(directory);
  writeFileSync(join(directory, OWNER), `${JSON.stringify({ pid: process.pid, url: owner.url })}\n`);
  const scratch = join(directory, SCRATCH);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  return scratch;
}

/** Throws StateInUse while another process serves the same directory, StateUnusable when nobody could. */
export function takeState(path: string, owner: { url: string }): State {
  const directory = resolve(path);
  let lock: DatabaseSync | null = null;
  let scratch: string;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(directory, LOCK), { timeout: 0 });
    lock.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
    scratch = prepareDirectory(directory, owner);
  } catch (failure) {
    lock?.close();
    if (isBusy(failure)) throw new StateInUse(`${path} is already being served ${describeOwner(directory)}`);
    throw new StateUnusable(`cannot keep the state in ${path}: ${failure instanceof Error ? failure.message : String(failure)}`);
  }
  const held = lock;
  const lockFile = join(directory, LOCK);
  const { ino } = statSync(lockFile);
  return {
    directory,
    scratch,
    stands: () => statSync(lockFile, { throwIfNoEntry: false })?.ino === ino,
    release: () => {
      rmSync(join(directory, OWNER), { force: true });
      held.close();
    },
  };
}

const GENERATED: Record<string, () => string> = {
  ADMIN_TOKEN: () => `adm_${randomBytes(24).toString("base64url")}`,
  SEAL_KEY: () => randomBytes(32).toString("base64"),
};

/** Of the key that look-ups are made by: the last one of a list ("2:new,1:old", src/lib/seal.ts), so that a rotation is not another key. */
const digestOf = (key: string): string => {
  const last = key.split(",").at(-1)?.trim() ?? "";
  return createHash("sha256")
    .update(last.replace(/^\d{1,3}:/, ""))
    .digest("hex");
};

/** Renamed into its place whole: a full disk or a SIGKILL leaves the old file or the new one. */
function writeSecret(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

const SEALED_UNDER = "seal-key.sha256";

/** Under another key every look-up would miss: people would be founded a second time and nothing could be read. A lost `secrets.env` and a
 *  forgotten line of `--vars` are therefore found out by the digest of the key that the state began with. */
function rejectOtherKey(directory: string, key: string | undefined): void {
  const path = join(directory, SEALED_UNDER);
  const same = !existsSync(path) || readFileSync(path, "utf8").trim() === digestOf(key ?? "");
  if (same && (key || !existsSync(join(directory, "storage")))) return;
  throw new StateUnusable(`SEAL_KEY is not the one that ${directory} is sealed with: give that one in --vars or secrets.env`);
}

/** Given secrets win; the missing ones are made once and kept beside what they protect, readable by the owner only. */
export function completeSecrets(directory: string, given: Record<string, string>): Record<string, string> {
  const path = join(directory, "secrets.env");
  const kept = existsSync(path) ? parseVars(readFileSync(path, "utf8"), path) : {};
  rejectOtherKey(directory, given["SEAL_KEY"] || kept["SEAL_KEY"]);
  const missing = Object.entries(GENERATED).filter(([name]) => !given[name] && !kept[name]);
  for (const [name, make] of missing) kept[name] = make();
  if (missing.length > 0)
    writeSecret(
      path,
      Object.entries(kept)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
  const chosen = Object.fromEntries(Object.keys(GENERATED).map((name) => [name, given[name] || kept[name] || ""]));
  const sealedUnder = join(directory, SEALED_UNDER);
  if (!existsSync(sealedUnder)) writeSecret(sealedUnder, `${digestOf(chosen["SEAL_KEY"] ?? "")}\n`);
  return { ...given, ...chosen };
}
