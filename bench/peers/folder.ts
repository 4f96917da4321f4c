/** Where peers live while they are measured: a temporary folder that goes when the bench ends. They are nobody's dependency of ours. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { line } from "../kit/print.ts";

const run = promisify(execFile);

/** A whole installation of n8n takes minutes on two cores. */
const INSTALL_LIMIT_MS = 1_800_000;

/** The variables that npm and node need and none of ours: a peer must not find a setting by accident. Its `node` is the one that runs this. */
export const plainEnv = (home: string): Record<string, string> => ({
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  HOME: home,
  LANG: "C.UTF-8",
});

export type Folder = Disposable & { readonly path: string };

/** Removed when it is disposed of, and also when the process ends before that. */
export function newFolder(name: string): Folder {
  const path = mkdtempSync(join(tmpdir(), `throughline-peer-${name}-`));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", remove);
  return {
    path,
    [Symbol.dispose]: () => {
      process.off("exit", remove);
      remove();
    },
  };
}

type Package = { readonly dependencies: Record<string, string>; readonly overrides?: Record<string, string> };

/** `PEERS_DIR` names a folder that keeps an earlier installation of the same packages: `PEERS_DIR/<name>`. */
export async function install(folder: Folder, name: string, manifest: Package, flags: readonly string[]): Promise<string> {
  const kept = process.env["PEERS_DIR"];
  if (kept) return join(kept, name);
  writeFileSync(join(folder.path, "package.json"), JSON.stringify({ name: `peer-${name}`, private: true, ...manifest }));
  const began = performance.now();
  await told("npm", ["install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", ...flags], folder.path);
  const megabytes = sizeOf(join(folder.path, "node_modules")) / 1_048_576;
  line(`${name}: installed in ${((performance.now() - began) / 1_000).toFixed(0)} s, node_modules ${megabytes.toFixed(0)} MB`);
  return folder.path;
}

/** Runs a command to its end; a failure carries what it printed last, because that is where a registry says no. */
export async function told(file: string, args: readonly string[], cwd: string, env?: Record<string, string>): Promise<void> {
  try {
    await run(file, args, {
      cwd,
      timeout: INSTALL_LIMIT_MS,
      maxBuffer: 64 * 1_048_576,
      env: env ?? { ...process.env, ...plainEnv(process.env["HOME"] ?? "") },
    });
  } catch (failure) {
    const { stdout, stderr, killed } = failure as { stdout?: string; stderr?: string; killed?: boolean };
    const tail = `${stdout ?? ""}\n${stderr ?? ""}`.trim().split("\n").slice(-12).join("\n");
    throw new Error(`${file} ${args.join(" ")} ${killed ? "took too long" : "failed"}:\n${tail}`, { cause: failure });
  }
}

function sizeOf(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).blocks * 512;
  }
  return bytes;
}
