/** The loop breaker (O-02): the same action with the same content to the same person, three times within ten minutes, is let through; the fourth
 *  is not. The minutes are counted between the creations of the deliveries, not their sends, so a backlog that drains after an outage is no loop.
 *  What was stopped does not count, nor do replays: stopping breaks the loop, and an operator who sends again means it.
 *  On disk is a log, in memory the index of its newest part: digests come in no order, and an index of them on disk costs a page or two for every
 *  delivery, more than all else the lane writes about it. */
import type { DeliveryId } from "../../lib/ids.ts";

const WINDOW_MS = 600_000;
const LET_THROUGH = 3;
/** Some ten megabytes. A loop that many others come between turns once in minutes, and is no danger to anybody. */
const MOST_KNOWN = 50_000;

/** `content` is a keyed digest, the same for the same words to the same person; times in epoch ms. */
export type LoopBreaker = {
  /** true = may be sent, and is now counted. Asked again for the same delivery the answer stays the same. */
  admits(delivery: { readonly id: DeliveryId; readonly createdAt: number }, content: string, now: number): boolean;
  forget(ids: readonly DeliveryId[]): void;
};

type Known = { readonly content: string; readonly createdAt: number };

/** Reads the newest of the log once, at the start of the object; a restart forgets no loop that turns within minutes. */
export function openLoopBreaker(sql: SqlStorage): LoopBreaker {
  const known = new Map<DeliveryId, Known>();
  const byContent = new Map<string, Set<DeliveryId>>();
  const drop = (id: DeliveryId): void => {
    const content = known.get(id)?.content;
    if (content === undefined) return;
    known.delete(id);
    const ids = byContent.get(content);
    ids?.delete(id);
    if (ids?.size === 0) byContent.delete(content);
  };
  const keep = (id: DeliveryId, one: Known): void => {
    drop(id);
    known.set(id, one);
    byContent.set(one.content, (byContent.get(one.content) ?? new Set()).add(id));
    const [oldest] = known.size > MOST_KNOWN ? known.keys() : [];
    if (oldest !== undefined) drop(oldest);
  };
  const log = sql.exec<{ id: DeliveryId; content: string; createdAt: number }>(
    "SELECT id, content, created_at AS createdAt FROM (SELECT seq, id, content, created_at FROM said ORDER BY seq DESC LIMIT ?1) ORDER BY seq",
    MOST_KNOWN,
  );
  for (const { id, content, createdAt } of log) keep(id, { content, createdAt });
  return {
    admits({ id, createdAt }, content, now) {
      const since = createdAt - WINDOW_MS;
      const others = [...(byContent.get(content) ?? [])].filter(
        (other) => other !== id && (known.get(other)?.createdAt ?? 0) > since,
      );
      if (others.length >= LET_THROUGH) return false;
      if (known.get(id)?.content === content) return true;
      sql.exec("INSERT INTO said (id, content, created_at, at) VALUES (?1, ?2, ?3, ?4)", id, content, createdAt, now);
      keep(id, { content, createdAt });
      return true;
    },
    forget(ids) {
      sql.exec("DELETE FROM said WHERE id IN (SELECT value FROM json_each(?1))", JSON.stringify(ids));
      ids.forEach(drop);
    },
  };
}
