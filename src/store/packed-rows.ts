/** Many rows in one statement, sealed columns included. D1 binds 100 values a statement and JSON holds no bytes, so the plain columns travel as one
 *  JSON array and all sealed values as one text of hex (`sealed.ts` says why hex) that every row points into. Statements are cut at sizes below D1's
 *  limits; a single row too large for a text of hex is written all the same, its bytes bound as bytes. */
import { joinBytes } from "../lib/crypto.ts";
import { MOST_HEXED, toBound, unhexed } from "./sealed.ts";

/** A sealed value is never empty: its key's id and the IV stand before it. */
export type Blobs = Readonly<Record<string, ArrayBuffer | null>>;
export type PackedRow = { readonly columns: Readonly<Record<string, string | number | null>>; readonly blobs?: Blobs };

const MAX_ROWS = 500;

/** SQL of a plain column in `json_each(?1)`, and of a sealed one. The whole text becomes bytes before a place is looked for in it: a place in a BLOB is
 *  found at once, in a text SQLite walks to it from the beginning for every value again. And the bytes stand outside of any condition, so that SQLite
 *  makes them once for a statement and not for every row. */
export const column = (name: string): string => `value ->> '${name}'`;
export const sealedColumn = (name: string): string =>
  `substr(${unhexed("?2")}, value ->> '${name}_at', value ->> '${name}_size')`;

/** The statements that run `sql` (over json_each(?1), sealed values in ?2) for all rows; none for no rows. */
export function packedStatements(db: D1Database, sql: string, rows: readonly PackedRow[]): D1PreparedStatement[] {
  return chunks(rows).map((chunk) => {
    const { json, sealed } = pack(chunk);
    const statement = db.prepare(sql);
    return sql.includes("?2") ? statement.bind(json, sealed) : statement.bind(json);
  });
}

const sizeOf = (row: PackedRow): number =>
  Object.values(row.blobs ?? {}).reduce((sum, blob) => sum + (blob?.byteLength ?? 0), 0) + 1_000;

function chunks(rows: readonly PackedRow[]): PackedRow[][] {
  const all: PackedRow[][] = [];
  let size = 0;
  for (const row of rows) {
    const last = all.at(-1);
    const own = sizeOf(row);
    if (last && last.length < MAX_ROWS && size + own <= MOST_HEXED) {
      last.push(row);
      size += own;
    } else {
      all.push([row]);
      size = own;
    }
  }
  return all;
}

function pack(rows: readonly PackedRow[]): { json: string; sealed: string | ArrayBuffer } {
  const parts = rows.flatMap(({ blobs }) => Object.values(blobs ?? {})).filter((blob) => blob !== null);
  let place = 1;
  const objects = rows.map(({ columns, blobs }) => {
    const object: Record<string, string | number | null> = { ...columns };
    for (const [name, blob] of Object.entries(blobs ?? {})) {
      object[`${name}_at`] = blob === null ? null : place;
      object[`${name}_size`] = blob === null ? null : blob.byteLength;
      place += blob?.byteLength ?? 0;
    }
    return object;
  });
  return { json: JSON.stringify(objects), sealed: toBound(joinBytes(parts).buffer) };
}
