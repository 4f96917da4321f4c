/** What a guess leaves behind and what it is judged by, read in the guess's own transaction. */
import type { GuessedLink, Phantom, Seat } from "../domain/pin.ts";
import type { Guess } from "./seats.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** Marks the link when this very guess won; with `proves`, the site may map its holder for the next 15 minutes. */
export const settleWin = (db: D1Database, { site, buid, by, now }: Guess, proves: boolean): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE login_links SET used_at = ?4, proved_at = CASE WHEN ?5 THEN ?4 ELSE proved_at END
       WHERE buid = ?1 AND EXISTS (SELECT 1 FROM holders WHERE id = login_links.holder_id
         AND seats ->> ('$."' || ?2 || '".by') = ?3 AND seats ->> ('$."' || ?2 || '".used') = ?4)`,
    )
    .bind(buid, site, by, now, proves ? 1 : 0);

/** The single-use code of the edge page: written only when this very guess won. */
export const insertCode = (db: D1Database, { site, buid, by, now }: Guess, expiresAt: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO codes (code, site, buid, holder_id, method, expires_at)
       SELECT ?3, ?2, l.buid, l.holder_id, 'pin', ?5 FROM login_links AS l JOIN holders AS h ON h.id = l.holder_id
       WHERE l.buid = ?1 AND h.seats ->> ('$."' || ?2 || '".by') = ?3 AND h.seats ->> ('$."' || ?2 || '".used') = ?4
       ON CONFLICT (code) DO NOTHING`,
    )
    .bind(buid, site, by, now, expiresAt);

/** As it stands after the guess was counted, in the same transaction. `fails`: wrong PINs of the holder in a row, whatever link
 *  or site; `phantom`: the counter of a buid that is not this site's, null when the link exists. Nothing here is for the wire:
 *  `domain/pin.ts` makes known and unknown buids sound alike. */
export type GuessOutcome = {
  /** null = no such link at this site (or in this transaction). */
  readonly link: (GuessedLink & StoredLink) | null;
  readonly seat: Seat | null;
  readonly fails: number;
  readonly phantom: Phantom | null;
};

/** `sealed` holds the buid and what the bot told with it; opened only after the guess was judged. */
export type StoredLink = {
  readonly holderId: string;
  readonly returnTo: string | null;
  readonly pinTtlMs: number;
  readonly sealed: Sealed;
};

/** `buid` and `tries` null where there is no such link, no such counter. */
type Row = Omit<GuessedLink, "buid"> &
  StoredLink & {
    readonly buid: string | null;
    readonly fails: number | null;
    readonly seat: string | null;
    readonly tries: number | null;
    readonly locked: number;
    readonly phantomExpiresAt: number;
  };

/** `(SELECT 1) LEFT JOIN` always gives a row, so a buid that does not exist costs the same reads and takes the same path as one that does. */
export const selectGuess = (db: D1Database, { site, buid, txn }: Pick<Guess, "site" | "buid" | "txn">): D1PreparedStatement =>
  db
    .prepare(
      `SELECT l.buid, l.holder_id AS holderId, l.return_to AS returnTo, l.pin_ttl_ms AS pinTtlMs, ${hexed("l.sealed")},
              l.used_at AS usedAt, l.ended_at AS endedAt, l.expires_at AS expiresAt, h.fails, h.seats -> ('$."' || ?2 || '"') AS seat, p.tries, p.locked, p.expires_at AS phantomExpiresAt
       FROM (SELECT 1) LEFT JOIN login_links AS l ON l.buid = ?1 AND l.site = ?2 AND l.txn = ?3 AND l.kind = 'pin'
       LEFT JOIN holders AS h ON h.id = l.holder_id LEFT JOIN phantom_guesses AS p ON p.buid = ?1 || ?2`,
    )
    .bind(buid, site, txn);

/** Throws where the row is missing: then nothing is known about the guess, and "wrong PIN" would be a guess of ours. */
export function readGuess(results: readonly unknown[]): GuessOutcome {
  const row = results[0] as Row | undefined;
  if (!row) throw new Error("guess: the state was not read");
  const { buid, fails, seat, tries, locked, phantomExpiresAt, ...link } = row;
  const phantom = tries === null ? null : { tries, locked, expiresAt: phantomExpiresAt };
  if (buid === null) return { link: null, seat: null, fails: 0, phantom };
  return { link: { ...link, buid }, seat: seat === null ? null : (JSON.parse(seat) as Seat), fails: fails ?? 0, phantom: null };
}
