/** What binding changed in the identity graph, as statements of one batch: persons, identifiers, merges, claims, keep-apart edges. The final state
 *  is written, not the steps, so the order of statements only matters where rows move before new ones come. */
import { type Graph, leafOf, rootOf } from "../domain/identity/graph.ts";
import { newMergeId } from "../lib/ids.ts";
import { insertRows } from "./event-writes.ts";
import { insertPacked } from "./packed-rows.ts";

/** The sealed value and the public hint of an identifier that is new. */
export type IdentifierValue = { readonly sealed: ArrayBuffer | null; readonly hint: string };

/** `values` by blind index, for identifiers that are new: one that is known keeps the sealed value and the hint it was first
 *  stored with. `now` in epoch ms. */
export type IdentityWrite = {
  readonly graph: Graph;
  readonly values: ReadonlyMap<string, IdentifierValue>;
  readonly now: number;
};

/** Persons before what points at them, moved rows before new ones. Part of the caller's batch, whose event inserts fail when it runs twice. */
export function identityStatements(db: D1Database, write: IdentityWrite): D1PreparedStatement[] {
  return [
    ...personStatements(db, write),
    ...movingStatements(db, write),
    ...identifierStatements(db, write),
    ...mergeStatements(db, write),
  ];
}

/** A key and the time of creation never change; everything else is written as the graph has it. */
function personStatements(db: D1Database, { graph, now }: IdentityWrite): D1PreparedStatement[] {
  const rows = [...graph.changes.leaves].map((id) => {
    const leaf = leafOf(graph, id);
    return {
      columns: {
        id,
        person_id: leaf.rootId,
        key: leaf.key,
        first_seen: leaf.firstSeen,
        last_seen: leaf.lastSeen,
        referred_by: leaf.referredBy,
        consent_withdrawn_at: leaf.consentWithdrawnAt,
        consent_given_at: leaf.consentGivenAt,
        created_at: now,
      },
    };
  });
  return insertPacked(
    db,
    "persons",
    rows,
    `(id) DO UPDATE SET person_id = excluded.person_id, first_seen = excluded.first_seen, last_seen = excluded.last_seen,
       referred_by = excluded.referred_by, consent_withdrawn_at = excluded.consent_withdrawn_at, consent_given_at = excluded.consent_given_at`,
  );
}

/** Rows of persons that stand for others now. Everything that has a home follows its leaf, which is written already. */
function movingStatements(db: D1Database, { graph }: IdentityWrite): D1PreparedStatement[] {
  const { rerooted, clickMoves } = graph.changes;
  const moved = JSON.stringify([...rerooted.keys()]);
  const reroot = ["identifiers", "traits", "events"].map((table) =>
    db
      .prepare(
        `UPDATE ${table} SET person_id = (SELECT p.person_id FROM persons p WHERE p.id = ${table}.home_id)
         WHERE person_id IN (SELECT value FROM json_each(?1))
           AND person_id <> (SELECT p.person_id FROM persons p WHERE p.id = ${table}.home_id)`,
      )
      .bind(moved),
  );
  const clicks = clickMoves.map(({ hash, from, to }) =>
    db
      .prepare(
        `UPDATE events SET home_id = ?3, person_id = ?4
         WHERE person_id = ?2 AND (via_hash = ?1 OR (type = 'click' AND click_hash = ?1))`,
      )
      .bind(hash, rootOf(graph, from), to, rootOf(graph, to)),
  );
  return [...(rerooted.size > 0 ? reroot : []), ...clicks];
}

/** A known one keeps its sealed value, its hint and its first event; one whose value a pseudonymous workspace did not keep gets it now. Scopes are noted beside, so that a value without a scope can
 *  be looked for in all there are. */
function identifierStatements(db: D1Database, { graph, values }: IdentityWrite): D1PreparedStatement[] {
  const { nodes, removedNodes } = graph.changes;
  const rows = [...nodes].flatMap((hash) => {
    const node = graph.nodes.get(hash);
    if (!node) return [];
    const value = values.get(hash);
    const columns = {
      hash,
      type: node.type,
      scope: node.scope,
      person_id: rootOf(graph, node.homeId),
      home_id: node.homeId,
      proof: node.proof,
      hint: value?.hint ?? "",
      first_seen: node.firstSeen,
      last_seen: node.lastSeen,
      told_at: node.toldAt,
      told_by: node.toldBy,
      event_id: node.eventId,
      pinned: node.pinned ? 1 : 0,
      started: node.started ? 1 : 0,
    };
    return [{ columns, blobs: { sealed: value?.sealed ?? null } }];
  });
  const removed = db
    .prepare("DELETE FROM identifiers WHERE hash IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify([...removedNodes]));
  const written = insertPacked(
    db,
    "identifiers",
    rows,
    `(hash) DO UPDATE SET person_id = excluded.person_id, home_id = excluded.home_id, proof = excluded.proof,
       first_seen = excluded.first_seen, last_seen = excluded.last_seen, told_at = excluded.told_at, told_by = excluded.told_by, pinned = excluded.pinned, started = excluded.started,
       sealed = COALESCE(identifiers.sealed, excluded.sealed)`,
  );
  const scopes = insertRows(
    db,
    "identifier_scopes",
    rows.map(({ columns: { type, scope } }) => ({ type, scope })),
  );
  return [...(removedNodes.size > 0 ? [removed] : []), ...written, ...scopes];
}

/** `seq` orders merges of one millisecond: the newest is the one an unmerge takes back. */
function mergeStatements(db: D1Database, { graph, now }: IdentityWrite): D1PreparedStatement[] {
  const merges = graph.changes.merges.map(({ survivor, loser, members, by, eventId }, place) => {
    const id = newMergeId();
    const seq = now * 1_000 + place;
    return { columns: { id, survivor, loser, members: JSON.stringify(members), by, event_id: eventId, seq, at: now } };
  });
  const claims = graph.changes.claimants.map(({ contact, messenger }) => ({
    contact_hash: contact,
    messenger_hash: messenger,
    at: now,
  }));
  return [...insertPacked(db, "merges", merges), ...insertRows(db, "contact_claims", claims)];
}
