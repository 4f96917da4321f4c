/** How sealed bytes travel between the Worker and D1: as hex digits. The binding turns bound bytes into a JSON list of numbers, element by element, and
 *  answers every BLOB as another, in production as here (workerd's d1-api, 2026-11): 5 KB of an event took more time on the wire than in the cipher.
 *  Columns stay BLOB: `unhex` and `hex` stand at D1's own border, so what is on disk is half as long as what travels. */
import { hex } from "../lib/crypto.ts";

/** D1 takes and makes texts up to 2 MB (developers.cloudflare.com/d1/platform/limits, 2026-11), and a byte is two digits. What is longer goes as bytes. */
export const MOST_HEXED = 900_000;

/** A sealed column among those that a statement returns, under its own name or another. NULL stays NULL: `hex(NULL)` would be an empty text. */
export const hexed = (column: string, name = column.slice(column.indexOf(".") + 1)): string =>
  `CASE WHEN length(${column}) <= ${MOST_HEXED} THEN hex(${column}) ELSE ${column} END AS ${name}`;

/** The bytes of a parameter that `toBound` made. */
export const unhexed = (parameter: string): string =>
  `CASE typeof(${parameter}) WHEN 'text' THEN unhex(${parameter}) ELSE ${parameter} END`;

/** What `unhexed` makes bytes of again. */
export const toBound = (sealed: ArrayBuffer): string | ArrayBuffer => (sealed.byteLength <= MOST_HEXED ? hex(sealed) : sealed);
