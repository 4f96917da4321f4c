import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { column, packedStatements, sealedColumn } from "../../src/store/packed-rows.ts";

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

it("rows with sealed and absent values come back byte for byte", async () => {
  await env.DB.prepare("CREATE TABLE sample (name TEXT, n INTEGER, a BLOB, b BLOB) STRICT").run();
  const rows = [
    { columns: { name: "one", n: 1 }, blobs: { a: bytes(0, 255, 7), b: null } },
    { columns: { name: "two", n: null }, blobs: { a: bytes(), b: bytes(9) } },
    ...Array.from({ length: 600 }, (_, n) => ({ columns: { name: `n${n}`, n }, blobs: { a: bytes(n % 256), b: null } })),
  ];
  const statements = packedStatements(
    env.DB,
    `INSERT INTO sample (name, n, a, b) SELECT ${column("name")}, ${column("n")}, ${sealedColumn("a")}, ${sealedColumn("b")} FROM json_each(?1)`,
    rows,
  );
  expect(statements).toHaveLength(2);
  await env.DB.batch(statements);
  const { results } = await env.DB.prepare(
    "SELECT name, n, hex(a) AS a, b IS NULL AS gone FROM sample ORDER BY rowid LIMIT 2",
  ).all();
  expect(results).toEqual([
    { name: "one", n: 1, a: "00FF07", gone: 1 },
    { name: "two", n: null, a: "", gone: 0 },
  ]);
  const last = await env.DB.prepare("SELECT hex(a) AS a FROM sample WHERE name = 'n599'").first<{ a: string }>();
  expect(last?.a).toBe("57");
});
