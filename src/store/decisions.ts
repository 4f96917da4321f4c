/** What only operators decide, as statements of their batch: undone merges, keep-apart edges, blocked values, settled problems. */
import type { EventId, MergeId, PersonId } from "../lib/ids.ts";
import type { Merge, Ref } from "../domain/identity/graph.ts";
import { insertRows } from "./event-writes.ts";
import { packedStatements } from "./packed-rows.ts";

/** `members`: the rows that the loser stood for when it was merged; an unmerge gives back exactly these, whatever has joined the
 *  survivor since. `by` decides what its undoing leaves: what an operator merged comes apart without a trace, anything else is
 *  kept apart from then on. */
export type StoredMerge = Omit<Merge, "eventId"> & { readonly id: MergeId; readonly lifted: Lifted };

/** What an operator's merge takes away besides moving rows, kept with the merge so that its undoing can give it back. */
export type Lifted = {
  readonly apart: readonly { readonly a: string; readonly b: string; readonly at: number }[];
  readonly claims: readonly { readonly contact: string; readonly messenger: string; readonly at: number }[];
  readonly problems: readonly string[];
  /** What waited for contacts that a merge took out of quarantine, and when those who got it were first and last seen before and after. */
  readonly parked: readonly ParkedRow[];
  readonly seen: readonly { readonly id: PersonId; readonly before: Seen; readonly after: Seen }[];
};

/** A row of `parked` as it stood: what waits again keeps its end (epoch ms) and never waits longer than it would have. */
export type ParkedRow = { readonly hash: string; readonly event_id: EventId; readonly expires_at: number };
/** Event times, epoch ms. */
export type Seen = readonly [first: number, last: number];

const NOTHING: Lifted = { apart: [], claims: [], problems: [], parked: [], seen: [] };

/** The newest merge into a person that is not undone. */
export async function newestMerge(db: D1Database, survivor: string): Promise<StoredMerge | null> {
  const row = await db
    .prepare(
      "SELECT id, survivor, loser, members, by, lifted FROM merges WHERE survivor = ?1 AND undone_at IS NULL ORDER BY seq DESC LIMIT 1",
    )
    .bind(survivor)
    .first<Omit<StoredMerge, "members" | "lifted"> & { members: string; lifted: string | null }>();
  if (row === null) return null;
  const lifted = row.lifted === null ? NOTHING : { ...NOTHING, ...(JSON.parse(row.lifted) as Lifted) };
  return { ...row, members: JSON.parse(row.members) as PersonId[], lifted };
}

/** Part of the batch that points the rows back. The merge stays as history; `newestMerge` passes over it from then on, so merges
 *  are undone one by one, the newest first. */
export const undoMerge = (db: D1Database, id: MergeId, now: number): D1PreparedStatement =>
  db.prepare("UPDATE merges SET undone_at = ?2 WHERE id = ?1").bind(id, now);

/** An edge between each of these rows of one side and each of the other, smaller id first: should one of the two come apart later, all that comes of it
 *  stays apart from the other. */
export const keepApart = (
  db: D1Database,
  left: readonly PersonId[],
  right: readonly PersonId[],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO kept_apart (a, b, at) SELECT MIN(l.value, r.value), MAX(l.value, r.value), ?3 FROM json_each(?1) l, json_each(?2) r
       WHERE TRUE ON CONFLICT DO NOTHING`,
    )
    .bind(JSON.stringify(left), JSON.stringify(right), now);

/** What a merge of these two sides is about to lift: edges between them, claims on their contacts, conflicts all of whose persons they are, and what
 *  waits for those contacts.
 *  Read before the merge's own batch: the inbox is the only writer of all three. */
export async function liftedBy(
  db: D1Database,
  [left, right]: readonly [readonly PersonId[], readonly PersonId[]],
  contacts: readonly string[],
): Promise<Lifted> {
  const sides = [JSON.stringify(left), JSON.stringify(right)];
  const [apart, claims, problems, parked] = await db.batch([
    db
      .prepare(
        `SELECT a, b, at FROM kept_apart WHERE (a IN (SELECT value FROM json_each(?1)) AND b IN (SELECT value FROM json_each(?2)))
           OR (a IN (SELECT value FROM json_each(?2)) AND b IN (SELECT value FROM json_each(?1)))`,
      )
      .bind(...sides),
    db
      .prepare(
        `SELECT contact_hash AS contact, messenger_hash AS messenger, at FROM contact_claims
         WHERE contact_hash IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(contacts)),
    db
      .prepare(
        `SELECT id FROM problems WHERE resolved_at IS NULL AND kind IN ('conflict', 'contact_quarantined') AND json_array_length(persons) > 1
           AND NOT EXISTS (SELECT 1 FROM json_each(problems.persons) WHERE value NOT IN (SELECT value FROM json_each(?1)))`,
      )
      .bind(JSON.stringify([...left, ...right])),
    db
      .prepare(
        `SELECT hash, event_id, expires_at FROM parked
         WHERE event_id IN (SELECT event_id FROM parked WHERE hash IN (SELECT value FROM json_each(?1)))`,
      )
      .bind(JSON.stringify(contacts)),
  ]);
  return {
    apart: (apart?.results ?? []) as { a: string; b: string; at: number }[],
    claims: (claims?.results ?? []) as { contact: string; messenger: string; at: number }[],
    problems: ((problems?.results ?? []) as { id: string }[]).map(({ id }) => id),
    parked: (parked?.results ?? []) as ParkedRow[],
    seen: [],
  };
}

/** Lifts it, and notes it with the newest merge into `survivor`, which the same batch has just inserted. */
export const lift = (db: D1Database, survivor: PersonId, lifted: Lifted, now: number): D1PreparedStatement[] => [
  db
    .prepare("DELETE FROM kept_apart WHERE (a, b) IN (SELECT value ->> 'a', value ->> 'b' FROM json_each(?1))")
    .bind(JSON.stringify(lifted.apart)),
  forgetClaims(
    db,
    lifted.claims.map(({ contact }) => contact),
  ),
  settle(db, lifted.problems, now),
  db
    .prepare("UPDATE merges SET lifted = ?2 WHERE id = (SELECT id FROM merges WHERE survivor = ?1 ORDER BY seq DESC LIMIT 1)")
    .bind(survivor, JSON.stringify(lifted)),
];

/** Gives back what a merge had lifted. */
export const giveBack = (db: D1Database, { apart, claims, problems }: Lifted): D1PreparedStatement[] => [
  ...insertRows(db, "kept_apart", apart),
  ...insertRows(
    db,
    "contact_claims",
    claims.map(({ contact, messenger, at }) => ({ contact_hash: contact, messenger_hash: messenger, at })),
  ),
  settle(db, problems, null),
];

/** What the end of a quarantine bound waits again. Its rules have run and run no more, whoever gets it in the end. */
export const waitAgain = (
  db: D1Database,
  events: readonly { readonly columns: { readonly id: EventId }; readonly blobs: { readonly trace: ArrayBuffer } }[],
  parked: readonly ParkedRow[],
): D1PreparedStatement[] => [
  ...packedStatements(
    db,
    events,
    ({
      named,
      sealed,
    }) => `UPDATE events SET status = 'unbound', cause = 'unknown_person', person_id = NULL, home_id = NULL, via = NULL,
        via_hash = NULL, bound_at = NULL, shared = 0, label = NULL, ordinal = NULL, rules = 0, trace = r.trace
      FROM (SELECT ${named(["id"])}, ${sealed("trace")} AS trace FROM json_each(?1)) AS r WHERE events.id = r.id AND +events.status = 'bound'`,
  ),
  ...insertRows(db, "parked", parked),
];

/** Closes these problems, or opens them again. */
const settle = (db: D1Database, problems: readonly string[], at: number | null): D1PreparedStatement =>
  db
    .prepare("UPDATE problems SET resolved_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(problems), at);

/** The value is nobody's for good: it finds, founds and joins no one (`domain/identity/usable.ts`), and no statement takes a
 *  block back. The same value twice changes nothing. Only the blind index is written. */
export const blockIdentifier = (
  db: D1Database,
  ref: { readonly hash: string; readonly type: string; readonly scope: string },
  now: number,
): D1PreparedStatement =>
  db
    .prepare("INSERT INTO blocked_identifiers (hash, type, scope, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
    .bind(ref.hash, ref.type, ref.scope, now);

/** Whoever claimed these contacts: an operator has spoken, counting starts again. */
export const forgetClaims = (db: D1Database, contacts: readonly string[]): D1PreparedStatement =>
  db.prepare("DELETE FROM contact_claims WHERE contact_hash IN (SELECT value FROM json_each(?1))").bind(JSON.stringify(contacts));

/** Contacts of others that messenger accounts of this person, named by id or key, claimed too. */
export async function claimedBy(db: D1Database, person: string): Promise<Ref[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT contact.type AS type, contact.scope AS scope, contact.hash AS hash
       FROM persons p JOIN identifiers own ON own.person_id = p.person_id JOIN contact_claims c ON c.messenger_hash = own.hash
         JOIN identifiers contact ON contact.hash = c.contact_hash
       WHERE (p.id = ?1 OR p.key = ?1) AND contact.person_id <> p.person_id`,
    )
    .bind(person)
    .all<Ref>();
  return results;
}

/** Problems about these identifiers are settled. */
export const settleAbout = (db: D1Database, hashes: readonly string[], now: number): D1PreparedStatement =>
  db
    .prepare(
      "UPDATE problems SET resolved_at = ?2 WHERE resolved_at IS NULL AND identifier_hash IN (SELECT value FROM json_each(?1))",
    )
    .bind(JSON.stringify(hashes), now);

/** Conflicts between exactly these two sides are settled: they are two people. */
export const settleBetween = (
  db: D1Database,
  left: readonly PersonId[],
  right: readonly PersonId[],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE problems SET resolved_at = ?3 WHERE resolved_at IS NULL AND kind = 'conflict'
         AND EXISTS (SELECT 1 FROM json_each(problems.persons) WHERE value IN (SELECT value FROM json_each(?1)))
         AND EXISTS (SELECT 1 FROM json_each(problems.persons) WHERE value IN (SELECT value FROM json_each(?2)))`,
    )
    .bind(JSON.stringify(left), JSON.stringify(right), now);

/** Scopes in which identifiers of a type exist, for look-ups that name none. */
export async function scopesOfType(db: D1Database, type: string): Promise<string[]> {
  const { results } = await db.prepare("SELECT scope FROM identifier_scopes WHERE type = ?1").bind(type).all<{ scope: string }>();
  return results.map(({ scope }) => scope);
}
