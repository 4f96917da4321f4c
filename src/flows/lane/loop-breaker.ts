/** The loop breaker (O-02): the same action with the same content to the same person, three times within ten minutes, is let through; the fourth
 *  is not. The minutes are counted between the creations of the deliveries, not their sends, so a backlog that drains after an outage is no loop.
 *  What was stopped does not count, nor do replays: stopping breaks the loop, and an operator who sends again means it. */
import type { DeliveryId } from "../../lib/ids.ts";

const WINDOW_MS = 600_000;
const LET_THROUGH = 3;

/** true = may be sent, and is now counted. Asked again for the same delivery the answer stays the same. */
export function admitContent(
  sql: SqlStorage,
  delivery: { readonly id: DeliveryId; readonly createdAt: number },
  content: string,
  now: number,
): boolean {
  const { n } = sql
    .exec<{ n: number }>(
      "SELECT COUNT(*) AS n FROM contents WHERE content = ?1 AND created_at > ?2 AND id <> ?3",
      content,
      delivery.createdAt - WINDOW_MS,
      delivery.id,
    )
    .one();
  if (n >= LET_THROUGH) return false;
  sql.exec(
    "INSERT INTO contents (id, content, created_at, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET content = excluded.content",
    delivery.id,
    content,
    delivery.createdAt,
    now,
  );
  return true;
}
