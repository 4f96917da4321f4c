/** The person a delivery is about, as she is now: merges are followed, so what was bound to one of her earlier rows reaches her all the same.
 *  One round trip for all the deliveries of a tick. */
import type { Context } from "../context.ts";
import type { Addressee } from "../domain/delivery.ts";
import { isIdentifierType, priorityOf } from "../domain/identifier.ts";
import type { Sealed } from "../lib/seal.ts";
import { hexed } from "./sealed.ts";

/** `gone`: erased, or never existed. */
export type PersonLookup = Addressee | "gone";

type PersonRow = { id: string; root: string; key: string; erased_at: number | null };
type IdentifierRow = {
  person_id: string;
  type: string;
  scope: string;
  proof: string;
  told_at: number;
  sealed: Sealed;
};
type TraitRow = { person_id: string; name: string; sealed: Sealed };

/** Newest identifiers of one kind that are opened: nobody is addressed by an old click, and clicks never crowd out what is told once. */
const MOST_OF_A_KIND = 20;

const ROOTS = "SELECT person_id FROM persons WHERE id IN (SELECT value FROM json_each(?1))";

/** Views of the current persons of `ids`, keyed by the id asked for. */
export async function loadPersonViews(ctx: Context, ids: readonly string[]): Promise<Map<string, PersonLookup>> {
  const views = new Map<string, PersonLookup>();
  if (ids.length === 0) return views;
  const asked = JSON.stringify([...new Set(ids)]);
  const db = ctx.env.DB;
  const [persons, identifiers, traits] = await db.batch([
    db
      .prepare(
        `SELECT p.id AS id, r.id AS root, r.key AS key, r.erased_at AS erased_at FROM persons p JOIN persons r ON r.id = p.person_id
         WHERE p.id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(asked),
    db
      .prepare(
        `SELECT person_id, type, scope, proof, told_at, ${hexed("sealed")} FROM
         (SELECT *, ROW_NUMBER() OVER (PARTITION BY person_id, type, scope ORDER BY told_at DESC, last_seen DESC) AS place
          FROM identifiers WHERE person_id IN (${ROOTS}) AND sealed IS NOT NULL)
         WHERE place <= ?2 ORDER BY told_at DESC, last_seen DESC`,
      )
      .bind(asked, MOST_OF_A_KIND),
    db
      .prepare(`SELECT person_id, name, ${hexed("sealed")} FROM traits WHERE person_id IN (${ROOTS}) ORDER BY at DESC`)
      .bind(asked),
  ]);
  const identifiersOf = Map.groupBy((identifiers?.results ?? []) as IdentifierRow[], (row) => row.person_id);
  const traitsOf = Map.groupBy((traits?.results ?? []) as TraitRow[], (row) => row.person_id);
  const opened = new Map<string, Promise<Addressee>>();
  for (const row of (persons?.results ?? []) as PersonRow[]) {
    if (row.erased_at !== null) {
      views.set(row.id, "gone");
      continue;
    }
    const view = opened.get(row.root) ?? openView(ctx, row, identifiersOf.get(row.root) ?? [], traitsOf.get(row.root) ?? []);
    opened.set(row.root, view);
    views.set(row.id, await view);
  }
  for (const id of ids) if (!views.has(id)) views.set(id, "gone");
  return views;
}

async function openView(
  ctx: Context,
  person: PersonRow,
  identifierRows: readonly IdentifierRow[],
  traitRows: readonly TraitRow[],
): Promise<Addressee> {
  const identifiers = await Promise.all(
    identifierRows.map(async ({ type, scope, proof, told_at, sealed }) => {
      if (!isIdentifierType(type)) throw new Error(`person view: unknown identifier type ${type}`);
      return { type, scope, proof, lastSeen: told_at, value: await ctx.seal.open(sealed) };
    }),
  );
  const newestTraits = new Map<string, TraitRow>();
  for (const row of traitRows) if (!newestTraits.has(row.name)) newestTraits.set(row.name, row);
  const traits = await Promise.all(
    [...newestTraits.values()].map(async (row) => [row.name, await ctx.seal.open(row.sealed)] as const),
  );
  return {
    id: person.root,
    key: person.key,
    identifiers: identifiers.toSorted((a, b) => priorityOf(a.type) - priorityOf(b.type) || b.lastSeen - a.lastSeen),
    traits: Object.fromEntries(traits),
  };
}
