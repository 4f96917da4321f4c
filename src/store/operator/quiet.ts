/** Connections that fell silent. What is usual is read off the quarter-hour counters of two weeks: the second longest pause, so that one outage does
 *  not make the next one usual, while a pause that comes every night does. Fewer than `LEAST` pauses tell nothing. */
const WEEKS_MS = 14 * 86_400_000;
const BUCKET_MS = 900_000;
const LEAST = 5;
/** Quiet for this many times its usual pause. */
const TIMES = 3;

/** `last_at`: end of the last quarter of an hour in which it spoke, epoch ms; `usual`: its usual pause in ms, a multiple of a
 *  quarter of an hour. */
export type Quiet = { connection: string; last_at: number; usual: number };

/** Those of `connections` whose last word is longer ago than `TIMES` their usual pause; `usual` and `last_at` in ms and epoch ms. */
export async function quietConnections(db: D1Database, connections: readonly string[], now: number): Promise<Quiet[]> {
  const { results } = await db
    .prepare(
      `WITH spoken AS (SELECT DISTINCT connection, bucket_at FROM intake_counts
         WHERE bucket_at >= ?2 AND connection IN (SELECT value FROM json_each(?1))),
       paused AS (SELECT connection, bucket_at, bucket_at - LAG(bucket_at) OVER (PARTITION BY connection ORDER BY bucket_at) AS pause FROM spoken),
       ranked AS (SELECT connection, pause, ROW_NUMBER() OVER (PARTITION BY connection ORDER BY pause DESC) AS place,
         COUNT(*) OVER (PARTITION BY connection) AS n FROM paused WHERE pause IS NOT NULL)
       SELECT r.connection, r.pause AS usual, (SELECT MAX(bucket_at) FROM spoken s WHERE s.connection = r.connection) + ${BUCKET_MS} AS last_at
       FROM ranked r WHERE r.place = 2 AND r.n >= ${LEAST}`,
    )
    .bind(JSON.stringify(connections), now - WEEKS_MS)
    .all<Quiet>();
  return results.filter(({ last_at, usual }) => now - last_at > TIMES * usual);
}

/** A told silence that ended by itself is closed. */
export const closeSilences = (db: D1Database, quiet: readonly string[], now: number): D1PreparedStatement =>
  db
    .prepare(
      "UPDATE problems SET resolved_at = ?2 WHERE kind = 'silence' AND resolved_at IS NULL AND connection NOT IN (SELECT value FROM json_each(?1))",
    )
    .bind(JSON.stringify(quiet), now);

/** Silences of these connections that were told since they last spoke: open or closed by an operator, they are not told again. */
export async function toldSilences(db: D1Database, connections: readonly string[]): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      "SELECT connection, MAX(last_at) AS at FROM problems WHERE kind = 'silence' AND connection IN (SELECT value FROM json_each(?1)) GROUP BY connection",
    )
    .bind(JSON.stringify(connections))
    .all<{ connection: string; at: number }>();
  return new Map(results.map(({ connection, at }) => [connection, at]));
}
