/** What a lane tells D1 about its deliveries, in batches. Telling the same outcome twice changes nothing: an attempt is keyed by its number, and a
 *  delivery that is settled in its generation (delivered, dead, cancelled) stays as it is. */
import type { DeliveryStatus } from "../domain/delivery.ts";
import { forgetEchoes } from "./echoes.ts";
import { type NewProblem, raiseProblem } from "./problems.ts";

export type AttemptTold = {
  readonly n: number;
  readonly at: number;
  /** HTTP status, 0 = no reply. */
  readonly status: number;
  readonly outcome: "delivered" | "retry" | "dead" | "timeout" | "network" | "interrupted";
};

/** The JSON part of an outcome; ids, keyed digests, codes and times only. */
export type Told = {
  readonly attempt: AttemptTold | null;
  readonly state: DeliveryStatus;
  readonly reason: string | null;
  readonly attempts: number;
  readonly nextAt: number | null;
  readonly settledAt: number | null;
  readonly content: string | null;
  readonly problem: NewProblem | null;
  /** Digests to take back, because nothing was written. */
  readonly unwritten: readonly string[];
};

export type Outcome = {
  readonly id: string;
  readonly generation: number;
  readonly told: Told;
  readonly rendered: ArrayBuffer | null;
  readonly reply: ArrayBuffer | null;
};

/** The statements that tell one outcome, to be run in order and in one batch. */
export function outcomeStatements(db: D1Database, outcome: Outcome): D1PreparedStatement[] {
  const { id, generation, told } = outcome;
  const statements = [
    db
      .prepare(
        `UPDATE deliveries SET status = ?3, reason = ?4, attempts = ?5, next_attempt_at = ?6, settled_at = ?7,
           rendered = COALESCE(?8, rendered), content = COALESCE(?9, content)
         WHERE id = ?1 AND generation = ?2 AND status IN ('queued', 'retrying')`,
      )
      .bind(id, generation, told.state, told.reason, told.attempts, told.nextAt, told.settledAt, outcome.rendered, told.content),
  ];
  if (told.attempt) {
    const { n, at, status, outcome: word } = told.attempt;
    statements.push(
      db
        .prepare(
          `INSERT INTO attempts (delivery_id, generation, n, at, status, outcome, reply) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
           ON CONFLICT DO NOTHING`,
        )
        .bind(id, generation, n, at, status, word, outcome.reply),
    );
  }
  if (told.unwritten.length > 0) statements.push(forgetEchoes(db, id, told.unwritten));
  if (told.problem) statements.push(raiseProblem(db, told.problem));
  return statements;
}
