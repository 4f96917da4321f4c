/** What arrived, per connection, quarter of an hour of receipt and outcome. Counters outlive the events they counted. */
import type { Context } from "../context.ts";

/** `bucketAt`: start of the quarter of an hour, epoch ms. */
export type ArrivalCount = {
  readonly connection: string;
  readonly bucketAt: number;
  readonly outcome: "accepted" | "duplicate" | "quarantined" | "preview";
  readonly n: number;
};

/** One statement that adds all counts; for a batch that must also contain it. */
export function countArrivalsStatement(ctx: Pick<Context, "env">, counts: readonly ArrivalCount[]): D1PreparedStatement {
  return ctx.env.DB.prepare(
    `INSERT INTO intake_counts (connection, bucket_at, outcome, n)
     SELECT value ->> 'connection', value ->> 'bucketAt', value ->> 'outcome', value ->> 'n' FROM json_each(?1) WHERE true
     ON CONFLICT (bucket_at, connection, outcome) DO UPDATE SET n = n + excluded.n`,
  ).bind(JSON.stringify(counts));
}

/** Duplicates as the inbox counted them: absolute totals per bucket, so telling them twice changes nothing. */
export async function tellDuplicates(ctx: Pick<Context, "env">, counts: readonly Omit<ArrivalCount, "outcome">[]): Promise<void> {
  await ctx.env.DB.prepare(
    `INSERT INTO intake_counts (connection, bucket_at, outcome, n)
     SELECT value ->> 'connection', value ->> 'bucketAt', 'duplicate', value ->> 'n' FROM json_each(?1) WHERE true
     ON CONFLICT (bucket_at, connection, outcome) DO UPDATE SET n = excluded.n`,
  )
    .bind(JSON.stringify(counts))
    .run();
}
