/** Money of the orders that running totals are told of, whoever it belongs to: a total holds it all, and its payment is only what is new. */
import { type Asked, type Neighbourhood, type OrderPart, noteOrder } from "./neighbourhood.ts";

type Row = Pick<OrderPart, "id" | "seq" | "connection" | "at" | "amountE4"> & { readonly order: string };

/** After the payments of the persons are known, whose own totals ask as well. Nothing is read where no vendor tells totals. */
export async function loadOrderParts(db: D1Database, known: Neighbourhood, asked: Asked["orders"]): Promise<void> {
  const told = [...known.payments.values()].flatMap(({ order, paidTotalE4 }) =>
    order !== null && paidTotalE4 !== null ? [order] : [],
  );
  const orders = new Set([...asked.keys(), ...told]);
  if (orders.size === 0) return;
  const { results } = await db
    .prepare(
      `SELECT id, seq, connection, event_at AS at, amount_e4 AS amountE4, order_number AS "order" FROM events
       WHERE order_number IN (SELECT value FROM json_each(?1)) AND +type = 'payment' AND counted = 1 AND amount_e4 IS NOT NULL
         AND +status IN ('bound', 'unbound', 'erased')`,
    )
    .bind(JSON.stringify([...orders]))
    .all<Row>();
  for (const row of results) {
    if (known.orderParts.has(row.id)) continue;
    const order = asked.get(row.order) ?? row.order;
    const part: OrderPart = { ...row, order, conversion: null, named: null, paidTotalE4: null, counted: true };
    known.orderParts.set(row.id, part);
    noteOrder(known, part);
  }
}
