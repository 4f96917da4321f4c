/** Documents that must name everything: docs/storage.md every table, docs/errors.md every reason that a client can receive. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../local/wrangler.ts";
import type { Check } from "./finding.ts";
import { readSources } from "./sources.ts";

const readPage = (path: string): string => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : "");

const TABLE = /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?["`]?([a-z_][a-z0-9_]*)/gi;
const tableNames = (text: string): string[] =>
  [...text.matchAll(TABLE)].flatMap(([, name]) => (name === undefined ? [] : [name]));

/** Tables of D1's migrations and of the Durable Objects, whose schemas stand in the sources. */
function allTables(): string[] {
  const migrations = globSync("src/store/migrations/*.sql", { cwd: ROOT }).map((path) => readPage(path));
  const schemas = [...migrations, ...readSources().map(({ text }) => text)];
  return [...new Set([...schemas.flatMap(tableNames), "d1_migrations"])].toSorted();
}

export const storagePageCheck: Check = {
  name: "docs/storage.md names every table",
  run: async () => {
    const page = readPage("docs/storage.md");
    const tables = allTables();
    const named = new Set([...page.matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map(([, name]) => name));
    const missing = tables.filter((table) => !named.has(table)).map((table) => `no row for the table ${table}`);
    const gone = [...named]
      .filter((name) => name !== undefined && !tables.includes(name))
      .map((name) => `a row for ${name}, which no longer exists`);
    return { note: `${tables.length} tables`, findings: [...missing, ...gone] };
  },
};

/** A reason is written as `reason: "…"` where a problem is made. */
export const errorsPageCheck: Check = {
  name: "docs/errors.md names every reason",
  run: async () => {
    const page = readPage("docs/errors.md");
    const sources = readSources().filter(({ path }) => path.startsWith("src/handlers/") || path === "src/routes.ts");
    const written = sources.flatMap(({ text }) =>
      [...text.matchAll(/problem\([^;]*?reason: "([a-z_]+)"/g)].map(([, reason]) => reason ?? ""),
    );
    const reasons = [...new Set(written)].toSorted();
    const missing = reasons
      .filter((reason) => !page.includes(`\`${reason}\``))
      .map((reason) => `the reason ${reason} is not described`);
    return { note: `${reasons.length} reasons`, findings: missing };
  },
};
