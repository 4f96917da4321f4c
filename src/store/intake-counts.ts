/** What arrived, per connection, quarter of an hour of receipt and outcome. Counters outlive the events they counted. */
/** `bucketAt`: start of the quarter of an hour, epoch ms. */
export type ArrivalCount = {
  readonly connection: string;
  readonly bucketAt: number;
  readonly outcome: "accepted" | "duplicate" | "quarantined" | "preview";
  readonly n: number;
};

const told = (db: D1Database, counts: readonly ArrivalCount[], n: "n + excluded.n" | "excluded.n"): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO intake_counts (connection, bucket_at, outcome, n)
       SELECT value ->> 'connection', value ->> 'bucketAt', value ->> 'outcome', value ->> 'n' FROM json_each(?1) WHERE true
       ON CONFLICT (bucket_at, connection, outcome) DO UPDATE SET n = ${n}`,
    )
    .bind(JSON.stringify(counts));

/** One statement that adds all counts; for a batch that must also contain it. */
export const countArrivals = (db: D1Database, counts: readonly ArrivalCount[]): D1PreparedStatement =>
  told(db, counts, "n + excluded.n");

/** Duplicates as the inbox counted them: absolute totals per bucket, so telling them twice changes nothing. */
export async function tellDuplicates(db: D1Database, counts: readonly Omit<ArrivalCount, "outcome">[]): Promise<void> {
  const duplicates = counts.map((count) => ({ ...count, outcome: "duplicate" as const }));
  await told(db, duplicates, "excluded.n").run();
}
