/** What the overview and the connection cards ask: who spoke last, how much, what is stuck. */
export type ConnectionPulse = { connection: string; last_at: number | null; received: number; bound: number; read: number };

/** Per connection from `since` to `until` (epoch ms, exclusive): received events; ever: last receipt, whether any was understood or bound. */
export async function connectionPulses(
  db: D1Database,
  connections: readonly string[],
  since: number,
  until = Number.MAX_SAFE_INTEGER,
): Promise<Map<string, ConnectionPulse>> {
  const { results } = await db
    .prepare(
      `SELECT c.value AS connection,
         (SELECT MAX(e.received_at, e.stored_at) FROM events e WHERE e.connection = c.value ORDER BY e.seq DESC LIMIT 1) AS last_at,
         COALESCE((SELECT SUM(n) FROM intake_counts k WHERE k.connection = c.value AND k.bucket_at >= ?2 AND k.bucket_at < ?3), 0) AS received,
         EXISTS (SELECT 1 FROM events e WHERE e.connection = c.value AND e.status = 'bound') AS bound,
         EXISTS (SELECT 1 FROM events e WHERE e.connection = c.value AND e.status IN ('bound', 'unbound', 'echo', 'preview')) AS read
       FROM json_each(?1) c`,
    )
    .bind(JSON.stringify(connections), since, until)
    .all<ConnectionPulse>();
  return new Map(results.map((row) => [row.connection, row]));
}

/** What came of a connection's deliveries since `since`, by outcome at the door. */
export async function intakeOutcomes(
  db: D1Database,
  connection: string,
  since: number,
): Promise<{ outcome: string; n: number }[]> {
  const { results } = await db
    .prepare(
      "SELECT outcome, SUM(n) AS n FROM intake_counts WHERE connection = ?1 AND bucket_at >= ?2 GROUP BY outcome ORDER BY n DESC",
    )
    .bind(connection, since)
    .all<{ outcome: string; n: number }>();
  return results;
}

/** When anything came last; null = nothing ever did. What an import tells of the past came when it was imported. */
export const lastReceivedAt = (db: D1Database): Promise<number | null> =>
  db.prepare("SELECT MAX(received_at, stored_at) AS at FROM events ORDER BY seq DESC LIMIT 1").first<number>("at");

/** `persons` is JSON, see `personsOf`. `count` and `first_at` begin anew when a closed problem comes back; times in epoch ms. */
export type ProblemLine = {
  id: string;
  kind: string;
  cause: string | null;
  connection: string | null;
  field: string | null;
  persons: string | null;
  identifier_hash: string | null;
  identifier_type: string | null;
  event_id: string | null;
  count: number;
  first_at: number;
  last_at: number;
};

/** Events that something can still bind: once its waiting time is over an event stays `unbound` in the ledger and is nobody's task (L-04). */
const WAITS = "status = 'unbound' AND id IN (SELECT event_id FROM parked)";

/** How long an event waits before it is a problem. */
const WAITED_MS = 86_400_000;

const PROBLEM =
  "id, kind, cause, connection, field, persons, identifier_hash, identifier_type, event_id, count, first_at, last_at";

/** At most 200, the last told first: beyond that the list is no longer what an operator works through. The API pages through all of them. */
export async function openProblems(db: D1Database): Promise<ProblemLine[]> {
  const { results } = await db
    .prepare(`SELECT ${PROBLEM} FROM problems WHERE resolved_at IS NULL ORDER BY last_at DESC LIMIT 200`)
    .all<ProblemLine>();
  return results;
}

/** Closed ones too: the link in an alert may be opened after somebody else has closed it. */
export const findProblem = (db: D1Database, id: string): Promise<ProblemLine | null> =>
  db.prepare(`SELECT ${PROBLEM} FROM problems WHERE id = ?1`).bind(id).first<ProblemLine>();

/** Open ones, and a line for every connection whose events have waited for over a day: as the list shows them. */
export const countProblems = async (db: D1Database, now: number): Promise<number> =>
  (await db
    .prepare(
      `SELECT (SELECT COUNT(*) FROM problems WHERE resolved_at IS NULL)
         + (SELECT COUNT(DISTINCT connection) FROM events WHERE ${WAITS} AND received_at < ?1) AS n`,
    )
    .bind(now - WAITED_MS)
    .first<number>("n")) ?? 0;

/** When somebody last closed a problem, epoch ms; null = never. What the empty list says instead of nothing. */
export const lastResolvedAt = (db: D1Database): Promise<number | null> =>
  db.prepare("SELECT MAX(resolved_at) AS at FROM problems").first<number>("at");

/** Closed by the operator; it opens again when the same problem is told again. */
export async function resolveProblem(db: D1Database, id: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE problems SET resolved_at = ?2 WHERE id = ?1 AND resolved_at IS NULL")
    .bind(id, now)
    .run();
  return meta.changes > 0;
}

/** Money that is not where it belongs, in ten-thousandths: by what keeps it (the kind of its problem), connection, field and currency. */
export type StuckMoney = {
  kind: "unresolved_macro" | "unbound" | "delivery";
  connection: string;
  field: string | null;
  currency: string | null;
  amount: number;
};

/** As reports count: the newest state of a payment, refunds taken off. An event that died at two destinations is counted at each: it is stuck twice. */
export async function stuckMoney(db: D1Database, now: number): Promise<StuckMoney[]> {
  const { results } = await db
    .prepare(
      `SELECT CASE status WHEN 'unbound' THEN 'unbound' ELSE 'unresolved_macro' END AS kind, connection, CASE status WHEN 'unbound' THEN NULL ELSE field END AS field,
         currency, SUM(CASE type WHEN 'refund' THEN -amount_e4 ELSE amount_e4 END) AS amount FROM events
       WHERE (${WAITS} AND received_at < ?1 OR status = 'quarantined') AND type IN ('payment', 'refund') AND counted = 1 AND amount_e4 > 0
       GROUP BY 1, 2, 3, 4
       UNION ALL
       SELECT 'delivery', d.connection, NULL, e.currency, SUM(e.amount_e4) FROM (SELECT DISTINCT connection, event_id FROM deliveries WHERE status = 'dead') d
       JOIN events e ON e.id = d.event_id WHERE e.amount_e4 > 0 GROUP BY 2, 4`,
    )
    .bind(now - WAITED_MS)
    .all<StuckMoney>();
  return results;
}

/** What waits for its person for over a day, a line per connection, as problems that close themselves when the person comes. */
export async function unboundProblems(db: D1Database, now: number): Promise<ProblemLine[]> {
  const { results } = await db
    .prepare(
      `SELECT 'unbound:' || connection AS id, 'unbound' AS kind, 'waits_for_person' AS cause, connection, NULL AS field, NULL AS persons, NULL AS identifier_hash,
         NULL AS identifier_type, NULL AS event_id, COUNT(*) AS count, MIN(received_at) AS first_at, MAX(received_at) AS last_at
       FROM events WHERE ${WAITS} AND received_at < ?1 GROUP BY connection`,
    )
    .bind(now - WAITED_MS)
    .all<ProblemLine>();
  return results;
}

/** The people a problem is about. */
export const personsOf = (problem: ProblemLine): string[] => JSON.parse(problem.persons ?? "[]") as string[];
