/** Reading the identity graph as it stands in D1. */
import { env } from "cloudflare:workers";
import { type Ids, namedValues } from "./people.ts";
import { testContext } from "./context.ts";

export const rows = async <T>(sql: string, ...bind: unknown[]): Promise<T[]> =>
  (
    await env.DB.prepare(sql)
      .bind(...bind)
      .all<T>()
  ).results;

export async function hashOf(ids: Ids): Promise<string> {
  const [claim] = namedValues(ids);
  if (!claim) throw new Error("one identifier is needed");
  return (await testContext()).seal.index(claim.type, claim.scope, claim.value);
}

/** The person an identifier belongs to, or null. */
export async function personOf(ids: Ids): Promise<string | null> {
  const [row] = await rows<{ person_id: string }>("SELECT person_id FROM identifiers WHERE hash = ?1", await hashOf(ids));
  return row?.person_id ?? null;
}

const IDENTITY =
  "persons identifiers events parked merges problems firings deliveries traits clicks kept_apart blocked_identifiers contact_claims erased_identifiers identifier_scopes";

export async function emptyGraph(): Promise<void> {
  await env.DB.batch(IDENTITY.split(" ").map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

/** Everything that a merge may touch, without the log of merges itself. */
export async function snapshot(): Promise<string> {
  const tables = await Promise.all([
    rows("SELECT id, person_id, key, first_seen, last_seen, referred_by FROM persons ORDER BY id"),
    rows("SELECT hash, person_id, home_id, proof, pinned, started FROM identifiers ORDER BY hash"),
    rows("SELECT id, person_id, home_id, status, label, ordinal, counted, amount_e4 FROM events ORDER BY id"),
    rows("SELECT home_id, name, person_id FROM traits ORDER BY home_id, name"),
    rows("SELECT a, b, at FROM kept_apart ORDER BY a, b"),
    rows("SELECT contact_hash, messenger_hash, at FROM contact_claims ORDER BY 1, 2"),
    rows("SELECT id, kind, count, persons, resolved_at FROM problems ORDER BY id"),
  ]);
  return JSON.stringify(tables);
}
