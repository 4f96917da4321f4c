/** Outcomes on their way to D1. They are written in the transaction that settles the work and deleted after D1 has them, so a crash or a D1 outage
 *  loses none and delays only what people see: sending never waits for D1. They are gathered for a moment first: D1 is one thread that the inbox
 *  needs as well, and a batch of one costs it nearly as much as a batch of fifty. */
import type { Context } from "../../context.ts";
import { fromBase64 } from "../../lib/crypto.ts";
import { continueDelivery } from "../../store/continuations.ts";
import { type Outcome, type Told, outcomeStatements } from "../../store/delivery-outcomes.ts";
import { handOver } from "../enqueue-delivery.ts";
import type { WorkRow } from "./queue.ts";

/** Outcomes per D1 batch: two statements carry all of them (`store/delivery-outcomes.ts`). */
const BATCH = 200;
/** Nobody sees a status a quarter of a second late; so many do not wait for it. */
const GATHER_MS = 200;
const ENOUGH = 50;
const LONGEST_PAUSE_MS = 30_000;

/** At least once: D1 may be told an outcome again after a crash, which changes nothing there (`store/delivery-outcomes.ts`). */
export type Outbox = {
  record(
    row: Pick<WorkRow, "id" | "generation">,
    told: Told,
    sealed: { readonly rendered: ArrayBuffer | null; readonly reply: ArrayBuffer | null },
    now: number,
  ): void;
  /** Tells D1 one batch of what waits. A D1 that refuses is left alone for a while. */
  flush(ctx: Context): Promise<void>;
  /** When to flush next, epoch ms; null = nothing waits. */
  dueAt(): number | null;
};

type Row = Omit<Outcome, "told"> & { readonly seq: number; readonly told: string };

/** The pause after a failure is kept in memory: a restart tries D1 at once. */
export function openOutbox(sql: SqlStorage): Outbox {
  let failures = 0;
  let retryAt = 0;
  let gathered = 0;
  /** Since when the oldest has waited; 0 = since before this process. */
  let since = holdsAny(sql) ? 0 : null;
  return {
    record(row, told, { rendered, reply }, now) {
      since ??= now;
      gathered += 1;
      sql.exec(
        "INSERT INTO outcomes (id, generation, line, told, rendered, reply) VALUES (?1, ?2, '', ?3, ?4, ?5)",
        row.id,
        row.generation,
        JSON.stringify(told),
        rendered,
        reply,
      );
    },
    async flush(ctx) {
      const rows = [
        ...sql.exec<Row>("SELECT seq, id, generation, told, rendered, reply FROM outcomes ORDER BY seq LIMIT ?1", BATCH),
      ];
      if (rows.length > 0) {
        const outcomes = rows.map((row): Outcome => ({ ...row, told: JSON.parse(row.told) as Told }));
        const going = outcomes.flatMap(({ id, told: { next } }) =>
          next ? [{ id, next, work: new Uint8Array(fromBase64(next.work) ?? []) }] : [],
        );
        let written: Set<unknown>;
        try {
          const answers = await ctx.env.DB.batch<{ id: string }>([
            ...outcomeStatements(ctx.env.DB, outcomes),
            ...going.map(({ id, next, work }) => continueDelivery(ctx.env.DB, id, next, work.buffer)),
          ]);
          written = new Set(answers.flatMap(({ results }) => results.map(({ id }) => id)));
        } catch (failure) {
          failures += 1;
          retryAt = ctx.clock() + Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures);
          ctx.log("error", "lane.flush.failed", { waiting: rows.length, error: String(failure) });
          return;
        }
        failures = 0;
        retryAt = 0;
        sql.exec(
          "DELETE FROM outcomes WHERE seq IN (SELECT value FROM json_each(?1))",
          JSON.stringify(rows.map(({ seq }) => seq)),
        );
        await handOver(
          ctx,
          going
            .filter(({ next }) => written.has(next.id))
            .map(({ next: { id, connection, line, action, createdAt }, work }) => ({
              connection,
              laneWork: { id, generation: 0, line, action, createdAt, work: work.buffer },
            })),
        );
      }
      gathered = 0;
      since = holdsAny(sql) ? ctx.clock() : null;
    },
    dueAt: () => (since === null ? null : Math.max(retryAt, gathered < ENOUGH && since > 0 ? since + GATHER_MS : since)),
  };
}

const holdsAny = (sql: SqlStorage): boolean =>
  sql.exec<{ n: number }>("SELECT EXISTS (SELECT 1 FROM outcomes) AS n").one().n === 1;
