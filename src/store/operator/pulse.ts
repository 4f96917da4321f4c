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
