/** Holders, their messenger accounts and the bots they can be reached by. Values are sealed; look-ups go by the blind index. */
import { HOLDER_TYPES, type HolderType, type KnownIdentity } from "../domain/holder.ts";
import type { HolderId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import { silent } from "./persons.ts";
import { hexed, toBound, unhexed } from "./sealed.ts";

/** An identity ready to be stored or looked up. */
export type HashedIdentity = {
  readonly hash: string;
  readonly type: HolderType;
  readonly scope: string;
  readonly value: string;
  readonly sealed: ArrayBuffer;
};

/** The place of a type column's value in HOLDER_TYPES, as SQL: 0 is the strongest. */
export const strengthOf = (column: string): string =>
  `CASE ${column} ${HOLDER_TYPES.map((type, place) => `WHEN '${type}' THEN ${place}`).join(" ")} END`;

/** The given identities that are known, and the other identities of their holders. */
export async function findIdentities(db: D1Database, hashes: readonly string[]): Promise<KnownIdentity[]> {
  const { results } = await db
    .prepare(
      `SELECT hash, type, scope, holder_id AS holderId FROM holder_identities
       WHERE holder_id IN (SELECT holder_id FROM holder_identities WHERE hash IN (SELECT value FROM json_each(?1)))`,
    )
    .bind(JSON.stringify(hashes))
    .all<KnownIdentity>();
  return results;
}

/** The holder of the first of these identities (strongest first) that belongs to one. */
export async function findHolder(db: D1Database, hashes: readonly string[]): Promise<string | null> {
  const known = new Map((await findIdentities(db, hashes)).map(({ hash, holderId }) => [hash, holderId]));
  for (const hash of hashes) {
    const holder = known.get(hash);
    if (holder) return holder;
  }
  return null;
}

/** An identity goes to its holder unless someone has it already; seen again, only its time moves. */
export const keepIdentity = (db: D1Database, holderId: string, identity: HashedIdentity, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO holder_identities (hash, holder_id, type, scope, sealed, last_used_at) VALUES (?1, ?2, ?3, ?4, ${unhexed("?5")}, ?6)
       ON CONFLICT (hash) DO UPDATE SET last_used_at = excluded.last_used_at WHERE holder_id = excluded.holder_id`,
    )
    .bind(identity.hash, holderId, identity.type, identity.scope, toBound(identity.sealed), now);

/** Fails the batch where one of these identities is another holder's by now: somebody may have told of it since it was looked up. */
export const demandHolder = (db: D1Database, holderId: string, hashes: readonly string[]): D1PreparedStatement =>
  db
    .prepare(
      `SELECT json(CASE WHEN EXISTS (SELECT 1 FROM holder_identities WHERE hash IN (SELECT value FROM json_each(?2)) AND holder_id <> ?1)
         THEN 'stale' ELSE '1' END)`,
    )
    .bind(holderId, JSON.stringify(hashes));

/** The holder that the identity belongs to now, created when it is new: two first links at once make one holder. */
export const keepHolder = (db: D1Database, identityHash: string, profile: ArrayBuffer | null, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO holders (id, profile, created_at) SELECT holder_id, ${unhexed("?2")}, ?3 FROM holder_identities WHERE hash = ?1
       ON CONFLICT (id) DO UPDATE SET profile = COALESCE(excluded.profile, profile)`,
    )
    .bind(identityHash, profile && toBound(profile), now);

/** Remembers that the holder can be written to through this bot, by these ids. */
export const keepBot = (
  db: D1Database,
  bot: { readonly identityHash: string; readonly connection: string; readonly address: ArrayBuffer; readonly now: number },
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO holder_bots (holder_id, connection, address, last_used_at) SELECT holder_id, ?2, ${unhexed("?3")}, ?4 FROM holder_identities WHERE hash = ?1
       ON CONFLICT (holder_id, connection) DO UPDATE SET address = excluded.address, last_used_at = excluded.last_used_at`,
    )
    .bind(bot.identityHash, bot.connection, toBound(bot.address), bot.now);

/** `address` is sealed: the ids by which that very bot reaches the holder. */
export type HolderBot = { readonly connection: string; readonly address: Sealed; readonly lastUsedAt: number };

/** Bots of a holder, the one used last first: by a call for a login or by what its human did there, among the newest events of the person. What a bot
 *  sent is an `echo`. */
export async function holderBots(db: D1Database, holderId: string): Promise<HolderBot[]> {
  const { results } = await db
    .prepare(
      `WITH heard AS (
         SELECT e.connection, MAX(e.received_at) AS at FROM holder_identities AS h JOIN identifiers AS i ON i.hash = h.hash
           CROSS JOIN events AS e ON e.seq IN (SELECT seq FROM events WHERE person_id = i.person_id ORDER BY event_at DESC LIMIT 100)
         WHERE h.holder_id = ?1 AND e.via_hash = h.hash AND e.status = 'bound' GROUP BY e.connection)
       SELECT b.connection, ${hexed("b.address")}, MAX(b.last_used_at, COALESCE(heard.at, 0)) AS lastUsedAt
       FROM holder_bots AS b LEFT JOIN heard ON heard.connection = b.connection WHERE b.holder_id = ?1 ORDER BY 3 DESC, 1`,
    )
    .bind(holderId)
    .all<HolderBot>();
  return results;
}

/** The person that the holder's accounts belong to now, and the row that they came to; null while the graph does not know them. */
export const holderPerson = (
  db: D1Database,
  holderId: string,
): Promise<{ readonly personId: string; readonly homeId: string } | null> =>
  db
    .prepare(
      `SELECT i.person_id AS personId, i.home_id AS homeId FROM holder_identities AS h JOIN identifiers AS i ON i.hash = h.hash
       WHERE h.holder_id = ?1 ORDER BY i.last_seen DESC LIMIT 1`,
    )
    .bind(holderId)
    .first<{ personId: string; homeId: string }>();

/** Has the person behind the holder's accounts withdrawn consent to be written to? */
export async function hasWithdrawnConsent(db: D1Database, holderId: string): Promise<boolean> {
  const row = await db
    .prepare(
      `SELECT 1 AS withdrawn FROM holder_identities h JOIN identifiers i ON i.hash = h.hash
       WHERE h.holder_id = ?1 AND ${silent("i.person_id")} LIMIT 1`,
    )
    .bind(holderId)
    .first<{ withdrawn: number }>();
  return row !== null;
}

/** What the bots told of a holder (`profile`: names and locale as sealed JSON) and the accounts that proved to be this human. */
export type HolderCard = {
  readonly id: HolderId;
  readonly profile: Sealed | null;
  /** Strongest first. */
  readonly identities: readonly { readonly type: HolderType; readonly scope: string; readonly sealed: Sealed }[];
};

type CardRow = { profile: Sealed | null; type: HolderType | null; scope: string; sealed: Sealed };

/** A holder's profile and accounts; first the one whose person has this user of a site, for accounts may be of several persons. */
export async function readHolder(db: D1Database, holderId: string, userHash = ""): Promise<HolderCard | null> {
  const { results } = await db
    .prepare(
      `SELECT ${hexed("h.profile")}, i.type, i.scope, ${hexed("i.sealed")} FROM holders AS h LEFT JOIN holder_identities AS i ON i.holder_id = h.id WHERE h.id = ?1
       ORDER BY EXISTS (SELECT 1 FROM identifiers AS a JOIN identifiers AS u ON u.person_id = a.person_id WHERE a.hash = i.hash AND u.hash = ?2) DESC,
         ${strengthOf("i.type")}, i.last_used_at DESC`,
    )
    .bind(holderId, userHash)
    .all<CardRow>();
  const [first] = results;
  if (!first) return null;
  const identities = results.flatMap(({ type, scope, sealed }) => (type === null ? [] : [{ type, scope, sealed }]));
  return { id: holderId as HolderId, profile: first.profile, identities };
}
