/** What a lane tells D1 about its deliveries, in batches. Telling the same outcome twice changes nothing: an attempt is keyed by its number, and a
 *  delivery that is settled in its generation (delivered, dead, cancelled) stays as it is. */
import type { DeliveryStatus } from "../domain/delivery.ts";
import type { Continuation } from "./continuations.ts";
import { forgetEchoes } from "./echoes.ts";
import { type PackedRow, insertPacked, packedStatements } from "./packed-rows.ts";
import { type NewProblem, raiseProblem } from "./problems.ts";

/** One try of a generation. `n` counts from 1 and is the attempt's key, `at` is when it began (epoch ms). `timeout` and `network`
 *  got no reply, so the vendor may have taken it; `interrupted` was out when the process ended. */
export type AttemptTold = {
  readonly n: number;
  readonly at: number;
  /** HTTP status, 0 = no reply. */
  readonly status: number;
  readonly outcome: "delivered" | "retry" | "dead" | "timeout" | "network" | "interrupted";
};

/** The JSON part of an outcome; ids, keyed digests, codes, times and what is sealed. */
export type Told = {
  readonly attempt: AttemptTold | null;
  readonly state: DeliveryStatus;
  readonly reason: string | null;
  readonly attempts: number;
  readonly nextAt: number | null;
  readonly settledAt: number | null;
  readonly problem: NewProblem | null;
  /** Digests to take back, because nothing was written. */
  readonly unwritten: readonly string[];
  /** Where the words of a dead delivery go on. */
  readonly next: Continuation | null;
};

/** What became of one (id, generation). Both blobs are sealed: `rendered` comes with the first attempt only and stays for a
 *  replay, `reply` is the first kilobyte of what the vendor answered. */
export type Outcome = {
  readonly id: string;
  readonly generation: number;
  readonly told: Told;
  readonly rendered: ArrayBuffer | null;
  readonly reply: ArrayBuffer | null;
};

const SETTLEMENT = ["id", "generation", "status", "reason", "attempts", "next_attempt_at", "settled_at"] as const;

/** The statements that tell outcomes, oldest first, to be run in one batch: one for all deliveries and one for all attempts, however many there are.
 *  D1 is one thread that the inbox writes to as well, so what counts is statements, not rows. `+status` keeps the planner off the index by status:
 *  with ten thousand deliveries behind a dead vendor it would go through all of them for each outcome. */
export function outcomeStatements(db: D1Database, outcomes: readonly Outcome[]): D1PreparedStatement[] {
  return [
    ...packedStatements(
      db,
      newestOf(outcomes).map(settlementRow),
      ({
        named,
        sealed,
      }) => `UPDATE deliveries SET status = r.status, reason = r.reason, attempts = r.attempts, next_attempt_at = r.next_attempt_at,
          settled_at = r.settled_at, rendered = COALESCE(r.rendered, deliveries.rendered)
        FROM (SELECT ${named(SETTLEMENT)}, ${sealed("rendered")} AS rendered FROM json_each(?1)) AS r
        WHERE deliveries.id = r.id AND deliveries.generation = r.generation AND +deliveries.status IN ('queued', 'retrying')`,
    ),
    ...insertPacked(db, "attempts", outcomes.flatMap(attemptRow), "DO NOTHING"),
    ...outcomes.flatMap(({ id, told: { unwritten, problem } }) => [
      ...(unwritten.length > 0 ? [forgetEchoes(db, id, unwritten)] : []),
      ...(problem ? [raiseProblem(db, problem)] : []),
    ]),
  ];
}

const isSettled = ({ told }: Outcome): boolean => told.state !== "queued" && told.state !== "retrying";

/** One outcome per delivery and generation, because a joined update takes any one of several rows: the newest, until it is settled. What only the
 *  first attempt brings stays. */
function newestOf(outcomes: readonly Outcome[]): Outcome[] {
  const newest = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const key = `${outcome.id} ${outcome.generation}`;
    const known = newest.get(key);
    if (!known) newest.set(key, outcome);
    else if (!isSettled(known)) {
      newest.set(key, { ...outcome, rendered: outcome.rendered ?? known.rendered });
    }
  }
  return [...newest.values()];
}

function settlementRow({ id, generation, told, rendered }: Outcome): PackedRow {
  const { state: status, reason, attempts, nextAt: next_attempt_at, settledAt: settled_at } = told;
  const columns = { id, generation, status, reason, attempts, next_attempt_at, settled_at };
  return { columns: columns satisfies Record<(typeof SETTLEMENT)[number], unknown>, blobs: { rendered } };
}

function attemptRow({ id, generation, told, reply }: Outcome): PackedRow[] {
  if (!told.attempt) return [];
  const { n, at, status, outcome } = told.attempt;
  return [{ columns: { delivery_id: id, generation, n, at, status, outcome }, blobs: { reply } }];
}
