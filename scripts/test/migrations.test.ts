import { globSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { splitStatements } from "../local/bundle.ts";

const PATHS = globSync("src/store/migrations/*.sql").toSorted();

function run(database: DatabaseSync, paths: readonly string[]): void {
  for (const path of paths) for (const sql of splitStatements(readFileSync(path, "utf8"))) database.prepare(sql).run();
}

describe("putting rows in the order of arrival", () => {
  const [before, after] = [PATHS.filter((path) => !path.includes("0012")), PATHS.filter((path) => path.includes("0012"))];
  const EVENTS =
    "INSERT INTO events (id, seq, connection, type, status, received_at, event_at, person_id, fact, facts, click_hash)";

  it("keeps every column of every event and delivery, and the triggers", () => {
    const database = new DatabaseSync(":memory:");
    run(database, before);
    database.exec(`
      ${EVENTS} VALUES ('evt_z', 7, 'bot', 'bot_start', 'bound', 1, 2, 'per_a', 'f1', x'0102', 'c1'), ('evt_a', 9, 'bot', 'message', 'unbound', 3, 4, NULL, 'f2', NULL, NULL);
      UPDATE events SET paid_total_e4 = 5, rules = 0, stored_at = 11, utm_term = 'т', trace = x'03' WHERE id = 'evt_z';
      INSERT INTO deliveries (id, seq, event_id, person_id, connection, action, status, created_at, replayed_at, work, content)
        VALUES ('dlv_z', 4, 'evt_z', 'per_a', 'crm', 'request', 'queued', 1, 2, x'0405', 'd'), ('dlv_a', 4, '', NULL, 'crm', 'request', 'dead', 1, NULL, NULL, NULL);
      DELETE FROM report_stale;`);
    const rows = () =>
      ["events", "deliveries"].map((table) =>
        database
          .prepare(`SELECT * FROM ${table} ORDER BY id`)
          .all()
          .map((row) => Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
      );
    const stale = () =>
      database
        .prepare("SELECT person_id FROM report_stale ORDER BY 1")
        .all()
        .map((row) => row["person_id"]);
    const old = rows();
    run(database, after);
    expect(rows()).toEqual(old);
    expect(stale()).toEqual([]);
    database.exec(`${EVENTS} VALUES ('evt_m', 10, 'bot', 'payment', 'bound', 1, 2, 'per_b', 'f3', NULL, NULL)`);
    database.exec("INSERT INTO clicks (hash, event_id, at) VALUES ('c1', 'evt_z', 1)");
    database.exec("UPDATE events SET counted = 0 WHERE id = 'evt_m'");
    expect(stale()).toEqual(["per_a", "per_b"]);
  });
});

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
    const statements = PATHS.flatMap((path) => splitStatements(readFileSync(path, "utf8")));
    for (const statement of statements) database.prepare(statement).run();
    expect(statements.length).toBeGreaterThan(40);
  });
});
