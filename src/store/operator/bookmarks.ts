/** Payloads an operator keeps to try them again: copies, so that retention of the ledger does not take them. Erasing a person takes them. */
import type { Sealed } from "../../lib/seal.ts";
import { hexed } from "../sealed.ts";

type Bookmark = { event_id: string; connection: string; type: string; created_at: number };

/** Keeps the sealed raw delivery of an event; false when it is not there any more. A second time changes nothing. */
export async function addBookmark(db: D1Database, event: string, now: number): Promise<boolean> {
  await db
    .prepare(
      `INSERT INTO bookmarks (event_id, connection, type, raw, created_at) SELECT id, connection, type, raw, ?2 FROM events WHERE id = ?1 AND raw IS NOT NULL
       ON CONFLICT (event_id) DO NOTHING`,
    )
    .bind(event, now)
    .run();
  return (await bookmarkOf(db, event)) !== null;
}

/** The payload goes with it; the event's own raw delivery stays as long as retention lets it. */
export const dropBookmark = (db: D1Database, event: string): Promise<unknown> =>
  db.prepare("DELETE FROM bookmarks WHERE event_id = ?1").bind(event).run();

/** With its sealed raw delivery, for playing it again. */
export const bookmarkOf = (db: D1Database, event: string): Promise<(Bookmark & { raw: Sealed }) | null> =>
  db
    .prepare(`SELECT event_id, connection, type, created_at, ${hexed("raw")} FROM bookmarks WHERE event_id = ?1`)
    .bind(event)
    .first<Bookmark & { raw: Sealed }>();
