/** Rows in bulk, written where they would be after years: random keys, so that neighbours in the table are strangers. */
import type { D1Database } from "@cloudflare/workers-types";

type Database = Pick<D1Database, "prepare">;

/** Statements are kept short enough for D1's time limit. */
const STRETCH = 20_000;

/** `sql` for the numbers from 0 up to `count`, which stand as the table `n(x)` where it says NUMBERS. */
async function inStretches(db: Database, count: number, sql: string): Promise<void> {
  for (let from = 0; from < count; from += STRETCH) {
    const numbers = "WITH RECURSIVE n(x) AS (SELECT ?1 UNION ALL SELECT x + 1 FROM n WHERE x + 1 < ?2)";
    await db
      .prepare(sql.replace("NUMBERS", numbers))
      .bind(from, Math.min(from + STRETCH, count))
      .run();
  }
}

const RANDOM = "substr(lower(hex(randomblob(11))), 1, 22)";

/** Holders with one messenger account each. */
export async function seedHolders(db: Database, count: number): Promise<void> {
  await inStretches(db, count, `INSERT INTO holders (id, created_at) NUMBERS SELECT 'hld_' || ${RANDOM}, x FROM n`);
  for (let from = 0; from < count; from += STRETCH) {
    await db
      .prepare(
        `INSERT INTO holder_identities (hash, holder_id, type, scope, sealed, last_used_at)
         SELECT ${RANDOM}, id, 'telegram_id', '', x'01', 0 FROM holders WHERE rowid > ?1 AND rowid <= ?2`,
      )
      .bind(from, from + STRETCH)
      .run();
  }
}

/** A payment of every tenth person: what others paid must not be read when somebody new is bound. */
export async function seedPayments(db: Database): Promise<void> {
  await db
    .prepare(
      `INSERT INTO events (id, seq, connection, type, status, received_at, event_at, bound_at, person_id, home_id, fact, amount_e4, currency, stored_at)
       SELECT 'evt_' || ${RANDOM}, 1000000000 + ROW_NUMBER() OVER (), 'bot', 'payment', 'bound', 0, 0, 0, id, id, 'f' || id, 9900000, 'RUB', 0
       FROM persons WHERE key < 'k_1a'`,
    )
    .run();
}

/** Persons with one messenger account each. */
export async function seedPersons(db: Database, count: number): Promise<void> {
  await inStretches(
    db,
    count,
    `INSERT INTO identifiers (hash, type, scope, person_id, home_id, proof, sealed, first_seen, last_seen, event_id)
     NUMBERS, p AS MATERIALIZED (SELECT 'per_' || ${RANDOM} AS id FROM n)
     SELECT ${RANDOM}, 'telegram_id', '', id, id, 'native', zeroblob(40), 0, 0, 'evt_seed' FROM p`,
  );
  const written = await db.prepare("SELECT COUNT(*) AS n FROM identifiers").first<number>("n");
  if ((written ?? 0) < count) throw new Error("not every person was written");
  await db
    .prepare(
      `INSERT INTO persons (id, person_id, key, first_seen, last_seen, created_at)
       SELECT person_id, person_id, 'k_' || ${RANDOM}, 0, 0, 0 FROM identifiers`,
    )
    .run();
}
