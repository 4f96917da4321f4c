/** A delivery as the operator API shows it: replies opened, times in ISO 8601. */
import type { Context } from "../context.ts";
import { heldBecause } from "../domain/delivery.ts";
import type { AttemptRow, DeliveryRow } from "../store/deliveries.ts";
import { isoOrNull } from "../lib/iso.ts";

/** `attempts` of all rows together; a reply past its retention is null. */
export async function deliveriesView(
  ctx: Context,
  rows: readonly DeliveryRow[],
  attempts: readonly AttemptRow[],
): Promise<object[]> {
  const byDelivery = Map.groupBy(attempts, (attempt) => attempt.delivery_id);
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      event_id: row.event_id === "" ? null : row.event_id,
      person_id: row.person_id,
      connection: row.connection,
      action: row.action,
      status: row.status,
      reason: heldBecause(ctx.config, row) ?? row.reason,
      generation: row.generation,
      created_at: isoOrNull(row.created_at),
      next_attempt_at: heldBecause(ctx.config, row) === null ? isoOrNull(row.next_attempt_at) : null,
      settled_at: isoOrNull(row.settled_at),
      replayed_at: isoOrNull(row.replayed_at),
      attempts: await Promise.all((byDelivery.get(row.id) ?? []).map((attempt) => attemptView(ctx, attempt))),
    })),
  );
}

async function attemptView(ctx: Context, attempt: AttemptRow): Promise<object> {
  return {
    at: isoOrNull(attempt.at),
    status: attempt.status,
    outcome: attempt.outcome,
    reply: attempt.reply === null ? null : await ctx.seal.open(attempt.reply),
    generation: attempt.generation,
  };
}
