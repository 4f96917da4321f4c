/** The console's list of events, newest first, keyset-paged by `seq`. Filters that indexes cannot serve are bounded by the page they scan. */
import type { EventStatus } from "../../domain/event.ts";
import type { Step } from "../../domain/identity/decision.ts";
import type { Sealed } from "../../lib/seal.ts";
import { type EventHead, HEAD_COLUMNS } from "../event-lists.ts";
import { hexed } from "../sealed.ts";

/** What a screen shows of an event: the named link beside what every list tells, and the worst of its deliveries. */
export type EventLine = EventHead & {
  readonly status: EventStatus;
  readonly bound_at: number | null;
  readonly link: string | null;
  /** Worst outcome among its deliveries: `dead`, `retrying`, or null. */
  readonly trouble: string | null;
};

/** A line of a list also holds the key of its person, whom it may have no other name for. */
export type ListedEvent = EventLine & { readonly person_key: string | null };

/** null or left out = not asked for; conditions add up. Times in epoch ms, `since` inclusive, `until` exclusive; `before` is an exclusive
 *  `seq`. */
export type EventFilter = {
  readonly status?: string | null;
  readonly connection?: string | null;
  readonly type?: string | null;
  /** Any id or key of hers. */
  readonly person?: string | null;
  readonly link?: string | null;
  /** Outbound HTTP status of any of its deliveries. */
  readonly code?: number | null;
  /** Only events with a delivery that was given up; `to` = at this connection. */
  readonly dead?: boolean;
  readonly to?: string | null;
  /** Only events whose payload an operator keeps. */
  readonly kept?: boolean;
  /** As reports count: what is counted, with `since` and `until` about when it happened, not when it came. */
  readonly dated?: boolean;
  readonly since?: number | null;
  readonly until?: number | null;
  readonly before?: number | null;
  readonly limit: number;
};

const COLUMNS = `${HEAD_COLUMNS}, bound_at, link,
  (SELECT MIN(d.status) FROM deliveries d WHERE d.event_id = e.id AND +d.status IN ('dead', 'retrying')) AS trouble`;

/** One statement; sub-selects run for the page's lines only. `trouble` is read live, so a settled delivery shows at the next refresh. */
export async function listEventLines(db: D1Database, filter: EventFilter): Promise<ListedEvent[]> {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (condition: string, value: string | number | null = null): void => {
    if (value === null) return;
    values.push(value);
    conditions.push(condition.replaceAll("?", `?${values.length}`));
  };
  add("e.seq < ?", filter.before);
  add("e.status = ?", filter.status);
  add("e.connection = ?", filter.connection);
  add("(e.type = ? OR e.label = ?)", filter.type);
  add("e.person_id = (SELECT person_id FROM persons WHERE id = ? OR key = ? LIMIT 1)", filter.person);
  add("e.link = ?", filter.link);
  const at = filter.dated === true ? "e.event_at" : "e.received_at";
  add(`${at} >= ?`, filter.since);
  add(`${at} < ?`, filter.until);
  add(
    "EXISTS (SELECT 1 FROM deliveries d JOIN attempts a ON a.delivery_id = d.id WHERE d.event_id = e.id AND a.status = ?)",
    filter.code,
  );
  // By the dead deliveries, which are few beside the events.
  const dead = "e.id IN (SELECT d.event_id FROM deliveries d WHERE d.status = 'dead'";
  if (filter.dead === true && !filter.to) conditions.push(`${dead})`);
  add(`${dead} AND d.connection = ?)`, filter.to);
  if (filter.dated === true) conditions.push("e.counted = 1 AND e.status IN ('bound', 'erased', 'unbound')");
  if (filter.kept === true) conditions.push("e.id IN (SELECT event_id FROM bookmarks)");
  values.push(filter.limit);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS}, (SELECT p.key FROM persons p WHERE p.id = e.person_id) AS person_key FROM events e ${where} ORDER BY e.seq DESC LIMIT ?${values.length}`,
    )
    .bind(...values)
    .all<ListedEvent>();
  return results;
}

/** The newest of a person's events by event time, oldest first. */
export async function personEventLines(db: D1Database, person: string, limit: number): Promise<EventLine[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM events e WHERE e.person_id = ?1 ORDER BY e.event_at DESC, e.seq DESC LIMIT ?2`)
    .bind(person, limit)
    .all<EventLine>();
  return results.toReversed();
}

/** One event whole, the sealed columns still closed: null once retention or an erasure has taken them. */
export type EventSheet = EventLine & {
  via: string | null;
  tid: string | null;
  order_number: string | null;
  utm_source: string | null;
  utm_campaign: string | null;
  facts: Sealed | null;
  raw: Sealed | null;
  trace: Sealed | null;
};

/** null = no such event in D1; what still waits in the inbox is not here. */
export const readEventSheet = (db: D1Database, id: string): Promise<EventSheet | null> =>
  db
    .prepare(
      `SELECT ${COLUMNS}, e.via, e.tid, e.order_number, e.utm_source, e.utm_campaign, ${["e.facts", "e.raw", "e.trace"].map((name) => hexed(name)).join(", ")} FROM events e WHERE e.id = ?1`,
    )
    .bind(id)
    .first<EventSheet>();

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

/** A line of «Экспорт всего»: the ledger without what is only live (`trouble`), with the facts still sealed. */
export type ExportedEvent = Omit<EventLine, "trouble"> & {
  tid: string | null;
  order_number: string | null;
  facts: Sealed | null;
};

/** The ledger, newest first, with sealed facts. */
export async function eventPage(db: D1Database, before: number, limit: number): Promise<ExportedEvent[]> {
  const { results } = await db
    .prepare(
      `SELECT ${HEAD_COLUMNS}, bound_at, link, tid, order_number, ${hexed("facts")} FROM events WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2`,
    )
    .bind(before, limit)
    .all<ExportedEvent>();
  return results;
}
