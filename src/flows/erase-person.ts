/** Erases a person on demand: identifiers, traits, payloads and log-ins go from D1 in one batch, then from the lanes; counters stay. The inbox
 *  holds nothing of her by then, because it binds everything that waits before it decides. The platform's point-in-time copies expire by
 *  themselves within 30 days; the act says so. */
import { type Context, laneOf } from "../context.ts";
import { randomBase62 } from "../lib/ids.ts";
import { portions } from "../lib/portions.ts";
import type { Decision, DecisionResult } from "../rpc.ts";
import { type Erasure, type ErasedDelivery, countErasure, cutOffLast, eraseStatements } from "../store/erasures.ts";
import { leavesOf } from "../store/persons.ts";
import { erasedNumber } from "./erased-number.ts";

/** The ground that the act names when the operator gives none: the person's own request, by both laws it may be made under. */
const DEFAULT_BASIS =
  "Обращение субъекта персональных данных (152-ФЗ, ст. 14 и 21) / Request of the data subject (GDPR, art. 17)";

/** `detail` counts what went. D1 first and the lanes second: after a crash between the two they are told again (`forgetErased`). A person already erased is
 *  `not_found`. */
export async function erasePerson(ctx: Context, decision: Extract<Decision, { act: "erase" }>): Promise<DecisionResult> {
  const db = ctx.env.DB;
  const leaves = await leavesOf(db, decision.person);
  const [root] = leaves.map(({ person_id }) => person_id);
  if (root === undefined || leaves.some(({ erased_at }) => erased_at !== null)) return { ok: false, reason: "not_found" };
  const ids = leaves.map(({ id }) => id);
  const { counts, numbers } = await countErasure(db, root, ids);
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
  const answers = await db.batch<ErasedDelivery>(eraseStatements(db, erasure, ids, anonymous));
  await tellLanes(
    ctx,
    answers.flatMap(({ results }) => results),
  );
  return { ok: true, persons: [root], detail: counts };
}

/** For an erasure that died before its lanes knew: what has been rendered they would try again without looking her up. */
export const forgetErased = async (ctx: Context): Promise<void> => tellLanes(ctx, await cutOffLast(ctx.env.DB));

/** What a lane's own storage takes as one text. */
const MOST_IDS = 10_000;

/** One by one, not by their line: a webhook about two accounts waits in the line of one of them. */
async function tellLanes(ctx: Context, deliveries: readonly ErasedDelivery[]): Promise<void> {
  const byConnection = Map.groupBy(deliveries, ({ connection }) => connection);
  const told = [...byConnection].map(async ([connection, own]) => {
    const ids = own.map(({ id }) => id);
    for (const portion of portions(ids, () => 1, MOST_IDS)) await laneOf(ctx.env, connection).forget(portion);
  });
  await Promise.all(told);
}
