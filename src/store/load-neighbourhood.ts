/** Everything that D1 knows about the identifiers of some events, in one round trip: the persons that own them with all their telling identifiers,
 *  what keeps persons apart, what is blocked, erased or quarantined, the events that wait for one of them, and the payments and firings that
 *  labels need. `+` before a literal's column: by the persons asked for, never through everybody's payments or all that waits. Inferred identifiers (a person
 *  may have thousands) are loaded only where the events name them, and a tracker's id with the click that it came with. */
import { type Leaf, type Node, addApart, addLeaf, addNode, setIn } from "../domain/identity/graph.ts";
import type { EventId, PersonId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import {
  type Asked,
  type ClickRow,
  type Neighbourhood,
  type PaymentRow,
  type QueuedRow,
  type ReplacedRow,
  type TraitRow,
  type WaitingRow,
  noteOrder,
} from "./neighbourhood.ts";
import { loadOrderParts } from "./order-parts.ts";
import { hexed } from "./sealed.ts";

const LIST = (n: number): string => `(SELECT value FROM json_each(?${n}))`;
/** Current persons of what was asked: by identifier, by key, by id (a decision names either), by an older state of a fact. Bound
 *  as ?1 to ?3 wherever it stands, since a statement cannot use the result of another one of its batch. */
const ROOTS = `SELECT person_id FROM identifiers WHERE hash IN ${LIST(1)}
  UNION SELECT person_id FROM persons WHERE key IN ${LIST(2)}
  UNION SELECT person_id FROM persons WHERE id IN ${LIST(2)}
  UNION SELECT person_id FROM events WHERE id IN ${LIST(3)} AND person_id IS NOT NULL`;
/** Every row of these persons, those merged into them too: decisions, firings and echoes are kept under the row they were made for. */
const LEAVES = `SELECT id FROM persons WHERE person_id IN (${ROOTS})`;
/** By the index of what the report counts: somebody may have written 50,000 messages beside three payments. */
const PAYMENTS = `events INDEXED BY events_report WHERE person_id IN (${ROOTS})
  AND type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND +type = 'payment'`;

/** Adds what D1 knows to the neighbourhood; asking for more later adds to it. What the graph already holds stays as the graph has it. */
export async function loadNeighbourhood(db: D1Database, known: Neighbourhood, asked: Asked): Promise<void> {
  const hashes = JSON.stringify(asked.hashes);
  const persons = [hashes, JSON.stringify(asked.keys), JSON.stringify(asked.replaced)];
  const facts = JSON.stringify(asked.facts);
  const events = JSON.stringify(asked.events);
  const answers = await db.batch([
    db
      .prepare(
        `SELECT id, person_id AS rootId, key, first_seen AS firstSeen, last_seen AS lastSeen, erased_at AS erasedAt, referred_by AS referredBy,
           consent_withdrawn_at AS consentWithdrawnAt, consent_given_at AS consentGivenAt FROM persons WHERE person_id IN (${ROOTS})`,
      )
      .bind(...persons),
    db
      .prepare(
        `SELECT hash, type, scope, home_id AS homeId, proof, first_seen AS firstSeen, last_seen AS lastSeen, told_at AS toldAt, told_by AS toldBy, event_id AS eventId,
           pinned, started, ${asked.traits ? hexed("sealed") : "NULL AS sealed"}
         FROM identifiers WHERE person_id IN (${ROOTS}) AND (type NOT IN ('click', 'clickid', 'visitor') OR hash IN ${LIST(1)}
           OR (type = 'clickid' AND event_id IN (SELECT event_id FROM clicks WHERE hash IN ${LIST(1)})))`,
      )
      .bind(...persons),
    db
      .prepare(`SELECT a, b FROM kept_apart WHERE a IN (${LEAVES}) UNION SELECT a, b FROM kept_apart WHERE b IN (${LEAVES})`)
      .bind(...persons),
    db
      .prepare(
        `SELECT id, seq, connection, home_id AS homeId, via_hash AS viaHash, fact, event_at AS at, named, label, ordinal, amount_e4 AS amountE4,
           paid_total_e4 AS paidTotalE4, order_number AS "order",
           tid, CASE WHEN tid IS NOT NULL THEN fact END AS conversion, counted, rules
         FROM ${PAYMENTS} AND +status IN ('bound', 'erased')`,
      )
      .bind(...persons),
    db
      .prepare(
        `SELECT subject, trigger FROM firings WHERE subject IN (${LEAVES} UNION SELECT value FROM json_each(?4)
           UNION SELECT fact FROM ${PAYMENTS}
           UNION SELECT fact FROM events WHERE id IN ${LIST(3)})`,
      )
      .bind(...persons, facts),
    db.prepare(`SELECT hash, NULL AS at FROM blocked_identifiers WHERE hash IN ${LIST(1)}`).bind(hashes),
    db.prepare(`SELECT hash, erased_at AS at FROM erased_identifiers WHERE hash IN ${LIST(1)}`).bind(hashes),
    db.prepare(`SELECT contact_hash, messenger_hash FROM contact_claims WHERE contact_hash IN ${LIST(1)}`).bind(hashes),
    db
      .prepare(
        `SELECT p.hash AS hash, e.id AS id, e.seq AS seq, e.connection AS connection, e.type AS type, e.received_at AS receivedAt,
           e.event_at AS at, e.fact AS fact, e.counted AS counted, e.rules AS rules, ${hexed("e.facts")}
         FROM parked p JOIN events e ON e.id = p.event_id WHERE p.hash IN ${LIST(1)} AND p.expires_at > ?2 AND +e.status = 'unbound'`,
      )
      .bind(hashes, asked.now),
    db.prepare(`SELECT id FROM events WHERE id IN ${LIST(1)}`).bind(events),
    // `+status`: by the index of events, not through everything that waits behind a dead vendor.
    db
      .prepare(
        `SELECT id, generation, person_id, connection, action, created_at, ${hexed("work")} FROM deliveries
         WHERE event_id IN ${LIST(1)} AND +status = 'queued' AND work IS NOT NULL ORDER BY seq`,
      )
      .bind(events),
    db.prepare(`SELECT id, fact, type, event_at AS at FROM events WHERE id IN ${LIST(1)}`).bind(JSON.stringify(asked.replaced)),
    db
      .prepare(
        `SELECT hash FROM echoes WHERE hash IN ${LIST(4)} AND expires_at > ?5
         UNION ALL SELECT e.hash FROM (${LEAVES}) l CROSS JOIN echoes e ON e.hash >= l.id || ':' AND e.hash < l.id || ';'
         WHERE ?4 <> '[]' AND e.expires_at > ?5`,
      )
      .bind(...persons, JSON.stringify(asked.echoes), asked.now),
    db
      .prepare(
        `SELECT hash, event_id, link, utm_source, utm_medium, utm_campaign, utm_content, utm_term FROM clicks WHERE hash IN ${LIST(1)}`,
      )
      .bind(hashes),
    db
      .prepare(
        asked.traits
          ? `SELECT home_id, name, at, ${hexed("sealed")} FROM traits WHERE person_id IN (${ROOTS})`
          : `SELECT ?1 AS home_id, ?2 AS name, 0 AS at, ?3 AS sealed WHERE FALSE`,
      )
      .bind(...persons),
    // Of the events' own users too: their rows may come only now, and be their site's first.
    db
      .prepare(
        `WITH RECURSIVE sites(site) AS (SELECT MIN(site) FROM mappings UNION ALL
           SELECT (SELECT MIN(m.site) FROM mappings m WHERE m.site > sites.site) FROM sites WHERE site IS NOT NULL)
         SELECT m.user_hash AS user, h.hash AS account
         FROM (SELECT value AS hash FROM json_each(?1) UNION SELECT hash FROM identifiers WHERE type = 'user_id' AND person_id IN (${ROOTS})) u
           CROSS JOIN sites s CROSS JOIN mappings m ON m.site = s.site AND m.user_hash = u.hash
           JOIN holder_identities h ON h.holder_id = m.holder_id`,
      )
      .bind(...persons),
  ]);
  const rows = <T>(place: number): T[] => (answers[place]?.results ?? []) as T[];
  addPersons(known, rows<Leaf>(0), rows<NodeRow>(1), rows<ApartRow>(2));
  addPayments(known, rows<PaymentDbRow>(3));
  for (const { subject, trigger } of rows<{ subject: string; trigger: string }>(4)) setIn(known.firings, subject).add(trigger);
  for (const { hash } of rows<{ hash: string }>(5)) known.graph.blocked.add(hash);
  for (const { hash, at } of rows<{ hash: string; at: number }>(6)) known.graph.tombstones.set(hash, at);
  for (const row of rows<{ contact_hash: string; messenger_hash: string }>(7)) {
    setIn(known.graph.claimants, row.contact_hash).add(row.messenger_hash);
  }
  for (const row of rows<WaitingRow>(8)) known.waiting.set(row.id, row);
  for (const { id } of rows<{ id: string }>(9)) known.written.add(id);
  known.queued.push(...rows<QueuedRow>(10));
  for (const row of rows<ReplacedRow>(11)) known.replaced.set(row.id, row);
  for (const { hash } of rows<{ hash: string }>(12)) known.echoes.add(hash);
  for (const { event_id: eventId, ...row } of rows<ClickRow & { event_id: EventId }>(13)) {
    known.clicks.set(row.hash, row);
    const issued = rows<NodeRow>(1).filter((node) => node.type === "clickid" && node.eventId === eventId);
    for (const { hash } of issued) setIn(known.graph.issued, row.hash).add(hash);
  }
  known.traits.push(...rows<TraitRow>(14));
  for (const { user, account } of rows<{ user: string; account: string }>(15)) setIn(known.graph.mapped, user).add(account);
  await loadOrderParts(db, known, asked.orders);
}

/** SQLite has no booleans. */
type NodeRow = Omit<Node, "pinned" | "started"> & { pinned: number; started: number; sealed: Sealed | null };
type ApartRow = { a: PersonId; b: PersonId };

/** A leaf or node that is there already may have been changed by this session, so its row is older. */
function addPersons(
  { graph, values }: Neighbourhood,
  leaves: readonly Leaf[],
  nodes: readonly NodeRow[],
  apart: readonly ApartRow[],
): void {
  for (const leaf of leaves) if (!graph.leaves.has(leaf.id)) addLeaf(graph, leaf);
  for (const { sealed, pinned, started, ...node } of nodes) {
    if (sealed !== null) values.set(node.hash, sealed);
    if (!graph.nodes.has(node.hash)) addNode(graph, { ...node, pinned: pinned === 1, started: started === 1 });
  }
  for (const { a, b } of apart) addApart(graph, a, b);
}

type PaymentDbRow = Omit<PaymentRow, "counted" | "rules"> & { counted: number; rules: number };

/** Known ones stay for the same reason: their labels may have been renewed. */
function addPayments(known: Neighbourhood, rows: readonly PaymentDbRow[]): void {
  for (const row of rows) {
    if (known.payments.has(row.id)) continue;
    const payment: PaymentRow = { ...row, counted: row.counted === 1, rules: row.rules === 1 };
    known.payments.set(row.id, payment);
    noteOrder(known, payment);
  }
}
