/** Many rows in one statement, sealed columns included. D1 binds 100 values a statement and JSON holds no bytes, so the plain columns travel as one
 *  JSON array and all sealed values as one buffer that every row points into. Statements are cut at sizes far below D1's limits. */
export type Blobs = Readonly<Record<string, ArrayBuffer | null>>;
export type PackedRow = { readonly columns: Readonly<Record<string, string | number | null>>; readonly blobs?: Blobs };

/** D1: 100 values and 100 KB of SQL a statement, 2 MB a value (developers.cloudflare.com/d1/platform/limits, 2026-11). */
const MAX_BYTES = 1_000_000;
const MAX_ROWS = 500;

/** SQL of a plain column in `json_each(?1)`, and of a sealed one. */
export const column = (name: string): string => `value ->> '${name}'`;
export const sealedColumn = (name: string): string => `substr(?2, value ->> '${name}_at', value ->> '${name}_size')`;

/** The statements that run `sql` (over json_each(?1), sealed values in ?2) for all rows; none for no rows. */
export function packedStatements(db: D1Database, sql: string, rows: readonly PackedRow[]): D1PreparedStatement[] {
  return chunks(rows).map((chunk) => {
    const { json, bytes } = pack(chunk);
    const statement = db.prepare(sql);
    return sql.includes("?2") ? statement.bind(json, bytes) : statement.bind(json);
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
    if (last && last.length < MAX_ROWS && size + own <= MAX_BYTES) {
      last.push(row);
      size += own;
    } else {
      all.push([row]);
      size = own;
    }
  }
  return all;
}

function pack(rows: readonly PackedRow[]): { json: string; bytes: ArrayBuffer } {
  const parts: Uint8Array[] = [];
  let length = 0;
  const objects = rows.map(({ columns, blobs }) => {
    const object: Record<string, string | number | null> = { ...columns };
    for (const [name, blob] of Object.entries(blobs ?? {})) {
      object[`${name}_at`] = blob === null ? null : length + 1;
      object[`${name}_size`] = blob === null ? null : blob.byteLength;
      if (blob === null) continue;
      parts.push(new Uint8Array(blob));
      length += blob.byteLength;
    }
    return object;
  });
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return { json: JSON.stringify(objects), bytes: bytes.buffer };
}
