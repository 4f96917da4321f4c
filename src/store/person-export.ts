/** Everything kept about one person, for her copy of her own data. */
import { UTM, type UtmColumns } from "../domain/normalise/utm.ts";
import type { PersonId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";
import { IDENTIFIER_COLUMNS, type IdentifierRow } from "./identifier-reads.ts";
import { hexed } from "./sealed.ts";

/** An event of hers with its facts still sealed; null facts = forgotten by retention, the row goes on to count. */
export type ExportEvent = UtmColumns & {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly connection: string;
  readonly event_at: number;
  readonly received_at: number;
  readonly label: string | null;
  readonly ordinal: number | null;
  readonly counted: number;
  readonly amount_e4: number | null;
  readonly currency: string | null;
  readonly order_number: string | null;
  readonly tid: string | null;
  readonly link: string | null;
  readonly facts: Sealed | null;
};

/** `identifiers` are hers now, whatever row of hers they came to. Events oldest first; traits by name and time, so the last of a name is its newest word. */
export type ExportRows = {
  readonly identifiers: readonly IdentifierRow[];
  readonly traits: readonly { readonly name: string; readonly at: number; readonly sealed: Sealed }[];
  readonly events: readonly ExportEvent[];
};

/** A start's campaign is that of its click. */
const touched = (name: string): string => `COALESCE(e.${name}, c.${name}) AS ${name}`;

/** Three reads in one transaction, so that identifiers and the events that brought them belong to one moment. */
export async function loadExport(db: D1Database, root: PersonId): Promise<ExportRows> {
  const utm = ["link", ...UTM].map(touched).join(", ");
  const [identifiers, traits, events] = await db.batch([
    db.prepare(`SELECT ${IDENTIFIER_COLUMNS} FROM identifiers WHERE person_id = ?1 ORDER BY type, first_seen, hash`).bind(root),
    db.prepare(`SELECT name, at, ${hexed("sealed")} FROM traits WHERE person_id = ?1 ORDER BY name, at`).bind(root),
    db
      .prepare(
        `SELECT e.id, e.type, e.status, e.connection, e.event_at, e.received_at, e.label, e.ordinal, e.counted, e.amount_e4, e.currency,
           e.order_number, e.tid, ${utm}, ${hexed("e.facts")}
         FROM events e LEFT JOIN clicks c ON c.hash = e.click_hash AND e.type IN ('click', 'bot_start')
         WHERE e.person_id = ?1 ORDER BY e.event_at, e.seq`,
      )
      .bind(root),
  ]);
  return {
    identifiers: (identifiers?.results ?? []) as IdentifierRow[],
    traits: (traits?.results ?? []) as ExportRows["traits"],
    events: (events?.results ?? []) as ExportEvent[],
  };
}
