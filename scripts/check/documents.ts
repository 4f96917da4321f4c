/** Documents that must name everything: docs/storage.md every table, docs/errors.md every reason that a client can receive
 *  or a delivery can have. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../local/wrangler.ts";
import type { Check } from "./finding.ts";
import { readSources } from "./sources.ts";

const readPage = (path: string): string => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : "");

const TABLE = /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?["`]?([a-z_][a-z0-9_]*)/gi;
/** A table made under another name only to be renamed is the table it becomes. */
const RENAMED = /\bALTER\s+TABLE\s+([a-z_][a-z0-9_]*)\s+RENAME\s+TO\b/gi;
const named = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, name]) => (name === undefined ? [] : [name]));
function tableNames(text: string): string[] {
  const passing = new Set(named(text, RENAMED));
  return named(text, TABLE).filter((name) => !passing.has(name));
}

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

/** A comment that cites a section nobody wrote sends its reader nowhere: facts of vendors are cited by the section of docs/vendors.md. */
export const vendorSectionsCheck: Check = {
  name: "docs/vendors.md holds every section that is cited",
  run: async () => {
    const rows = [...readPage("docs/vendors.md").matchAll(/^\| ([\d.]+)(?:–([\d.]+))? \|/gm)];
    const held = new Set(rows.flatMap(([, first, last]) => [first, last]));
    const cited = readSources().flatMap(({ path, text }) =>
      [...text.matchAll(/vendors\.md §([\d.]*\d)/g)].map(([, section = ""]) => ({ path, section })),
    );
    // §0 is one row of rules; its numbers are theirs.
    const missing = cited.filter(({ section }) => !held.has(section) && !section.startsWith("0."));
    return {
      note: `${new Set(cited.map(({ section }) => section)).size} sections`,
      findings: missing.map(({ path, section }) => `${path}: there is no §${section}`),
    };
  },
};

/** Where a connector's or a lane's own words for a failed try stand: `judging.dead("…")`, `{ retry: "…" }`, `reason: "…: what"`. */
const OF_TRIES = /^src\/(connectors\/|flows\/lane\/|flows\/attempt-delivery\.ts)/;
const TRY_REASON = /\b(?:(?:dead|retry)\(|(?:dead|retry|reason): )["`]([a-z]+(?:_[a-z]+)*)/g;

export const deliveryReasonsCheck: Check = {
  name: "docs/errors.md names every reason of a delivery",
  run: async () => {
    const page = readPage("docs/errors.md");
    const rows = named(page, /^\| (`[^|]+) \|/gm).join();
    const sources = readSources().filter(({ path }) => OF_TRIES.test(path));
    const reasons = [...new Set(sources.flatMap(({ text }) => named(text, TRY_REASON)))].toSorted();
    // A source's own refusals are reasons of intake and have a heading.
    const missing = reasons.filter((reason) => !rows.includes(`\`${reason}`) && !page.includes(`### ${reason}\n`));
    return { note: `${reasons.length} reasons`, findings: missing.map((reason) => `no row for the reason ${reason}`) };
  },
};

/** Reasons become HTTP in the handlers; a rule of thumb finds them: a quoted word on a line that says `reason`. Those that a flow names and a handler
 *  passes on stand in the document of the API, and test/handlers/openapi.test.ts holds the page to that. */
const MAKES_REASONS = /^src\/(handlers\/|routes\.ts)/;
const REASON = /\breason\??: [^;{]*/g;

export const errorsPageCheck: Check = {
  name: "docs/errors.md names every reason",
  run: async () => {
    const page = readPage("docs/errors.md");
    const sources = readSources().filter(({ path }) => MAKES_REASONS.test(path));
    const phrases = sources.flatMap(({ text }) => [...text.matchAll(REASON)].map(([phrase]) => phrase));
    const words = phrases.flatMap((phrase) => [
      ...phrase.matchAll(/"([a-z]+(?:_[a-z]+)+|conflict|replayed|unauthorized|unparsable|gone)"/g),
    ]);
    const reasons = [...new Set(words.map(([, word]) => word ?? ""))].toSorted();
    const missing = reasons
      .filter((reason) => !page.includes(`### ${reason}\n`))
      .map((reason) => `no heading for the reason ${reason}`);
    return { note: `${reasons.length} reasons`, findings: missing };
  },
};
