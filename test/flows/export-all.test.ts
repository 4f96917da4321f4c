/** «Экспорт всего» of a ledger longer than one file. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { type Browser, signIn } from "../kit/console.ts";
import { feed } from "../kit/feed.ts";
import { saveDocument } from "../kit/context.ts";

const ROWS = 4_403;
let browser: Browser;

/** Multiplies the row of an id, each copy with a number of its own. */
async function multiply(table: string, key: string, id: string, numbered: readonly string[]): Promise<void> {
  const { results } = await env.DB.prepare(`SELECT name FROM pragma_table_info('${table}')`).all<{ name: string }>();
  const columns = results.map(({ name }) => name);
  const values = columns.map((name) =>
    name === "seq" ? "t.seq + n.i" : numbered.includes(name) ? `t.${name} || '_' || n.i` : `t.${name}`,
  );
  await env.DB.prepare(
    `INSERT INTO ${table} (${columns.join()}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1})
     SELECT ${values.join()} FROM ${table} t CROSS JOIN n WHERE t.${key} = ?1`,
  )
    .bind(id)
    .run();
}

beforeAll(async () => {
  await saveDocument({ connections: { bot: { kind: "salebot", project: "P1" } } });
  const [id = ""] = await feed({ ids: { tg: 1 } });
  await multiply("events", "id", id, ["id", "fact"]);
  const hash = (await env.DB.prepare("SELECT hash FROM identifiers").first<string>("hash")) ?? "";
  await multiply("identifiers", "hash", hash, ["hash", "scope"]);
  browser = await signIn();
});

/** Every file in turn, as the last line of each says. */
async function files(path: string): Promise<Record<string, unknown>[][]> {
  const text = await browser.text(path);
  expect(text.endsWith("\n")).toBe(true);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const next = lines.at(-1)?.["next"];
  return typeof next === "string" ? [lines.slice(0, -1), ...(await files(next))] : [lines];
}

it.each([
  ["events", "id"],
  ["people", "scope"],
])("%s: every row once, over as many files as it takes, none of them endless", async (what, name) => {
  const all = await files(`/console/export/${what}.jsonl`);
  expect(all.map((lines) => lines.length)).toEqual([4_000, ROWS - 4_000]);
  expect(new Set(all.flat().map((line) => line[name])).size).toBe(ROWS);
});

it("a place that is none begins at the newest, and a name that is no file is a page", async () => {
  const [first] = (await browser.text("/console/export/events.jsonl?from=drop%20table")).split("\n");
  const newest = await env.DB.prepare("SELECT id FROM events ORDER BY seq DESC LIMIT 1").first<string>("id");
  expect(JSON.parse(first ?? "")).toMatchObject({ id: newest, connection: "bot", type: "identify" });
  expect((await browser.get("/console/export/secrets.jsonl")).status).toBe(404);
});
