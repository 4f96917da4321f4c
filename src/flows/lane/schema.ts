/** The lane's own SQLite. `work` is the queue: one row per (delivery, generation), kept for a while after it is settled so that handing the same
 *  work over again changes nothing. `head` marks the first unsettled row of its line; only heads that are due are ever looked for, by index, so
 *  ten thousand waiting deliveries cost nothing until their turn comes. `flights` notes what is out, `outcomes` what D1 has not been told yet (its `line`
 *  is what versions before went by, and empty). Payloads are sealed. Numbers are not AUTOINCREMENT, which writes a second table: one is free again only when no newer row is left. */

/** Run at every start: objects of all ages run the newest code, and the code before it after a roll-back. */
export function createLaneTables(sql: SqlStorage): void {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS work (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL, generation INTEGER NOT NULL, line TEXT NOT NULL, action TEXT NOT NULL,
      created_at INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('waiting', 'flying', 'settled')), head INTEGER NOT NULL,
      due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, repeatable INTEGER NOT NULL DEFAULT 1, sealed BLOB, rendered BLOB,
      echoes TEXT, settled_at INTEGER, UNIQUE (id, generation)) STRICT;
    CREATE INDEX IF NOT EXISTS work_due ON work (due_at, seq) WHERE head = 1 AND state = 'waiting';
    CREATE INDEX IF NOT EXISTS work_line ON work (line, seq) WHERE state <> 'settled';
    CREATE INDEX IF NOT EXISTS work_settled ON work (settled_at) WHERE state = 'settled';
    CREATE TABLE IF NOT EXISTS flights (seq INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, rendered BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS outcomes (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL, generation INTEGER NOT NULL, line TEXT NOT NULL, told TEXT NOT NULL,
      rendered BLOB, reply BLOB) STRICT;
    CREATE TABLE IF NOT EXISTS said (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL, content TEXT NOT NULL, created_at INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS sends (seq INTEGER PRIMARY KEY, held_until INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`);
  takeOver(sql);
}

/** What 0.2.0 left here, which kept what was out in `work` and made `contents` (now `said`) at every start: also after a roll-back, and then what
 *  `flights` tells is past. */
function takeOver(sql: SqlStorage): void {
  if (sql.exec("SELECT name FROM sqlite_schema WHERE name = 'contents'").toArray().length === 0) return;
  sql.exec(`
    DELETE FROM flights;
    INSERT INTO flights (seq, attempts, rendered) SELECT seq, attempts, rendered FROM work INDEXED BY work_line
      WHERE state <> 'settled' AND state = 'flying' AND rendered IS NOT NULL ON CONFLICT DO NOTHING;
    INSERT INTO said (id, content, created_at, at) SELECT id, content, created_at, at FROM contents ORDER BY at;
    DROP TABLE contents;
    DROP INDEX IF EXISTS work_flying;`);
}

/** A small fact that must outlive the object's memory: the connection's id, an open circuit, the sweep's bookmark, a running recovery. */
export function readMark(sql: SqlStorage, name: string): string | null {
  const [row] = sql.exec<{ value: string }>("SELECT value FROM marks WHERE name = ?1", name);
  return row?.value ?? null;
}

/** null deletes it. */
export function setMark(sql: SqlStorage, name: string, value: string | null): void {
  if (value === null) sql.exec("DELETE FROM marks WHERE name = ?1", name);
  else {
    sql.exec(
      "INSERT INTO marks (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }
}
