/** Rows of the login whose time is over. A replaced link still answers `pin_replaced` for a day; mappings and their history stay. */

const DAY_MS = 86_400_000;

/** `now` in epoch ms. Ids of messages and of idempotency keys go at once: past their time nothing can ask for them. */
export async function forgetLogins(db: D1Database, now: number): Promise<void> {
  const until = (table: string, column: string, limit: number): D1PreparedStatement =>
    db.prepare(`DELETE FROM ${table} WHERE ${column} < ?1`).bind(limit);
  await db.batch([
    until("login_links", "expires_at", now - DAY_MS),
    until("codes", "expires_at", now - DAY_MS),
    until("phantom_guesses", "expires_at", now - DAY_MS),
    until("seen_messages", "expires_at", now),
    until("notify_keys", "expires_at", now),
    until("undo_tokens", "expires_at", now - DAY_MS),
    until("transactions", "expires_at", now - DAY_MS),
    until("merge_links", "expires_at", now - DAY_MS),
  ]);
}
