/** Erases a person on demand: identifiers, traits, payloads and log-ins go from D1 in one batch, then from the lanes; counters stay. The inbox
 *  holds nothing of her by then, because it binds everything that waits before it decides. The platform's point-in-time copies expire by
 *  themselves within 30 days; the act says so. */
import { type Context, laneOf } from "../context.ts";
import { randomBase62 } from "../lib/ids.ts";
import type { Decision, DecisionResult } from "../rpc.ts";
import { type Erasure, countErasure, eraseStatements } from "../store/erasures.ts";
import { leavesOf } from "../store/persons.ts";
import { erasedNumber } from "./erased-number.ts";

/** The ground that the act names when the operator gives none: the person's own request, by both laws it may be made under. */
const DEFAULT_BASIS =
  "Обращение субъекта персональных данных (152-ФЗ, ст. 14 и 21) / Request of the data subject (GDPR, art. 17)";

/** `detail` counts what went. D1 first and the lanes second: a crash between the two leaves lanes with work for a person who is gone, and they find that
 *  out when they look her up (`prepareAttempt`). A person already erased is `not_found`. */
export async function erasePerson(ctx: Context, decision: Extract<Decision, { act: "erase" }>): Promise<DecisionResult> {
  const db = ctx.env.DB;
  const leaves = await leavesOf(db, decision.person);
  const [root] = leaves.map(({ person_id }) => person_id);
  if (root === undefined || leaves.some(({ erased_at }) => erased_at !== null)) return { ok: false, reason: "not_found" };
  const ids = leaves.map(({ id }) => id);
  const { counts, connections, lines, numbers } = await countErasure(db, root, ids);
  const erasure: Erasure = {
    id: `era_${randomBase62(22)}`,
    person_id: root,
    at: ctx.clock(),
    basis: decision.basis ?? DEFAULT_BASIS,
    operator: decision.by,
    counts,
  };
  const anonymous = await Promise.all(
    numbers.map(async ({ id, tid, order_number }) => ({
      id,
      tid: tid === null ? null : await erasedNumber(ctx, "tid", tid),
      order_number: order_number === null ? null : await erasedNumber(ctx, "order", order_number),
    })),
  );
  await db.batch(eraseStatements(db, erasure, ids, anonymous));
  await Promise.all(connections.flatMap((connection) => lines.map((line) => laneOf(ctx.env, connection).forget(line))));
  return { ok: true, persons: [root], detail: counts };
}
