/** Erasing a person. What identifies her goes, in every table; rows that only count stay, without anything that leads back. Her identifiers'
 *  blind indexes are remembered so that a late webhook about the past is recognised and dropped instead of bringing her back. */
import type { DeliveryId, PersonId } from "../lib/ids.ts";
import { packedStatements } from "./packed-rows.ts";

/** How many rows of each kind went, as the act tells it; `login_accounts` are messenger accounts of her holders. */
export type ErasureCounts = Readonly<Record<"identifiers" | "traits" | "events" | "deliveries" | "login_accounts", number>>;

/** The act, kept for ever so that it can be shown to the person and to an authority: who erased, on what ground, how much. It
 *  holds nothing of her but her id. `at` in epoch ms. */
export type Erasure = {
  readonly id: string;
  readonly person_id: PersonId;
  readonly at: number;
  readonly basis: string;
  readonly operator: string;
  readonly counts: ErasureCounts;
};

/** For its lane to forget. */
export type ErasedDelivery = { readonly id: DeliveryId; readonly connection: string };

const HASHES = "SELECT hash FROM identifiers WHERE person_id = ?1";
const HOLDERS = `SELECT holder_id FROM holder_identities WHERE hash IN (${HASHES})`;
const PERSON_DELIVERIES = `SELECT id FROM deliveries WHERE person_id IN (SELECT value FROM json_each(?2) UNION ALL ${HOLDERS})
  UNION SELECT d.id FROM deliveries d JOIN events e ON e.id = d.event_id WHERE e.person_id = ?1`;

/** A number of hers that no event of somebody else still carries, else null. An order that two people paid for is one deal of the report, so its number
 *  stays the same in both rows; it is the other one's then, and goes when she is erased too. */
const ownNumber = (column: "tid" | "order_number"): string =>
  `CASE WHEN EXISTS (SELECT 1 FROM hers h WHERE h.${column} = those.${column} AND h.connection = those.connection) AND NOT EXISTS (
     SELECT 1 FROM events o WHERE o.${column} = those.${column} AND o.connection = those.connection
       AND +o.status IN ('bound', 'unbound') AND o.person_id IS NOT ?1) THEN those.${column} END`;

/** What there is to erase. `numbers`: the events whose numbers go with her. */
export async function countErasure(
  db: D1Database,
  root: PersonId,
  leaves: readonly PersonId[],
): Promise<{
  counts: ErasureCounts;
  numbers: { id: string; tid: string | null; order_number: string | null }[];
}> {
  const members = JSON.stringify(leaves);
  const [counted, numbers] = await db.batch([
    db
      .prepare(
        `SELECT (SELECT COUNT(*) FROM identifiers WHERE person_id = ?1) AS identifiers, (SELECT COUNT(*) FROM traits WHERE person_id = ?1) AS traits,
           (SELECT COUNT(*) FROM events WHERE person_id = ?1) AS events, (SELECT COUNT(*) FROM (${PERSON_DELIVERIES})) AS deliveries,
           (SELECT COUNT(*) FROM holder_identities WHERE holder_id IN (${HOLDERS})) AS login_accounts`,
      )
      .bind(root, members),
    db
      .prepare(
        `WITH hers AS (SELECT connection, tid, order_number FROM events WHERE person_id = ?1),
           those AS (SELECT id, connection, tid, order_number FROM events WHERE person_id = ?1
             UNION SELECT e.id, e.connection, e.tid, e.order_number FROM hers h JOIN events e ON e.order_number = h.order_number
               WHERE e.connection = h.connection AND +e.status = 'erased'
             UNION SELECT e.id, e.connection, e.tid, e.order_number FROM hers h JOIN events e ON e.tid = h.tid
               WHERE e.connection = h.connection AND +e.status = 'erased')
         SELECT id, ${ownNumber("tid")} AS tid, ${ownNumber("order_number")} AS order_number FROM those
         WHERE tid IS NOT NULL OR order_number IS NOT NULL`,
      )
      .bind(root),
  ]);
  const [counts] = (counted?.results ?? []) as ErasureCounts[];
  if (!counts) throw new Error("erasure: nothing was counted");
  return {
    counts,
    numbers: (numbers?.results ?? []) as { id: string; tid: string | null; order_number: string | null }[],
  };
}

/** Everything at once: either the person is gone or nothing happened. `numbers`: keyed digests of order numbers and tids, null where one stays. Only
 *  her deliveries are answered with (`ErasedDelivery`). */
export function eraseStatements(
  db: D1Database,
  erasure: Erasure,
  leaves: readonly PersonId[],
  numbers: readonly { readonly id: string; readonly tid: string | null; readonly order_number: string | null }[],
): D1PreparedStatement[] {
  const { person_id: root, at } = erasure;
  const members = JSON.stringify(leaves);
  const run = (sql: string, ...values: unknown[]): D1PreparedStatement => db.prepare(sql).bind(...values);
  return [
    run(`UPDATE attempts SET reply = NULL WHERE delivery_id IN (${PERSON_DELIVERIES})`, root, members),
    run(
      `DELETE FROM echoes WHERE delivery_id IN (${PERSON_DELIVERIES} UNION SELECT id FROM events WHERE person_id = ?1)`,
      root,
      members,
    ),
    run(
      `UPDATE deliveries SET work = NULL, rendered = NULL, content = NULL, next_attempt_at = NULL,
         settled_at = CASE WHEN status IN ('queued', 'retrying') THEN ?3 ELSE settled_at END,
         reason = CASE WHEN status IN ('queued', 'retrying') THEN 'erased' WHEN status = 'dead' THEN 'erased' ELSE reason END,
         status = CASE WHEN status IN ('queued', 'retrying') THEN 'cancelled' ELSE status END
       WHERE id IN (${PERSON_DELIVERIES}) RETURNING id, connection`,
      root,
      members,
      at,
    ),
    ...eraseLogin(db, root),
    run(`DELETE FROM contact_claims WHERE messenger_hash IN (${HASHES}) OR contact_hash IN (${HASHES})`, root),
    run(
      `UPDATE problems SET identifier_hash = NULL, persons = '[]', event_id = NULL, dedupe = id, resolved_at = COALESCE(resolved_at, ?3)
       WHERE identifier_hash IN (${HASHES}) OR EXISTS (SELECT 1 FROM json_each(persons) WHERE value IN (SELECT value FROM json_each(?2)))`,
      root,
      members,
      at,
    ),
    run(
      `INSERT INTO erased_identifiers (hash, erased_at) SELECT hash, ?2 FROM identifiers WHERE person_id = ?1
       ON CONFLICT (hash) DO UPDATE SET erased_at = excluded.erased_at`,
      root,
      at,
    ),
    run(
      `UPDATE events SET utm_source = c.utm_source, utm_medium = c.utm_medium, utm_campaign = c.utm_campaign, utm_content = c.utm_content,
         utm_term = c.utm_term, link = COALESCE(events.link, c.link)
       FROM clicks c WHERE c.hash = events.click_hash AND events.person_id = ?1 AND events.utm_source IS NULL AND events.utm_campaign IS NULL`,
      root,
    ),
    run(
      `UPDATE events SET status = CASE status WHEN 'bound' THEN 'erased' ELSE status END, facts = NULL, raw = NULL, trace = NULL, via_hash = NULL
       WHERE person_id = ?1`,
      root,
    ),
    ...packedStatements(
      db,
      numbers.map((columns) => ({ columns })),
      ({
        named,
      }) => `UPDATE events SET tid = COALESCE(r.tid, events.tid), order_number = COALESCE(r.order_number, events.order_number)
       FROM (SELECT ${named(["id", "tid", "order_number"])} FROM json_each(?1)) AS r WHERE events.id = r.id`,
    ),
    run(
      `DELETE FROM bookmarks WHERE event_id IN
         (SELECT id FROM events WHERE person_id = ?1 UNION ALL SELECT event_id FROM parked WHERE hash IN (${HASHES}))`,
      root,
    ),
    // A contact in quarantine keeps events of nobody waiting. They tell of her all the same; as numbers they stay what they were: unbound.
    run(
      `UPDATE events SET facts = NULL, raw = NULL, trace = NULL
       WHERE +status = 'unbound' AND id IN (SELECT event_id FROM parked WHERE hash IN (${HASHES}))`,
      root,
    ),
    run(`DELETE FROM parked WHERE event_id IN (SELECT event_id FROM parked WHERE hash IN (${HASHES}))`, root),
    run(
      `UPDATE merges SET lifted = NULL
       WHERE survivor IN (SELECT value FROM json_each(?1)) OR loser IN (SELECT value FROM json_each(?1))`,
      members,
    ),
    run("DELETE FROM traits WHERE person_id = ?1", root),
    run("DELETE FROM identifiers WHERE person_id = ?1", root),
    run("UPDATE persons SET erased_at = ?2, referred_by = NULL WHERE person_id = ?1", root, at),
    run(
      "INSERT INTO erasures (id, person_id, at, basis, operator, counts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      erasure.id,
      root,
      at,
      erasure.basis,
      erasure.operator,
      JSON.stringify(erasure.counts),
    ),
  ];
}

/** `digest` is what an erased row carries instead of its number (`flows/erased-number.ts`), `number` what a new payment says in
 *  plain. */
export type Renumbering = { readonly connection: string; readonly digest: string; readonly number: string };

/** Erased rows take back a number that a later payment carries: a part of the same order is the same deal of the report. The number is the new
 *  payment's then, and goes with it as `ownNumber` says. */
export const renumberErased = (
  db: D1Database,
  column: "tid" | "order_number",
  numbers: readonly Renumbering[],
): D1PreparedStatement[] =>
  packedStatements(
    db,
    numbers.map((columns) => ({ columns })),
    ({
      named,
    }) => `UPDATE events SET ${column} = r.number FROM (SELECT ${named(["connection", "digest", "number"])} FROM json_each(?1)) AS r
      WHERE events.${column} = r.digest AND +events.connection = r.connection AND +events.status = 'erased'`,
  );

/** Her holders may log in nowhere any more. */
function eraseLogin(db: D1Database, root: PersonId): D1PreparedStatement[] {
  return [
    `DELETE FROM mapping_history WHERE holder_id IN (${HOLDERS}) OR user_hash IN (${HASHES})`,
    `DELETE FROM mappings WHERE holder_id IN (${HOLDERS}) OR user_hash IN (${HASHES})`,
    `DELETE FROM undo_tokens WHERE EXISTS (SELECT 1 FROM json_each(holders) WHERE value IN (${HOLDERS}))`,
    `DELETE FROM codes WHERE holder_id IN (${HOLDERS})`,
    `DELETE FROM login_links WHERE holder_id IN (${HOLDERS})`,
    `DELETE FROM merge_links WHERE holder_id IN (${HOLDERS})`,
    `DELETE FROM holder_bots WHERE holder_id IN (${HOLDERS})`,
    `DELETE FROM holders WHERE id IN (${HOLDERS})`,
    `DELETE FROM holder_identities WHERE holder_id IN (${HOLDERS})`,
  ].map((sql) => db.prepare(sql).bind(root));
}

/** What the last erasure kept from being sent. */
export async function cutOffLast(db: D1Database): Promise<ErasedDelivery[]> {
  const { results } = await db
    .prepare(
      "SELECT id, connection FROM deliveries WHERE status = 'cancelled' AND reason = 'erased' AND settled_at = (SELECT MAX(at) FROM erasures)",
    )
    .all<ErasedDelivery>();
  return results;
}

/** By the erasure's id, or any id or key the person had: those rows stay, without their values, so that an act can be found again. */
export async function findErasure(db: D1Database, person: string): Promise<Erasure | null> {
  const row = await db
    .prepare(
      `SELECT e.id, e.person_id, e.at, e.basis, e.operator, e.counts FROM erasures e JOIN persons p ON p.person_id = e.person_id
       WHERE p.id = ?1 OR p.key = ?1 OR e.id = ?1 LIMIT 1`,
    )
    .bind(person)
    .first<Omit<Erasure, "counts"> & { counts: string }>();
  return row && { ...row, counts: JSON.parse(row.counts) as ErasureCounts };
}
