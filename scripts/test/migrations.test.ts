import { globSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { splitStatements } from "../local/bundle.ts";

describe("splitting a migration", () => {
  it("leaves semicolons in quotes, comments and trigger bodies alone", () => {
    const sql = `-- a; comment
      CREATE TABLE t (a TEXT DEFAULT 'x;''y'); /* b; c */
      CREATE TRIGGER r AFTER INSERT ON t BEGIN
        UPDATE t SET a = CASE WHEN a = ';' THEN 'z' ELSE a END; DELETE FROM t;
      END;
      CREATE INDEX "i;j" ON t (a)`;
    expect(splitStatements(sql).map((statement) => statement.slice(0, 14))).toEqual([
      "CREATE TABLE t",
      "CREATE TRIGGER",
      'CREATE INDEX "',
    ]);
  });

  it("gives single statements that SQLite accepts in order, for every migration there is", () => {
    const database = new DatabaseSync(":memory:");
    const statements = globSync("src/store/migrations/*.sql")
      .toSorted()
      .flatMap((path) => splitStatements(readFileSync(path, "utf8")));
    for (const statement of statements) database.prepare(statement).run();
    expect(statements.length).toBeGreaterThan(40);
  });
});
