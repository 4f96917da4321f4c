/** Reads of single facts that binding and decisions need besides the neighbourhood. */
import type { DeliveryId, EventId } from "../lib/ids.ts";
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

/** The connections that still have something to send about these persons, as far as their lanes have told. */
export async function connectionsAwaited(db: D1Database, persons: readonly string[]): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT connection FROM deliveries
       WHERE person_id IN (SELECT value FROM json_each(?1)) AND +status IN ('queued', 'retrying')`,
    )
    .bind(JSON.stringify(persons))
    .all<{ connection: string }>();
  return results.map(({ connection }) => connection);
}

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
