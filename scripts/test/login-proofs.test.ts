/** The table of the login's requirements tells the truth: each of S1–S40 that concerns us is listed, and its files speak of it by its number. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const NOT_OURS = ["S34", "S35"];
const table = readFileSync("docs/login-proofs.md", "utf8");
const rows = [...table.matchAll(/^\| (S\d+) \|.*$/gm)].map(([row, id = ""]) => ({
  id,
  files: [...row.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = ""]) => file),
}));

it("lists every requirement once", () => {
  const wanted = Array.from({ length: 40 }, (_, place) => `S${place + 1}`).filter((id) => !NOT_OURS.includes(id));
  expect(rows.map(({ id }) => id)).toEqual(wanted);
});

it.each(rows)("$id is proved under its number where the table says", ({ id, files }) => {
  expect(files.length).toBeGreaterThan(0);
  const named = new RegExp(`["\`][^"\`\\n]*\\b${id}\\b`);
  expect(files.filter((file) => !named.test(readFileSync(file, "utf8")))).toEqual([]);
});
