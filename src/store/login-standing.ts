/** Where a holder stands at a site: what the decision table of authorize is fed with. One read, in the transaction that spent the proof. */
import type { HolderType } from "../domain/holder.ts";
import { strengthOf } from "./holders.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `mapped`: the sealed user of this site that the holder is linked to, null = none. `sentIsTaken`: the user that the site sent
 *  belongs to another holder. `onlyClaimed`: a user of this site is known for this person by the analytics graph alone, which is
 *  no proof (docs/decisions/0002): the site is asked to confirm. `told` is what a bot told of this very holder. */
export type Standing = {
  readonly holderId: string;
  /** Sealed link: the buid. */
  readonly link: Sealed;
  readonly profile: Sealed | null;
  readonly mapped: Sealed | null;
  readonly sentIsTaken: boolean;
  readonly onlyClaimed: boolean;
  /** The strongest account, for the login event. */
  readonly identity: { readonly type: HolderType; readonly scope: string; readonly sealed: Sealed } | null;
  readonly told: readonly { readonly type: string; readonly proof: string; readonly sealed: Sealed }[];
};

type Row = Omit<Standing, "sentIsTaken" | "onlyClaimed" | "identity" | "told"> & {
  readonly sentIsTaken: number;
  readonly onlyClaimed: number;
  readonly type: HolderType | null;
  readonly scope: string;
  readonly sealed: Sealed;
};

const STRONGEST = `SELECT hash FROM holder_identities WHERE holder_id = l.holder_id
  ORDER BY ${strengthOf("type")}, last_used_at DESC LIMIT 1`;

/** By the buid's MAC, else by the code's. `userHash` = blind index of the user id that the site sent, "" for none. A user that this holder once had is
 *  not only claimed (the person graph hears of an unlink a moment later), unless another holder of the same person has it now. */
export const selectStanding = (
  db: D1Database,
  asked: { readonly site: string; readonly buid: string | null; readonly code: string | null; readonly userHash: string },
): D1PreparedStatement =>
  db
    .prepare(
      `SELECT l.holder_id AS holderId, ${hexed("l.sealed", "link")}, ${hexed("h.profile")}, ${hexed("m.user_id", "mapped")},
         EXISTS (SELECT 1 FROM mappings AS o WHERE o.site = ?1 AND o.user_hash = ?4 AND o.holder_id <> l.holder_id) AS sentIsTaken,
         EXISTS (SELECT 1 FROM holder_identities AS mine JOIN identifiers AS i ON i.hash = mine.hash
           JOIN identifiers AS u ON u.person_id = i.person_id AND u.type = 'user_id' AND u.scope = ?1
           WHERE mine.holder_id = l.holder_id
             AND (NOT EXISTS (SELECT 1 FROM mapping_history AS y WHERE y.holder_id = l.holder_id AND y.site = ?1 AND y.user_hash = u.hash)
               OR EXISTS (SELECT 1 FROM mappings AS o JOIN holder_identities AS theirs ON theirs.holder_id = o.holder_id
                 JOIN identifiers AS t ON t.hash = theirs.hash AND t.person_id = i.person_id
                 WHERE o.site = ?1 AND o.user_hash = u.hash AND o.holder_id <> l.holder_id))) AS onlyClaimed,
         s.type, s.scope, ${hexed("s.sealed")}
       FROM login_links AS l JOIN holders AS h ON h.id = l.holder_id
       LEFT JOIN mappings AS m ON m.site = ?1 AND m.holder_id = l.holder_id
       LEFT JOIN holder_identities AS s ON s.hash = (${STRONGEST})
       WHERE l.buid = COALESCE(?2, (SELECT buid FROM codes WHERE code = ?3)) AND l.site = ?1`,
    )
    .bind(asked.site, asked.buid, asked.code, asked.userHash);

/** Contacts and names that a bot told of this very holder, the newest of each (SQLite takes the other columns from the row of a single MAX): the event
 *  that brought them is one of `bots` and was bound through one of its accounts or made it known; or one of them was the first to tell a bot what somebody
 *  else had brought, or to prove it. What else the person carries may be only claimed to be the same human's, as what a school writes down under this account: so is
 *  the proof that another account gave. Who told a contact that nobody has told since version 0.2 is not known. A name has no proof: it is somebody's
 *  word. The joins keep the order: the planner's own reads every event. */
export const selectTold = (
  db: D1Database,
  asked: { readonly site: string; readonly buid: string | null; readonly code: string | null; readonly bots: readonly string[] },
): D1PreparedStatement =>
  db
    .prepare(
      `WITH mine AS (SELECT i.hash FROM login_links AS l JOIN holder_identities AS i ON i.holder_id = l.holder_id
         WHERE l.buid = COALESCE(?2, (SELECT buid FROM codes WHERE code = ?3)) AND l.site = ?1),
       own AS (SELECT i.person_id, i.event_id FROM mine JOIN identifiers AS i ON i.hash = mine.hash),
       people AS (SELECT DISTINCT person_id FROM own),
       told AS (SELECT c.type, IIF(c.told_by IS NULL OR c.told_by IN (SELECT hash FROM mine), c.proof, 'claimed') AS proof, c.sealed, c.last_seen AS at, c.event_id, c.told_by FROM people CROSS JOIN identifiers AS c ON c.person_id = people.person_id
           AND c.type IN ('email', 'phone') AND c.sealed IS NOT NULL
         UNION ALL SELECT t.name, 'claimed', t.sealed, t.at, t.event_id, NULL FROM people CROSS JOIN traits AS t ON t.person_id = people.person_id
           AND t.name IN ('first_name', 'last_name', 'name', 'username', 'locale'))
       SELECT told.type, told.proof, ${hexed("told.sealed")}, MAX(told.at) FROM told CROSS JOIN events AS e ON e.id = told.event_id
       WHERE e.connection IN (SELECT value FROM json_each(?4)) AND (e.via_hash IN (SELECT hash FROM mine) OR e.id IN (SELECT event_id FROM own))
         OR told.told_by IN (SELECT hash FROM mine) AND (told.proof = 'proved' OR e.connection NOT IN (SELECT value FROM json_each(?4)))
       GROUP BY told.type`,
    )
    .bind(asked.site, asked.buid, asked.code, JSON.stringify(asked.bots));

/** null = no such link at this site, which a code of another site is too. */
export function readStanding(rows: readonly unknown[], told: readonly unknown[]): Standing | null {
  const row = rows[0] as Row | undefined;
  if (!row) return null;
  const { sentIsTaken, onlyClaimed, type, scope, sealed, ...standing } = row;
  return {
    ...standing,
    sentIsTaken: sentIsTaken === 1,
    onlyClaimed: onlyClaimed === 1,
    identity: type === null ? null : { type, scope, sealed },
    told: told as Standing["told"],
  };
}
