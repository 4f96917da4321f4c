import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bytesOf } from "../../src/lib/seal.ts";
import { type PackedRow, packedStatements } from "../../src/store/packed-rows.ts";
import { hexed, toBound, unhexed } from "../../src/store/sealed.ts";

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;
const filled = (length: number, from: number): ArrayBuffer => Uint8Array.from({ length }, (_, n) => from + n * 7).buffer;

beforeEach(() => env.DB.prepare("CREATE TABLE sample (name TEXT, n INTEGER, a BLOB, b BLOB) STRICT").run());
afterEach(() => env.DB.prepare("DROP TABLE sample").run());

const insert = (rows: readonly PackedRow[], db = env.DB): D1PreparedStatement[] =>
  packedStatements(
    db,
    rows,
    ({ column, sealed }) =>
      `INSERT INTO sample (n, name, b, a) SELECT ${column("n")}, ${column("name")}, ${sealed("b")}, ${sealed("a")} FROM json_each(?1)`,
  );

it("rows with sealed and absent values come back byte for byte", async () => {
  const rows = [
    { columns: { name: "one", n: 1 }, blobs: { a: bytes(0, 255, 7), b: null } },
    { columns: { name: "two", n: null }, blobs: { a: null, b: bytes(9) } },
    ...Array.from({ length: 600 }, (_, n) => ({ columns: { name: `n${n}`, n }, blobs: { a: bytes(n % 256), b: null } })),
  ];
  const statements = insert(rows);
  expect(statements).toHaveLength(2);
  await env.DB.batch(statements);
  const { results } = await env.DB.prepare(
    "SELECT name, n, hex(a) AS a, typeof(a) AS kind, hex(b) AS b, typeof(b) AS other FROM sample ORDER BY rowid LIMIT 2",
  ).all();
  expect(results).toEqual([
    { name: "one", n: 1, a: "00FF07", kind: "blob", b: "", other: "null" },
    { name: "two", n: null, a: "", kind: "null", b: "09", other: "blob" },
  ]);
  const last = await env.DB.prepare("SELECT hex(a) AS a FROM sample WHERE name = 'n599'").first<{ a: string }>();
  expect(last?.a).toBe("57");
});

it("a row too large for a text of hex comes back byte for byte between rows of usual size", async () => {
  const [small, large, other] = [filled(6_000, 1), filled(1_500_000, 2), filled(300_000, 3)];
  const rows = [
    { columns: { name: "before", n: 1 }, blobs: { a: small, b: small } },
    { columns: { name: "large", n: 2 }, blobs: { a: large, b: other } },
    { columns: { name: "after", n: 3 }, blobs: { a: null, b: small } },
  ];
  await env.DB.batch(insert(rows));
  const { results } = await env.DB.prepare(`SELECT name, ${hexed("a")}, ${hexed("b")} FROM sample ORDER BY n`).all<{
    name: string;
    a: string | number[] | null;
    b: string | number[];
  }>();
  for (const [place, { columns, blobs }] of rows.entries()) {
    const row = results[place];
    expect(row?.name).toBe(columns.name);
    expect(row?.a && bytesOf(row.a)).toEqual(blobs.a && new Uint8Array(blobs.a));
    expect(bytesOf(row?.b ?? "")).toEqual(new Uint8Array(blobs.b));
  }
});

it("no text that is bound is longer than D1's two million, and bytes are bound only where hex would be", () => {
  const bound: unknown[][] = [];
  const prepare = env.DB.prepare.bind(env.DB);
  vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
    const statement = prepare(sql);
    const bind = statement.bind.bind(statement);
    statement.bind = (...values) => {
      bound.push(values);
      return bind(...values);
    };
    return statement;
  });
  insert(
    [7_000, 890_000, 9_000, 899_999, 900_001, 1_900_000, 450_000, 450_000, 450_000].map((size, n) => ({
      columns: { name: `n${n}`, n },
      blobs: { a: new ArrayBuffer(size), b: null },
    })),
  );
  vi.restoreAllMocks();
  const sealed = bound.map(([, one]) => one);
  const texts = sealed.filter((one) => typeof one === "string");
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(2_000_000);
  expect(sealed.flatMap((one) => (one instanceof ArrayBuffer ? [one.byteLength] : []))).toEqual([900_001, 1_900_000]);
});

it("a name that the rows do not have is a mistake of ours that is heard at once", () => {
  const rows = [{ columns: { name: "one" } }];
  expect(() => packedStatements(env.DB, rows, ({ column }) => `SELECT ${column("n")} FROM json_each(?1)`)).toThrow(
    "rows without n",
  );
});

it("one bound value comes back byte for byte, small, large or absent", async () => {
  for (const sealed of [filled(40, 5), filled(1_200_000, 6), null]) {
    await env.DB.prepare(`INSERT INTO sample (name, a) VALUES ('one', ${unhexed("?1")})`)
      .bind(sealed && toBound(sealed))
      .run();
    const row = await env.DB.prepare(`SELECT typeof(a) AS kind, ${hexed("a", "value")} FROM sample`).first<{
      kind: string;
      value: string | number[] | null;
    }>();
    expect(row?.kind).toBe(sealed === null ? "null" : "blob");
    expect(row?.value && bytesOf(row.value)).toEqual(sealed && new Uint8Array(sealed));
    await env.DB.prepare("DELETE FROM sample").run();
  }
});
