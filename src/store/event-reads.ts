/** Reads of single facts that binding and decisions need besides the neighbourhood, and the one cut that a withdrawn consent
 *  makes in what is not sent yet. */
import type { DeliveryId, EventId, PersonId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** Sealed facts of events by id; expired and erased ones are missing. */
export async function loadSealedFacts(db: D1Database, ids: readonly EventId[]): Promise<Map<string, Sealed>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare(`SELECT id, ${hexed("facts")} FROM events WHERE id IN (SELECT value FROM json_each(?1)) AND facts IS NOT NULL`)
    .bind(JSON.stringify(ids))
    .all<{ id: string; facts: Sealed }>();
  return new Map(results.map(({ id, facts }) => [id, facts]));
}

/** A delivery that D1 knows as unsettled. Its lane may be ahead by a batch of outcomes and passes over what it has settled. */
export type Awaited = {
  readonly id: DeliveryId;
  readonly generation: number;
  readonly connection: string;
  /** The person it is about now. */
  readonly line: PersonId;
};

/** What is still to be sent about these persons, as far as the lanes have told. */
export async function loadAwaited(db: D1Database, persons: readonly PersonId[]): Promise<Awaited[]> {
  const { results } = await db
    .prepare(
      `SELECT d.id, d.generation, d.connection, p.person_id AS line FROM deliveries d JOIN persons p ON p.id = d.person_id
       WHERE d.person_id IN (SELECT value FROM json_each(?1)) AND +d.status IN ('queued', 'retrying')`,
    )
    .bind(JSON.stringify(persons))
    .all<Awaited>();
  return results;
}

/** The next persons about whom something is still to be sent, by their ids. */
export async function loadAwaiting(db: D1Database, after: PersonId | ""): Promise<PersonId[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT person_id AS id FROM deliveries INDEXED BY deliveries_status
       WHERE status IN ('queued', 'retrying') AND person_id > ?1 ORDER BY person_id LIMIT 500`,
    )
    .bind(after)
    .all<{ id: PersonId }>();
  return results.map(({ id }) => id);
}

/** What the lane of `connection` must take out of its queue: D1's word alone stops nothing that a lane already holds. */
export type Cancelled = { readonly id: DeliveryId; readonly generation: number; readonly connection: string };

/** Cancels what is not sent yet of some persons at some connections; answers with what its lanes must forget. */
export async function cancelQueued(
  db: D1Database,
  cut: {
    readonly persons: readonly string[];
    readonly connections: readonly string[];
    /** Actions that are left alone. */
    readonly spared: readonly string[];
    readonly reason: string;
    readonly now: number;
  },
): Promise<Cancelled[]> {
  const { results } = await db
    .prepare(
      `UPDATE deliveries SET status = 'cancelled', reason = ?3, settled_at = ?4
       WHERE person_id IN (SELECT id FROM persons WHERE person_id IN (SELECT value FROM json_each(?1)))
         AND connection IN (SELECT value FROM json_each(?2)) AND +status IN ('queued', 'retrying')
         AND action NOT IN (SELECT value FROM json_each(?5))
       RETURNING id, generation, connection`,
    )
    .bind(JSON.stringify(cut.persons), JSON.stringify(cut.connections), cut.reason, cut.now, JSON.stringify(cut.spared))
    .all<Cancelled>();
  return results;
}
