/** Reads of one person, always of the current one: merged ids, old keys and identifiers that changed hands lead here. All of a
 *  card is one batch, so its parts belong to one moment. By the person's own rows (`events_person`), never through everybody's. */
import type { PersonId, PersonKey } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import { type EventHead, HEAD_COLUMNS } from "./event-lists.ts";
import { IDENTIFIER_COLUMNS, type IdentifierRow } from "./identifier-reads.ts";
import { CURRENT } from "./persons.ts";
import { DEAL, TOUCHES, TOUCH_FACTS } from "./report/touch.ts";
import { hexed } from "./sealed.ts";

/** `erasedAt` epoch ms: the id stays known for ever, so that a stale link says "erased" and not "never existed". */
export type Found = { readonly id: PersonId; readonly erasedAt: number | null };

const ROOT = `SELECT id, erased_at AS "erasedAt" FROM persons WHERE id =`;

/** By any id or key ever given out. */
export const findPerson = (db: D1Database, name: string): Promise<Found | null> =>
  db.prepare(`${ROOT} ${CURRENT}`).bind(name).first<Found>();

/** The owner of an identifier by its blind index. */
export const findOwner = (db: D1Database, hash: string): Promise<Found | null> =>
  db.prepare(`${ROOT} (SELECT person_id FROM identifiers WHERE hash = ?1)`).bind(hash).first<Found>();

/** When this identifier was erased with its person, epoch ms; null = it was not. */
export const erasedAtOf = (db: D1Database, hash: string): Promise<number | null> =>
  db.prepare("SELECT erased_at FROM erased_identifiers WHERE hash = ?1").bind(hash).first<number>("erased_at");

/** A row of the person as once created: her former ids and keys, which lead to her for ever. */
export type LeafRow = {
  readonly id: PersonId;
  readonly key: PersonKey;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly referred_by: string | null;
};
/** A sum in ten-thousandths of one currency (null = the workspace's); `refund` 1 = what went back. */
export type NetRow = { readonly refund: number; readonly currency: string | null; readonly amount: number };
/** The first time (epoch ms) of a stage of the funnel. */
export type StageRow = { readonly stage: string; readonly at: number };
/** The campaign of a click, or of the click a start came with. */
export type TouchRow = {
  readonly at: number;
  readonly link: string | null;
  readonly utm_source: string | null;
  readonly utm_campaign: string | null;
  readonly utm_content: string | null;
};

/** Everything a card is made of, values still sealed. At most 500 identifiers, those told last: a robot's person may have more. */
export type PersonRows = {
  readonly leaves: LeafRow[];
  readonly identifiers: IdentifierRow[];
  readonly stages: StageRow[];
  readonly net: NetRow[];
  readonly touches: TouchRow[];
  readonly traits: { readonly name: string; readonly sealed: Sealed }[];
};

/** `+` here and below: by the person's own events, never through everybody's of a type or a status. */
const COUNTED = "+status IN ('bound', 'erased') AND counted = 1";

const STAGES = `
  SELECT type AS stage, MIN(event_at) AS at FROM events
  WHERE person_id = ?1 AND ${COUNTED} AND +type IN ('click', 'bot_start', 'registration', 'login') GROUP BY type
  UNION ALL SELECT 'order', MIN(event_at) FROM events WHERE person_id = ?1 AND ${COUNTED} AND +type = 'order' AND amount_e4 > 0 HAVING COUNT(*) > 0
  UNION ALL SELECT CASE n WHEN 1 THEN 'sale' ELSE 'resale' END, at FROM (
    SELECT at, ROW_NUMBER() OVER (ORDER BY at) AS n FROM (
      SELECT MIN(event_at) AS at FROM events WHERE person_id = ?1 AND ${COUNTED} AND +type = 'payment' AND amount_e4 > 0
      GROUP BY connection, ${DEAL})) WHERE n <= 2`;

const TOUCH = `SELECT event_at AS at, rank, seq, link, utm_source, utm_campaign, utm_content FROM (${TOUCHES(
  `(${TOUCH_FACTS} WHERE person_id = ?1 AND ${COUNTED})`,
)})`;

const LAST = `${TOUCH} ORDER BY at DESC, rank DESC, seq DESC LIMIT 1`;

/** Where a current person came from last. */
export const lastTouch = (db: D1Database, id: string): Promise<TouchRow | null> => db.prepare(LAST).bind(id).first<TouchRow>();

/** Clicks have no limit: they are what a card leaves out. */
const SHOWN = `SELECT * FROM identifiers WHERE person_id = ?1
  ORDER BY type IN ('click', 'clickid', 'visitor'), told_at DESC, last_seen DESC, hash LIMIT 500`;

/** `stages`: first qualifying event of each; `touches`: the first and the last, or none; `net`: sums by currency in ten-thousandths, refunds apart.
 *  Erased events count on: they carry no personal value any more and the money was real. */
export async function readPerson(db: D1Database, id: PersonId): Promise<PersonRows> {
  const of = (sql: string): D1PreparedStatement => db.prepare(sql).bind(id);
  const answers = await db.batch([
    of("SELECT id, key, first_seen, last_seen, referred_by FROM persons WHERE person_id = ?1 ORDER BY first_seen, id"),
    of(`SELECT ${IDENTIFIER_COLUMNS} FROM (${SHOWN})
        ORDER BY told_at DESC, last_seen DESC, hash`),
    of(STAGES),
    of(`SELECT type = 'refund' AS refund, currency, SUM(amount_e4) AS amount FROM events
        WHERE person_id = ?1 AND ${COUNTED} AND +type IN ('payment', 'refund') AND amount_e4 > 0 GROUP BY 1, 2`),
    of(`SELECT * FROM (${TOUCH} ORDER BY at, rank, seq LIMIT 1) UNION ALL SELECT * FROM (${LAST})`),
    of(`SELECT name, ${hexed("sealed")}, MAX(at) FROM traits WHERE person_id = ?1 GROUP BY name`),
  ]);
  const rows = <T>(place: number): T[] => (answers[place]?.results ?? []) as T[];
  return {
    leaves: rows(0),
    identifiers: rows(1),
    stages: rows(2),
    net: rows(3),
    touches: rows(4),
    traits: rows(5),
  };
}

/** A line of the list of people; `created_at` (epoch ms) is when the row was made here, not when she was first seen. */
export type PersonSummary = { readonly id: PersonId; readonly key: PersonKey; readonly created_at: number };

/** Current persons, the newest first: an order that nothing changes while somebody pages. The cursor is the last row's (created_at, id). */
export async function listPersons(
  db: D1Database,
  before: { at: number; id: string } | null,
  limit: number,
): Promise<PersonSummary[]> {
  const { results } = await db
    .prepare(
      `SELECT id, key, created_at FROM persons
       WHERE erased_at IS NULL AND id = person_id AND (created_at < ?1 OR (created_at = ?1 AND id > ?2))
       ORDER BY created_at DESC, id LIMIT ?3`,
    )
    .bind(before?.at ?? Number.MAX_SAFE_INTEGER, before?.id ?? "", limit)
    .all<PersonSummary>();
  return results;
}

/** An event among a person's others. Times in epoch ms; `shared` 1 = it only borrowed somebody else's click. */
export type TimelineRow = EventHead & {
  readonly shared: number;
  readonly via: string | null;
  readonly via_hash: string | null;
  readonly order_number: string | null;
  readonly tid: string | null;
  readonly link: string | null;
};

/** A start that came before its click has the click's link too: the order of arrival tells nobody anything. */
const LINK =
  "COALESCE(link, (SELECT c.link FROM clicks c WHERE events.type = 'bot_start' AND c.hash = events.click_hash)) AS link";

/** A person's events, oldest first by event time. The cursor is the last row's (event_at, seq). */
export async function readTimeline(
  db: D1Database,
  id: PersonId,
  after: { at: number; seq: number } | null,
  limit: number,
): Promise<TimelineRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${HEAD_COLUMNS}, shared, via, via_hash, order_number, tid, ${LINK}
       FROM events WHERE person_id = ?1 AND (event_at > ?2 OR (event_at = ?2 AND seq > ?3)) ORDER BY event_at, seq LIMIT ?4`,
    )
    .bind(id, after?.at ?? Number.MIN_SAFE_INTEGER, after?.seq ?? 0, limit)
    .all<TimelineRow>();
  return results;
}
