/** The Worker as one module in memory, bundled as wrangler would. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { ROOT } from "./wrangler.ts";

export const WORKER_BUILD = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  mainFields: ["browser", "module", "main"],
  external: ["cloudflare:*", "node:*"],
  logLevel: "silent",
  absWorkingDir: ROOT,
} as const satisfies BuildOptions;

/** The text of the module that the local server runs. Throws when it does not build. */
export async function bundleLocalWorker(): Promise<string> {
  const { outputFiles } = await build({ ...WORKER_BUILD, entryPoints: ["scripts/local/entry.ts"], write: false });
  const [file] = outputFiles;
  if (!file) throw new Error("the bundle is empty");
  return file.text;
}

export type Migration = { name: string; statements: string[] };

/** Splits at semicolons outside comments, quotes and trigger bodies. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let statement = "";
  let depth = 0;
  const tokens = sql.matchAll(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\b(?:BEGIN|CASE|END)\b|;|[\s\S]/gi);
  for (const [token] of tokens) {
    const word = token.toUpperCase();
    if (token.startsWith("--") || token.startsWith("/*")) continue;
    if (word === "BEGIN" || word === "CASE") depth += 1;
    if (word === "END") depth -= 1;
    if (token === ";" && depth === 0) {
      statements.push(statement.trim());
      statement = "";
    } else statement += token;
  }
  return [...statements, statement.trim()].filter((text) => text !== "");
}

/** In the order of their numbers; `folder` from the repository's root. */
export function readMigrations(folder: string): Migration[] {
  const directory = join(ROOT, folder);
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return names.toSorted().map((name) => ({ name, statements: splitStatements(readFileSync(join(directory, name), "utf8")) }));
}
