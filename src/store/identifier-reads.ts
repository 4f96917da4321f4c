/** Identifiers as cards, traces and exports show them, values still sealed: opening them is the flow's business. */
import type { IdentifierType, Proof } from "../domain/identifier.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `sealed` null = a pseudonymous workspace kept only the hint. `proof` and `event_id` say why it is hers; `pinned` 1 = an operator gave it to
 *  her. Times in epoch ms. */
export type IdentifierRow = {
  readonly hash: string;
  readonly type: IdentifierType;
  readonly scope: string;
  readonly proof: Proof;
  readonly sealed: Sealed | null;
  readonly hint: string;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly event_id: string;
  readonly pinned: number;
};

/** The columns of `IdentifierRow`. */
export const IDENTIFIER_COLUMNS = `hash, type, scope, proof, ${hexed("sealed")}, hint, first_seen, last_seen, event_id, pinned`;

/** At most 300, which no human has; a robot's person may. */
export async function identifierLines(db: D1Database, person: string): Promise<IdentifierRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${IDENTIFIER_COLUMNS} FROM identifiers
       WHERE person_id = ?1 ORDER BY type, told_at DESC, last_seen DESC LIMIT 300`,
    )
    .bind(person)
    .all<IdentifierRow>();
  return results;
}

/** An identifier and the person it leads to now. */
type Owned = IdentifierRow & { readonly person_id: string };

/** Identifiers by blind index, whoever has them. */
export async function identifiersByHash(db: D1Database, hashes: readonly string[]): Promise<Owned[]> {
  const { results } = await db
    .prepare(`SELECT ${IDENTIFIER_COLUMNS}, person_id FROM identifiers WHERE hash IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(hashes))
    .all<Owned>();
  return results;
}

/** One identifier of a type for each of these people: the one told last. */
export async function identifiersOfType(
  db: D1Database,
  type: string,
  persons: readonly string[],
): Promise<Pick<Owned, "person_id" | "sealed" | "hint">[]> {
  const { results } = await db
    .prepare(
      `SELECT person_id, ${hexed("sealed")}, hint FROM identifiers WHERE person_id IN (SELECT value FROM json_each(?1)) AND type = ?2 ORDER BY told_at, last_seen`,
    )
    .bind(JSON.stringify(persons), type)
    .all<Pick<Owned, "person_id" | "sealed" | "hint">>();
  return results;
}

/** A line of «Экспорт всего». `hash` is the page's cursor and does not leave the
 *  flow. */
type ExportedIdentifier = Omit<Owned, "event_id" | "pinned"> & { readonly key: string };

/** Every identifier with the person it leads to now, in the order of blind indexes: what comes meanwhile does not move the place. */
export async function identifierPage(db: D1Database, after: string, limit: number): Promise<ExportedIdentifier[]> {
  const { results } = await db
    .prepare(
      `SELECT i.hash, i.person_id, p.key, i.type, i.scope, i.proof, ${hexed("i.sealed")}, i.hint, i.first_seen, i.last_seen
       FROM identifiers i JOIN persons p ON p.id = i.person_id WHERE i.hash > ?1 ORDER BY i.hash LIMIT ?2`,
    )
    .bind(after, limit)
    .all<ExportedIdentifier>();
  return results;
}
