/** What the console asks of events besides their lists. */
import type { Step } from "../../domain/identity/decision.ts";
import type { Sealed } from "../../lib/seal.ts";
import { type EventHead, type EventSheet, HEAD_COLUMNS } from "../event-lists.ts";
import { hexed } from "../sealed.ts";

/** The sealed raw delivery of the event before this one of the same kind, for the comparison. */
export const previousOfKind = (db: D1Database, event: EventSheet): Promise<{ id: string; raw: Sealed | null } | null> =>
  db
    .prepare(
      `SELECT id, ${hexed("raw")} FROM events WHERE connection = ?1 AND type = ?2 AND seq < ?3 AND raw IS NOT NULL ORDER BY seq DESC LIMIT 1`,
    )
    .bind(event.connection, event.type, event.seq)
    .first<{ id: string; raw: Sealed | null }>();

/** What these events say, sealed: the facts and the delivery as it came, for a search in both. */
export async function sealedContentOf(db: D1Database, ids: readonly string[]): Promise<Map<string, Sealed[]>> {
  const { results } = await db
    .prepare(`SELECT id, ${hexed("facts")}, ${hexed("raw")} FROM events WHERE id IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(ids))
    .all<{ id: string; facts: Sealed | null; raw: Sealed | null }>();
  return new Map(results.map(({ id, facts, raw }) => [id, [facts, raw].filter((one) => one !== null)]));
}

/** Changes whenever a list of events would look different: a new event, a late binding, a settled delivery. */
export async function ledgerVersion(db: D1Database): Promise<string> {
  const row = await db
    .prepare(
      `SELECT (SELECT MAX(seq) FROM events) AS seq, (SELECT COUNT(*) FROM events WHERE status = 'unbound') AS unbound,
         (SELECT COUNT(*) FROM deliveries WHERE status IN ('queued', 'retrying')) AS moving, (SELECT COUNT(*) FROM deliveries WHERE status = 'dead') AS dead`,
    )
    .first<{ seq: number | null; unbound: number; moving: number; dead: number }>();
  return [row?.seq ?? 0, row?.unbound ?? 0, row?.moving ?? 0, row?.dead ?? 0].join("-");
}

/** Events of an order or a transaction, and those that wait for the person of one of these identifiers. */
export async function eventsNamed(
  db: D1Database,
  number: string,
  hashes: readonly string[],
): Promise<{ id: string; person_id: string | null }[]> {
  const { results } = await db
    .prepare(
      `SELECT id, person_id FROM events WHERE order_number = ?1 UNION SELECT id, person_id FROM events WHERE tid = ?1
       UNION SELECT event_id, NULL FROM parked WHERE hash IN (SELECT value FROM json_each(?2)) LIMIT 20`,
    )
    .bind(number, JSON.stringify(hashes))
    .all<{ id: string; person_id: string | null }>();
  return results;
}

/** Which of these types of event have ever come. */
export async function typesThatCame(db: D1Database, types: readonly string[]): Promise<ReadonlySet<string>> {
  const { results } = await db
    .prepare("SELECT value AS type FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM events WHERE events.type = value)")
    .bind(JSON.stringify(types))
    .all<{ type: string }>();
  return new Set(results.map(({ type }) => type));
}

/** A decision trace as the binding wrote it. */
export const parseSteps = (text: string): Step[] => JSON.parse(text) as Step[];

/** A line of «Экспорт всего»: the ledger with the facts still sealed. */
export type ExportedEvent = EventHead & {
  link: string | null;
  tid: string | null;
  order_number: string | null;
  facts: Sealed | null;
};

/** The ledger, newest first, with sealed facts. */
export async function eventPage(db: D1Database, before: number, limit: number): Promise<ExportedEvent[]> {
  const { results } = await db
    .prepare(
      `SELECT ${HEAD_COLUMNS}, link, tid, order_number, ${hexed("facts")} FROM events WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2`,
    )
    .bind(before, limit)
    .all<ExportedEvent>();
  return results;
}
