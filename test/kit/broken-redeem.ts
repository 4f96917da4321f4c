/** Redeems as they are usually written, kept to show that the attacks turn them red: a counter in KV, and a read followed by a write. */

export type Redeem = (pin: string) => Promise<"right" | "wrong" | "refused">;

type Record = { pin: string; tries: number; used: boolean };

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** The whole state in one KV value: get, judge, put. */
export async function redeemByKv(kv: KVNamespace, pin: string, ms: number): Promise<Redeem> {
  const key = `broken:${crypto.randomUUID()}`;
  await kv.put(key, JSON.stringify({ pin, tries: 0, used: false } satisfies Record));
  return async (guess) => {
    const record = await kv.get<Record>(key, "json");
    await wait(ms);
    if (!record || record.used || record.tries >= 5) return "refused";
    const right = record.pin === guess;
    await kv.put(key, JSON.stringify({ ...record, tries: record.tries + 1, used: right } satisfies Record));
    return right ? "right" : "wrong";
  };
}

/** A row in D1, read first and written after. */
export async function redeemByReadThenWrite(db: D1Database, pin: string): Promise<Redeem> {
  const id = crypto.randomUUID();
  await db.prepare("CREATE TABLE IF NOT EXISTS broken_pins (id TEXT PRIMARY KEY, pin TEXT, tries INTEGER, used INTEGER)").run();
  await db.prepare("INSERT INTO broken_pins VALUES (?1, ?2, 0, 0)").bind(id, pin).run();
  return async (guess) => {
    const row = await db
      .prepare("SELECT pin, tries, used FROM broken_pins WHERE id = ?1")
      .bind(id)
      .first<{ pin: string; tries: number; used: number }>();
    if (!row || row.used === 1 || row.tries >= 5) return "refused";
    const right = row.pin === guess;
    await db
      .prepare("UPDATE broken_pins SET tries = tries + 1, used = ?2 WHERE id = ?1")
      .bind(id, right ? 1 : 0)
      .run();
    return right ? "right" : "wrong";
  };
}
