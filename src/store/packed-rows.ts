/** Many rows in one statement, sealed columns included. D1 binds 100 values a statement and JSON holds no bytes, so the plain columns travel as one
 *  JSON list of lists (half of what objects cost: SQLite finds a place sooner than a name, and the binding escapes every quote of the text once more)
 *  and all sealed values as one text of hex (`sealed.ts` says why hex) that every row points into. Statements are cut at sizes below D1's limits; a
 *  single row too large for a text of hex is written all the same, its bytes bound as bytes. */
import { joinBytes } from "../lib/crypto.ts";
import { portions } from "../lib/portions.ts";
import { MOST_HEXED, toBound, unhexed } from "./sealed.ts";

/** A sealed value is never empty: its key's id and the IV stand before it. */
export type Blobs = Readonly<Record<string, ArrayBuffer | null>>;
/** All rows of a statement have the columns of the first. */
export type PackedRow = { readonly columns: Readonly<Record<string, string | number | null>>; readonly blobs?: Blobs };

/** SQL of what a row of `json_each(?1)` holds under a name. Throws for a name that the rows do not have. */
export type Packed = {
  readonly column: (name: string) => string;
  /** `column AS name` for each. */
  readonly named: (names: readonly string[]) => string;
  readonly sealed: (name: string) => string;
};

const MAX_ROWS = 500;

/** The statements that run `sql` (over json_each(?1), sealed values in ?2) for all rows; none for no rows. */
export function packedStatements(
  db: D1Database,
  rows: readonly PackedRow[],
  sql: (packed: Packed) => string,
): D1PreparedStatement[] {
  const [first] = rows;
  if (!first) return [];
  const names = Object.keys(first.columns);
  const blobs = Object.keys(first.blobs ?? {});
  const text = sql(packedBy(names, blobs));
  return portions(rows, sizeOf, MOST_HEXED, MAX_ROWS).map((portion) => {
    const { json, sealed } = pack(portion, names, blobs);
    const statement = db.prepare(text);
    return blobs.length > 0 ? statement.bind(json, sealed) : statement.bind(json);
  });
}

/** The statements that insert all rows: every column and sealed value goes where its name says. `conflict` is what becomes of a row that is there
 *  already (`(id) DO UPDATE SET …`, `DO NOTHING`); without it the batch fails. */
export function insertPacked(
  db: D1Database,
  table: string,
  rows: readonly PackedRow[],
  conflict?: string,
): D1PreparedStatement[] {
  const { columns = {}, blobs = {} } = rows[0] ?? {};
  const [names, sealedNames] = [Object.keys(columns), Object.keys(blobs)];
  return packedStatements(
    db,
    rows,
    ({ column, sealed }) => `INSERT INTO ${table} (${[...names, ...sealedNames].join(", ")})
      SELECT ${[...names.map(column), ...sealedNames.map(sealed)].join(", ")} FROM json_each(?1)
      ${conflict === undefined ? "" : `WHERE TRUE ON CONFLICT ${conflict}`}`,
  );
}

/** The columns stand first, then place and size of each sealed value. The whole text of hex becomes bytes before a place is looked for in it: a place
 *  in a BLOB is found at once, in a text SQLite walks to it from the beginning for every value again. And the bytes stand outside of any condition,
 *  so that SQLite makes them once for a statement and not for every row. */
function packedBy(names: readonly string[], blobs: readonly string[]): Packed {
  const at = (list: readonly string[], name: string): number => {
    if (!list.includes(name)) throw new Error(`rows without ${name}`);
    return list.indexOf(name);
  };
  const column = (name: string): string => `value ->> ${at(names, name)}`;
  return {
    column,
    named: (wanted) => wanted.map((name) => `${column(name)} AS ${name}`).join(", "),
    sealed(name) {
      const place = names.length + 2 * at(blobs, name);
      return `substr(${unhexed("?2")}, value ->> ${place}, value ->> ${place + 1})`;
    },
  };
}

const sizeOf = (row: PackedRow): number =>
  Object.values(row.blobs ?? {}).reduce((sum, blob) => sum + (blob?.byteLength ?? 0), 0) + 1_000;

/** Columns as JSON, sealed parts as one blob beside it, each named by its place and length: JSON holds no bytes. */
function pack(rows: readonly PackedRow[], names: readonly string[], blobNames: readonly string[]) {
  const parts: ArrayBuffer[] = [];
  let place = 1;
  const lists = rows.map(({ columns, blobs }) => {
    const list = names.map((name) => columns[name] ?? null);
    for (const name of blobNames) {
      const blob = blobs?.[name] ?? null;
      list.push(blob && place, blob && blob.byteLength);
      if (blob) parts.push(blob);
      place += blob?.byteLength ?? 0;
    }
    return list;
  });
  return { json: JSON.stringify(lists), sealed: toBound(joinBytes(parts).buffer) };
}
