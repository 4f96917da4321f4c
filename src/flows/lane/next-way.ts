/** Where words go that a messenger refused for good (the person blocked the bot, the bot has no key): to the holder's next messenger. */
import type { Context } from "../../context.ts";
import type { WorkOrder } from "../../domain/delivery.ts";
import type { DeliveryId } from "../../lib/ids.ts";
import { base64 } from "../../lib/crypto.ts";
import type { Continuation } from "../../store/continuations.ts";

/** null = there is no other way, or none that may be written to now. */
export async function nextWay(
  ctx: Context,
  dead: { readonly id: DeliveryId; readonly line: string },
  order: WorkOrder,
): Promise<Continuation | null> {
  const open = (order.next ?? []).filter(({ connection }) => {
    const known = ctx.config.connections.get(connection);
    return known !== undefined && known.disabled !== true;
  });
  const [way, ...next] = open;
  if (!way) return null;
  const { connection, action, rendered } = way;
  const work: WorkOrder = { ...order, with: rendered.parameters, literal: true, rendered, replay: false, next };
  return {
    id: followerOf(dead.id),
    connection,
    action,
    line: dead.line,
    createdAt: ctx.clock(),
    work: base64(await ctx.seal.seal(JSON.stringify(work))),
  };
}

/** `dlv_x` → `dlv_x_2` → `dlv_x_3`: whoever holds the first id finds the others. */
function followerOf(id: DeliveryId): DeliveryId {
  const [, stem = "", count] = /^dlv_([^_]+)(?:_(\d+))?$/.exec(id) ?? [];
  return `dlv_${stem}_${Number(count ?? 1) + 1}`;
}
