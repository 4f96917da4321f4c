/** Money of the orders that running totals are told of, whoever it belongs to: a total holds it all, and its payment is only what is new. */
import type { EventId } from "../lib/ids.ts";
import type { Asked, Neighbourhood } from "./neighbourhood.ts";

type Row = {
  readonly id: EventId;
  readonly seq: number;
  readonly connection: string;
  readonly event_at: number;
  readonly amount_e4: number;
  readonly order_number: string;
};

/** After the payments of the persons are known, whose own totals ask as well. Nothing is read where no vendor tells totals. */
export async function loadOrderParts(db: D1Database, known: Neighbourhood, asked: Asked["orders"]): Promise<void> {
  const told = [...known.payments.values()].flatMap(({ order, paidTotalE4 }) =>
    order !== null && paidTotalE4 !== null ? [order] : [],
  );
  const orders = new Set([...asked.keys(), ...told]);
  if (orders.size === 0) return;
  const { results } = await db
    .prepare(
      `SELECT id, seq, connection, event_at, amount_e4, order_number FROM events
       WHERE order_number IN (SELECT value FROM json_each(?1)) AND +type = 'payment' AND counted = 1 AND amount_e4 IS NOT NULL
         AND +status IN ('bound', 'unbound', 'erased')`,
    )
    .bind(JSON.stringify([...orders]))
    .all<Row>();
  for (const { id, seq, connection, event_at: at, amount_e4: amountE4, order_number: spelled } of results) {
    if (known.orderParts.has(id)) continue;
    const order = asked.get(spelled) ?? spelled;
    known.orderParts.set(id, {
      id,
      seq,
      connection,
      at,
      amountE4,
      order,
      tid: null,
      named: null,
      paidTotalE4: null,
      counted: true,
    });
  }
}
