/** The inbox's own SQLite: what is acknowledged and not yet bound, and the memory of facts that tells a duplicate from news.
 *  One row per fact does both: its payload is emptied when the event is bound, the row itself stays until the fact may be forgotten.
 *  Everything is synchronous, so a whole arrival is one transaction of the Durable Object. */
import type { Acceptance, Arrival, WaitingEvent } from "../../rpc.ts";
import type { EventId } from "../../lib/ids.ts";

/** A waiting arrival as the binder gets it. */
export type WaitingArrival = WaitingEvent & {
  readonly fact: string;
  readonly state: string;
  readonly rules: boolean;
  /** The event this one replaces as the newest state of the same fact. */
  readonly replaces: EventId | null;
  readonly possibleDuplicate: boolean;
};

/** A bind that failed this often is set aside, so that one unreadable event cannot hold up the others. */
const FAILURES_BEFORE_SET_ASIDE = 5;

/** `fact` is NULL for a row whose fact another state has taken over: UNIQUE lets any number of NULLs stand. */
export function createLedger(sql: SqlStorage): void {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS arrivals (
      seq INTEGER PRIMARY KEY, fact TEXT UNIQUE, id TEXT NOT NULL, state TEXT NOT NULL, received_at INTEGER NOT NULL,
      keep_until INTEGER NOT NULL, connection TEXT NOT NULL, type TEXT NOT NULL, verdict TEXT NOT NULL, cause TEXT, field TEXT,
      rules INTEGER NOT NULL, replaces TEXT, possible_duplicate INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0, facts BLOB, raw BLOB) STRICT;
    CREATE TABLE IF NOT EXISTS duplicates (
      connection TEXT NOT NULL, bucket_at INTEGER NOT NULL, n INTEGER NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (connection, bucket_at)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;`);
}

type Known = Pick<Arrival, "id" | "state" | "verdict" | "cause"> & {
  readonly seq: number;
  readonly received_at: number;
  readonly replaces: EventId | null;
};

/** How much a telling is good for: unusable, nobody's, somebody's. */
const worthOf = ({ verdict, cause }: Pick<Arrival, "verdict" | "cause">): number =>
  verdict === "quarantined" ? 0 : cause === "no_identifier" ? 1 : 2;

/** Records one arrival or recognises it as a duplicate: of its fact, or of a message that its sender repeats after the fact has gone on to
 *  another state. Such a message is remembered by a row of its own, which never waits. What it says counts anew if it is good for more than the first
 *  time and nothing else has taken its place. */
export function record(sql: SqlStorage, arrival: Arrival): Acceptance {
  const { told } = arrival;
  if (told === null) return recordFact(sql, arrival);
  const first = known(sql, told);
  if (first && !(worthOf(arrival) > worthOf(first) && isStanding(sql, arrival, first))) {
    if (arrival.again && arrival.id === first.id) return { id: arrival.id, outcome: arrival.verdict };
    countDuplicate(sql, arrival);
    return { id: first.id, outcome: "duplicate" };
  }
  if (first) release(sql, first);
  const answer = recordFact(sql, arrival);
  const remembered = { ...arrival, id: answer.id, fact: told, state: "", facts: null, raw: null };
  if (answer.outcome !== "quarantined") insert(sql, remembered, null, false);
  return answer;
}

const isStanding = (sql: SqlStorage, { fact }: Arrival, first: Known): boolean =>
  first.verdict === "quarantined" || known(sql, fact)?.id === first.id;

const known = (sql: SqlStorage, fact: string): Known | undefined =>
  [...sql.exec<Known>("SELECT seq, id, state, received_at, verdict, cause, replaces FROM arrivals WHERE fact = ?1", fact)][0];

/** The same event a second time is a call whose answer was lost (call-inbox.ts), not a second telling: it is answered as the first time, also
 *  when another state has replaced it meanwhile. A fact without a vendor key is a duplicate only within its window; later it is news. A fact that came
 *  unusable is news once it comes usable, and one that named nobody once it names somebody; one that is known well is not replaced by an unusable
 *  telling of it, nor by one that says less. */
function recordFact(sql: SqlStorage, arrival: Arrival): Acceptance {
  const older = insert(sql, arrival, null, false) ? undefined : known(sql, arrival.fact);
  if (!older) return { id: arrival.id, outcome: arrival.verdict };
  if (arrival.again && (arrival.id === older.id || arrival.id === older.replaces || isRecent(sql, arrival.id))) {
    return { id: arrival.id, outcome: arrival.verdict };
  }
  const withinWindow = arrival.windowMs === null || Math.abs(arrival.receivedAt - older.received_at) < arrival.windowMs;
  const isBetter = worthOf(arrival) > worthOf(older) && (older.verdict === "quarantined" || arrival.state === older.state);
  if (saysNothingNew(arrival.state, older.state) && withinWindow && !isBetter) {
    countDuplicate(sql, arrival);
    return { id: older.id, outcome: "duplicate" };
  }
  if (arrival.verdict === "quarantined" && older.verdict !== "quarantined") {
    insert(sql, { ...arrival, fact: `${arrival.fact}:${arrival.id}` }, null, false);
    return { id: arrival.id, outcome: arrival.verdict };
  }
  release(sql, older);
  // A state that names nobody is about whom the older one named (bind/older-names.ts).
  const cause = arrival.verdict === "accepted" && worthOf(older) === 2 ? null : arrival.cause;
  insert(sql, { ...arrival, cause }, withinWindow ? older.id : null, !withinWindow);
  return { id: arrival.id, outcome: arrival.verdict };
}

const release = (sql: SqlStorage, { seq }: Known): void => {
  sql.exec("UPDATE arrivals SET fact = NULL WHERE seq = ?1", seq);
};

/** A sum that was not told, or a macro in its place, is no other sum. */
const saysNothingNew = (state: string, older: string): boolean =>
  state === "" || state === older || older.startsWith(`${state}|`);

/** More than arrive while an answer is waited for. */
const RECENT = 10_000;

const isRecent = (sql: SqlStorage, id: EventId): boolean =>
  sql
    .exec<{ n: number }>(
      "SELECT EXISTS (SELECT 1 FROM arrivals WHERE seq > (SELECT MAX(seq) FROM arrivals) - ?1 AND id = ?2) AS n",
      RECENT,
      id,
    )
    .one().n === 1;

type Row = Omit<Arrival, "facts"> & { readonly facts: ArrayBuffer | null };

/** SQLite numbers a row one above the newest. Never a number twice, because the newest row is never deleted: cheaper than AUTOINCREMENT, which
 *  writes a second table. */
function insert(sql: SqlStorage, a: Row, replaces: EventId | null, possibleDuplicate: boolean): boolean {
  const written = sql.exec(
    `INSERT INTO arrivals (fact, id, state, received_at, keep_until, connection, type, verdict, cause, field, rules, replaces, possible_duplicate, facts, raw)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
     ON CONFLICT (fact) DO NOTHING`,
    a.fact,
    a.id,
    a.state,
    a.receivedAt,
    a.keepUntil,
    a.connection,
    a.type,
    a.verdict,
    a.cause,
    a.field,
    a.rules ? 1 : 0,
    replaces,
    possibleDuplicate ? 1 : 0,
    a.facts,
    a.raw,
  );
  return written.rowsWritten > 0;
}

/** Counters are kept per quarter of an hour of receipt: every time zone's midnight falls on one. */
export const bucketOf = (at: number): number => Math.floor(at / 900_000) * 900_000;

function countDuplicate(sql: SqlStorage, arrival: Arrival): void {
  sql.exec(
    "INSERT INTO duplicates (connection, bucket_at, n, told) VALUES (?1, ?2, 1, 0) ON CONFLICT (connection, bucket_at) DO UPDATE SET n = n + 1",
    arrival.connection,
    bucketOf(arrival.receivedAt),
  );
}

/** SQLite has no booleans. `fact` null = another state has taken it over. */
type WaitingRow = Omit<WaitingArrival, "fact" | "rules" | "possibleDuplicate"> & {
  readonly fact: string | null;
  readonly rules: number;
  readonly possibleDuplicate: number;
};

const COLUMNS = `seq, fact, id, state, received_at AS receivedAt, connection, type, verdict, cause, field, rules, replaces,
  possible_duplicate AS possibleDuplicate, facts, raw`;

/** The oldest waiting arrivals in order of acknowledgement. */
export function oldestWaiting(sql: SqlStorage, limit: number): WaitingArrival[] {
  const rows = sql.exec<WaitingRow>(
    `SELECT ${COLUMNS} FROM arrivals WHERE seq > ?1 AND facts IS NOT NULL AND failures < ?2 ORDER BY seq LIMIT ?3`,
    mark(sql),
    FAILURES_BEFORE_SET_ASIDE,
    limit,
  );
  return [...rows].map(toArrival);
}

/** Waiting arrivals newest first, for lists; `before` is an exclusive seq. */
export function newestWaiting(sql: SqlStorage, before: number | null, limit: number): WaitingArrival[] {
  const rows = sql.exec<WaitingRow>(
    `SELECT ${COLUMNS} FROM arrivals WHERE seq > ?1 AND seq < ?2 AND facts IS NOT NULL ORDER BY seq DESC LIMIT ?3`,
    mark(sql),
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
  return [...rows].map(toArrival);
}

/** Those set aside included: they are waiting too, for the next drain. */
export const countWaiting = (sql: SqlStorage): number =>
  sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM arrivals WHERE seq > ?1 AND facts IS NOT NULL", mark(sql)).one().n;

/** Forgets the payload of bound arrivals; their facts stay known. */
export function settleBound(sql: SqlStorage, seqs: readonly number[]): void {
  const list = JSON.stringify(seqs);
  sql.exec("UPDATE arrivals SET facts = NULL, raw = NULL WHERE seq IN (SELECT value FROM json_each(?1))", list);
  sql.exec(
    "DELETE FROM arrivals WHERE fact IS NULL AND seq IN (SELECT value FROM json_each(?1)) AND seq < (SELECT MAX(seq) FROM arrivals)",
    list,
  );
  const first = sql
    .exec<{ seq: number | null }>("SELECT MIN(seq) AS seq FROM arrivals WHERE seq > ?1 AND facts IS NOT NULL", mark(sql))
    .one().seq;
  const last = Math.max(mark(sql), ...seqs);
  setMark(sql, "bound", first === null ? last : first - 1);
}

/** Of the event itself, never of D1: the inbox asks D1 first whether it answers at all. */
export const countFailure = (sql: SqlStorage, seq: number): void => {
  sql.exec("UPDATE arrivals SET failures = failures + 1 WHERE seq = ?1", seq);
};

/** Gives arrivals that were set aside another chance. */
export const retrySetAside = (sql: SqlStorage): void => {
  sql.exec("UPDATE arrivals SET failures = 0 WHERE seq > ?1 AND failures > 0", mark(sql));
};

/** `bucketAt`: `bucketOf` the receipt, epoch ms; `n`: all of that bucket so far, not what is new. */
export type DuplicateCount = { readonly connection: string; readonly bucketAt: number; readonly n: number };

/** Totals per bucket that D1 has not been told yet. They are absolute, so telling one twice changes nothing. */
export const duplicateCounts = (sql: SqlStorage): DuplicateCount[] => [
  ...sql.exec<DuplicateCount>("SELECT connection, bucket_at AS bucketAt, n FROM duplicates WHERE told < n"),
];

/** Remembers what D1 was told. */
export function settleDuplicates(sql: SqlStorage, counts: readonly DuplicateCount[]): void {
  for (const { connection, bucketAt, n } of counts) {
    sql.exec("UPDATE duplicates SET told = ?3 WHERE connection = ?1 AND bucket_at = ?2", connection, bucketAt, n);
  }
}

/** Forgets facts whose time is over, one stretch of the table at a time. */
export function forgetFacts(sql: SqlStorage, now: number, stretch = 5_000): void {
  const from = readMark(sql, "swept");
  const to = from + stretch;
  sql.exec(
    `DELETE FROM arrivals WHERE seq > ?1 AND seq <= ?2 AND facts IS NULL AND (keep_until < ?3 OR fact IS NULL)
       AND seq < (SELECT MAX(seq) FROM arrivals)`,
    from,
    to,
    now,
  );
  setMark(sql, "swept", to >= mark(sql) ? 0 : to);
}

/** Set while an operator's decision is carried out: one found set has died on its way. */
export const isDeciding = (sql: SqlStorage): boolean => readMark(sql, "deciding") === 1;
/** Written before the decision and taken back after it, so that the next turn can tell whether the lanes still have to be put
 *  right. */
export const noteDeciding = (sql: SqlStorage, is: boolean): void => setMark(sql, "deciding", is ? 1 : 0);

/** Everything up to this seq is bound. */
const mark = (sql: SqlStorage): number => readMark(sql, "bound");

const readMark = (sql: SqlStorage, name: string): number =>
  [...sql.exec<{ value: number }>("SELECT value FROM marks WHERE name = ?1", name)][0]?.value ?? 0;

const setMark = (sql: SqlStorage, name: string, value: number): void => {
  sql.exec(
    "INSERT INTO marks (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    name,
    value,
  );
};

const toArrival = (row: WaitingRow): WaitingArrival => ({
  ...row,
  fact: row.fact ?? `superseded:${row.id}`,
  rules: row.rules === 1,
  possibleDuplicate: row.possibleDuplicate === 1,
});
