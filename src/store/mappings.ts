/** Mappings: one site user per holder and one holder per user, by two unique keys. A change is compared and swapped by `version`: a stale one
 *  writes NULL where NULL is forbidden (or meets a unique key), so its whole batch fails and nothing of it happened. */
import type { Sealed } from "../lib/seal.ts";
import { hexed, toBound, unhexed } from "./sealed.ts";

/** Unique per (site, holder) and per (site, user). `version` is what a change is compared with; it begins at the time of linking,
 *  in epoch ms, and grows by one. */
export type Mapping = {
  readonly holderId: string;
  readonly userHash: string;
  /** Sealed user id. */
  readonly userId: Sealed;
  readonly version: number;
  readonly linkedAt: number;
};

const COLUMNS = `holder_id AS holderId, user_hash AS userHash, ${hexed("user_id", "userId")}, version, linked_at AS linkedAt`;

/** The mapping of the holder and the mapping of the user at a site, either may be absent or both the same. */
export async function findMappings(
  db: D1Database,
  site: string,
  holderId: string | null,
  userHash: string | null,
): Promise<{ readonly ofHolder: Mapping | null; readonly ofUser: Mapping | null }> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM mappings WHERE site = ?1 AND (holder_id = ?2 OR user_hash = ?3)`)
    .bind(site, holderId, userHash)
    .all<Mapping>();
  return {
    ofHolder: results.find((mapping) => mapping.holderId === holderId) ?? null,
    ofUser: results.find((mapping) => mapping.userHash === userHash) ?? null,
  };
}

/** Every mapping of a holder. */
export async function holderMappings(db: D1Database, holderId: string): Promise<(Mapping & { readonly site: string })[]> {
  const { results } = await db
    .prepare(`SELECT site, ${COLUMNS} FROM mappings WHERE holder_id = ?1 ORDER BY site`)
    .bind(holderId)
    .all<Mapping & { readonly site: string }>();
  return results;
}

/** `userHash` is the blind index that makes a user of a site unique, `userId` the same user id sealed. `now` in epoch ms. */
export type NewMapping = {
  readonly site: string;
  readonly holderId: string;
  readonly userHash: string;
  readonly userId: ArrayBuffer;
  readonly now: number;
};

/** Maps a holder that has no mapping; a taken holder or user fails the batch by a unique key, a holder that was erased or has joined another by the
 *  missing version. Versions begin at the time, so that a mapping that was
 *  removed and made again is never taken for the old one. */
export const insertMapping = (db: D1Database, mapping: NewMapping): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO mappings (site, holder_id, user_hash, user_id, version, linked_at) VALUES (?1, ?2, ?3, ${unhexed("?4")}, CASE WHEN EXISTS (SELECT 1 FROM holders WHERE id = ?2) THEN ?5 END, ?5)`,
    )
    .bind(mapping.site, mapping.holderId, mapping.userHash, toBound(mapping.userId), mapping.now);

/** Gives a mapped holder another user; fails when the mapping is not at `version` any more. */
export const moveMapping = (db: D1Database, mapping: NewMapping, version: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO mappings (site, holder_id, user_hash, user_id, version, linked_at)
       VALUES (?1, ?2, ?3, ${unhexed("?4")}, CASE WHEN EXISTS (SELECT 1 FROM mappings WHERE site = ?1 AND holder_id = ?2 AND version = ?6) THEN 1 END, ?5)
       ON CONFLICT (site, holder_id) DO UPDATE SET user_hash = excluded.user_hash, user_id = excluded.user_id, version = version + 1, linked_at = excluded.linked_at`,
    )
    .bind(mapping.site, mapping.holderId, mapping.userHash, toBound(mapping.userId), mapping.now, version);

/** Removes a mapping at exactly this version; `RETURNING` tells whether it was there. */
export const deleteMapping = (
  db: D1Database,
  site: string,
  { holderId, version }: Pick<Mapping, "holderId" | "version">,
): D1PreparedStatement =>
  db
    .prepare("DELETE FROM mappings WHERE site = ?1 AND holder_id = ?2 AND version = ?3 RETURNING version")
    .bind(site, holderId, version);

/** Fails the batch unless the statement before it changed a row. */
export const demandChange = (db: D1Database): D1PreparedStatement =>
  db.prepare("SELECT json(CASE WHEN changes() > 0 THEN '1' ELSE 'stale' END)");

/** A line of a mapping's history: what happened and on whose word. */
export type MappingChange = NewMapping & {
  readonly id: string;
  readonly act: "linked" | "unlinked";
  readonly by: "site" | "bot" | "undo" | "logout" | "operator";
};

/** Part of the batch that changes the mapping, so neither stands without the other. The history outlives the mapping: by it a
 *  user that the holder once had is told from one that is only claimed (`selectStanding`). */
export const insertChange = (db: D1Database, change: MappingChange): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO mapping_history (id, site, holder_id, user_hash, user_id, act, by, at) VALUES (?1, ?2, ?3, ?4, ${unhexed("?5")}, ?6, ?7, ?8)`,
    )
    .bind(change.id, change.site, change.holderId, change.userHash, toBound(change.userId), change.act, change.by, change.now);

/** A batch lost its race: somebody changed or took the mapping in between. */
export const isStale = (failure: unknown): boolean =>
  failure instanceof Error && /UNIQUE constraint failed|NOT NULL constraint failed|malformed JSON/.test(failure.message);
