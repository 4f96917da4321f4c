/** The shape of the sources: file lengths, comments, migration numbers. */
import { globSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT, readWranglerFile } from "../local/wrangler.ts";
import type { Check } from "./finding.ts";

const MAX_LINES = 300;
const MEDIAN_LINES = 80;

/** Every file of `src`, by path from the root. */
export const readSources = (): { path: string; text: string }[] =>
  globSync("src/**/*.ts", { cwd: ROOT })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

const lineCount = (text: string): number => text.trimEnd().split("\n").length;

const commentCount = (text: string): number =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm)].reduce((sum, [comment]) => sum + comment.trim().split("\n").length, 0);

export const sizesCheck: Check = {
  name: "file sizes",
  run: async () => {
    const files = readSources().map(({ path, text }) => ({ path, lines: lineCount(text), comments: commentCount(text) }));
    const sorted = files.map(({ lines }) => lines).toSorted((left, right) => left - right);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const total = sorted.reduce((sum, lines) => sum + lines, 0);
    const comments = files.reduce((sum, file) => sum + file.comments, 0);
    const long = files
      .filter(({ lines }) => lines > MAX_LINES)
      .map(({ path, lines }) => `${path}: ${lines} lines, the cap is ${MAX_LINES}`);
    const share = ((comments / total) * 100).toFixed(0);
    return {
      note: `${files.length} files, ${total} lines, median ${median}, longest ${sorted.at(-1) ?? 0}, comments ${share} %`,
      findings: median > MEDIAN_LINES ? [...long, `the median file has ${median} lines, the limit is ${MEDIAN_LINES}`] : long,
    };
  },
};

export const migrationsCheck: Check = {
  name: "migrations numbered",
  run: async () => {
    const [database] = readWranglerFile().d1_databases;
    const names = readdirSync(join(ROOT, database.migrations_dir)).toSorted();
    const wrong = names.filter(
      (name, index) => !name.startsWith(`${String(index + 1).padStart(4, "0")}_`) || !/^\d{4}_[a-z0-9_]+\.sql$/.test(name),
    );
    const unexplained = names.filter((name) => !readFileSync(join(ROOT, database.migrations_dir, name), "utf8").startsWith("--"));
    return {
      note: names.join(", "),
      findings: [
        ...wrong.map((name) => `${name}: expected NNNN_words.sql, numbered from 0001 without a gap or a repeat`),
        ...unexplained.map((name) => `${name}: begin with a comment: why, and how to undo by hand`),
      ],
    };
  },
};
