/** The queue of a lane. All of it is synchronous: whatever is called without an await in between is one transaction of the
 *  Durable Object. It guarantees order within a line and nothing between lines: a line has at most one head, its first unsettled
 *  row, and only heads are ever sent; so an event of a person never overtakes an earlier one, and nobody waits for anybody else.
 *  It does not know the rate, the cap or the circuit. */
import type { DeliveryId } from "../../lib/ids.ts";
import type { LaneKey, LaneWork, LineChange } from "../../rpc.ts";

/** `line` keeps order: the person's id, or the address. `sealed` is the work order, `rendered` what the first attempt froze. */
export type WorkRow = Omit<LaneWork, "work"> & {
  readonly seq: number;
  /** Tries made so far. */
  readonly attempts: number;
  readonly sealed: ArrayBuffer;
  readonly rendered: ArrayBuffer | null;
  readonly echoes: readonly string[];
};

type Row = Omit<WorkRow, "echoes"> & { readonly echoes: string | null };

const COLUMNS = "seq, id, generation, line, action, created_at AS createdAt, attempts, sealed, rendered, echoes";

/** Settled keys are remembered this long after their last change: longer than any hand-over of the same work can be late. */
const REMEMBER_MS = 3_600_000;

/** Adds work, due one after another `everyMs` apart; a key that is known, settled or not, is left as it is. Returns how many were new. */
export function put(sql: SqlStorage, items: readonly LaneWork[], now: number, everyMs = 0): number {
  let added = 0;
  for (const [index, item] of items.entries()) {
    const written = sql.exec(
      `INSERT INTO work (id, generation, line, action, created_at, state, head, due_at, sealed)
       VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', NOT EXISTS (SELECT 1 FROM work WHERE line = ?3 AND state <> 'settled'), ?6, ?7)
       ON CONFLICT (id, generation) DO NOTHING`,
      item.id,
      item.generation,
      item.line,
      item.action,
      item.createdAt,
      now + Math.round(index * everyMs),
      item.work,
    );
    if (written.rowsWritten > 0) added += 1;
  }
  return added;
}

/** Heads of lines that are due, longest overdue first, without those the caller already has in hand. */
export function dueHeads(sql: SqlStorage, now: number, limit: number, inHand: ReadonlyMap<number, unknown>): WorkRow[] {
  const rows = sql.exec<Row>(
    `SELECT ${COLUMNS} FROM work WHERE head = 1 AND state = 'waiting' AND due_at <= ?1 AND seq NOT IN (SELECT value FROM json_each(?3))
     ORDER BY due_at, seq LIMIT ?2`,
    now,
    limit,
    JSON.stringify([...inHand.keys()]),
  );
  return [...rows].map(toWork);
}

/** When the next head that is not in hand is due, or null when none waits. */
export function nextDueAt(sql: SqlStorage, inHand: ReadonlyMap<number, unknown>): number | null {
  const [row] = sql.exec<{ due_at: number }>(
    `SELECT due_at FROM work WHERE head = 1 AND state = 'waiting' AND seq NOT IN (SELECT value FROM json_each(?1))
     ORDER BY due_at, seq LIMIT 1`,
    JSON.stringify([...inHand.keys()]),
  );
  return row?.due_at ?? null;
}

/** Waiting and out; by the partial index of unsettled rows. */
export const countUnsettled = (sql: SqlStorage): number =>
  sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM work WHERE state <> 'settled'").one().n;

/** How many rows of lines whose turn has come wait, counted up to `most`; behind one that is tried again later nobody's turn comes before that. */
export const countDue = (sql: SqlStorage, now: number, most: number): number =>
  sql
    .exec<{ n: number }>(
      `SELECT COUNT(*) AS n FROM (SELECT 1 FROM work AS head JOIN work AS own ON own.line = head.line AND own.state <> 'settled'
         WHERE head.head = 1 AND head.state = 'waiting' AND head.due_at <= ?1 LIMIT ?2)`,
      now,
      most,
    )
    .one().n;

/** Keeps what was rendered before its first attempt leaves: every later one sends the same. */
export function freeze(sql: SqlStorage, seq: number, rendered: ArrayBuffer, echoes: readonly string[]): void {
  sql.exec("UPDATE work SET rendered = ?2, echoes = ?3 WHERE seq = ?1", seq, rendered, JSON.stringify(echoes));
}

/** What a request that leaves is remembered by; `rendered` is kept by the first one. */
export type Flight = Pick<WorkRow, "seq" | "attempts"> & { readonly repeatable: boolean; readonly rendered: ArrayBuffer };

/** Written before a request leaves: after a crash these, and only these, may have arrived already. They are noted beside the queue, in a table as
 *  small as what is out: a row of the queue would grow by what was rendered, page after page, to be emptied a moment later. One that must not be
 *  repeated is also marked in the queue, until its flight ends. */
export function markFlying(sql: SqlStorage, { seq, attempts, repeatable, rendered }: Flight): void {
  sql.exec(
    "INSERT INTO flights (seq, attempts, rendered) VALUES (?1, ?2, ?3) ON CONFLICT (seq) DO NOTHING",
    seq,
    attempts,
    rendered,
  );
  if (!repeatable) sql.exec("UPDATE work SET state = 'flying', repeatable = 0 WHERE seq = ?1", seq);
}

/** Back to waiting, with its place at the head of its line; whatever was out is sent as it was rendered then. */
export function postpone(sql: SqlStorage, seq: number, attempts: number, dueAt: number): void {
  sql.exec(
    `UPDATE work SET state = 'waiting', attempts = ?2, due_at = ?3,
       rendered = COALESCE(rendered, (SELECT rendered FROM flights WHERE flights.seq = ?1)) WHERE seq = ?1`,
    seq,
    attempts,
    dueAt,
  );
  sql.exec("DELETE FROM flights WHERE seq = ?1", seq);
}

/** Gives rows to the lines of whoever they are about now, in the order in which they were taken. What is out stays out; of the rest only the first of a
 *  line is its head, and none is due sooner than before. */
export function changeLines(sql: SqlStorage, moves: readonly LineChange[]): void {
  const changed = new Set<string>();
  for (const { id, generation, line } of moves) {
    const row = find(sql, { id, generation });
    if (!row || row.state === "settled" || row.line === line) continue;
    sql.exec("UPDATE work SET line = ?2 WHERE seq = ?1", row.seq, line);
    changed.add(row.line).add(line);
  }
  for (const line of changed) {
    sql.exec(
      `UPDATE work SET head = (seq = (SELECT MIN(seq) FROM work WHERE line = ?1 AND state <> 'settled')) WHERE line = ?1 AND state = 'waiting'`,
      line,
    );
  }
}

/** Ends a row: its payload is emptied, the next of its line becomes the head and is due at once, unless it has failed before. The line is the row's
 *  own by now, which a merge may have changed while it was out. */
export function settleRow(sql: SqlStorage, row: { readonly seq: number }, now: number): void {
  sql.exec(
    "UPDATE work SET state = 'settled', head = 0, sealed = NULL, rendered = NULL, echoes = NULL, settled_at = ?2 WHERE seq = ?1",
    row.seq,
    now,
  );
  sql.exec("DELETE FROM flights WHERE seq = ?1", row.seq);
  sql.exec(
    `UPDATE work SET head = 1, due_at = IIF(attempts = 0, MIN(due_at, ?2), due_at)
     WHERE seq = (SELECT MIN(seq) FROM work WHERE line = (SELECT line FROM work WHERE seq = ?1) AND state <> 'settled') AND head = 0`,
    row.seq,
    now,
  );
}

/** Rows that were out when the process ended. */
export function interrupted(sql: SqlStorage): (WorkRow & { readonly repeatable: boolean })[] {
  const rows = sql.exec<Row & { repeatable: number }>(
    `SELECT work.seq, id, generation, line, action, created_at AS createdAt, flights.attempts, sealed, flights.rendered, echoes,
       IIF(state = 'flying', repeatable, 1) AS repeatable
     FROM flights JOIN work ON work.seq = flights.seq ORDER BY flights.seq`,
  );
  return [...rows].map((row) => ({ ...toWork(row), repeatable: row.repeatable === 1 }));
}

/** By key, whatever its state; a pruned key is not found, as if it had never been here. */
export type Found = {
  readonly seq: number;
  readonly line: string;
  readonly state: "waiting" | "flying" | "settled";
  readonly attempts: number;
};

/** null = never taken, or settled so long ago that it was pruned; a row that is out says `flying`, whatever its own column says
 *  (`markFlying`). */
export function find(sql: SqlStorage, key: LaneKey): Found | null {
  const [row] = sql.exec<Found>(
    `SELECT seq, line, IIF(seq IN (SELECT seq FROM flights), 'flying', state) AS state, attempts
     FROM work WHERE id = ?1 AND generation = ?2`,
    key.id,
    key.generation,
  );
  return row ?? null;
}

/** Remembers a key that was never taken as settled, so that a late hand-over of it is ignored. */
export function putSettled(sql: SqlStorage, key: LaneKey, now: number): void {
  sql.exec(
    `INSERT INTO work (id, generation, line, action, created_at, state, head, due_at, settled_at) VALUES (?1, ?2, '', '', ?3, 'settled', 0, ?3, ?3)`,
    key.id,
    key.generation,
    now,
  );
}

/** Empties everything of these deliveries; keys stay known. Returns the rows that were unsettled, some of which may be in hand. */
export function forgetRows(sql: SqlStorage, ids: readonly DeliveryId[], now: number): number[] {
  const list = JSON.stringify(ids);
  const these = "id IN (SELECT value FROM json_each(?1))";
  sql.exec(`DELETE FROM outcomes WHERE ${these}`, list);
  const unsettled = [...sql.exec<{ seq: number }>(`SELECT seq FROM work WHERE ${these} AND state <> 'settled'`, list)];
  for (const row of unsettled) settleRow(sql, row, now);
  sql.exec(`UPDATE work SET line = '' WHERE ${these}`, list);
  return unsettled.map(({ seq }) => seq);
}

/** Forgets keys that nobody can hand over any more. Those whose outcome D1 does not know yet stay. */
export function prune(sql: SqlStorage, now: number): void {
  sql.exec(
    `DELETE FROM work WHERE seq IN (SELECT seq FROM work WHERE state = 'settled' AND settled_at < ?1
       AND id NOT IN (SELECT id FROM outcomes) LIMIT 5000)`,
    now - REMEMBER_MS,
  );
  sql.exec("DELETE FROM said WHERE at < ?1", now - REMEMBER_MS);
}

const toWork = (row: Row): WorkRow => ({
  ...row,
  echoes: row.echoes === null ? [] : (JSON.parse(row.echoes) as string[]),
});
