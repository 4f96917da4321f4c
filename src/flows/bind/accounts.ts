/** The payments of everybody in a batch, in time order per person and connection, and how far each row is labelled: one that comes last, as most do, is
 *  labelled by what is known of those before it. Somebody may have thousands. Whatever changes an earlier one starts its row anew. */
import { type Standing, byTime, labelNext, newStanding } from "../../domain/labels.ts";
import { membersOf, rootOf } from "../../domain/identity/graph.ts";
import type { EventId, PersonId } from "../../lib/ids.ts";
import { type OrderPart, type PaymentRow, noteOrder, orderKey } from "../../store/neighbourhood.ts";
import type { Session } from "./session.ts";

/** `labelled`: so many of the payments are called what they should be, and the standing is what they came to. */
type Line = { readonly payments: PaymentRow[]; standing: Standing; labelled: number };
/** Of how many rows of persons it was made, and its lines by connection. */
export type Account = { readonly size: number; readonly lines: Map<string, Line> };

/** Labels what is not labelled yet of a person's payments; answers with those that are called differently now. */
export function relabel(session: Session, root: PersonId): PaymentRow[] {
  const changed: PaymentRow[] = [];
  const elsewhere = paidElsewhere(session, root);
  for (const line of accountOf(session, root).lines.values()) {
    for (const row of line.payments.slice(line.labelled)) {
      const { label, ordinal, amountE4 } = labelNext(line.standing, row, elsewhere(row));
      if (row.label === label && row.ordinal === ordinal && row.amountE4 === amountE4) continue;
      Object.assign(row, { label, ordinal, amountE4 });
      session.relabelled.add(row.id);
      changed.push(row);
    }
    line.labelled = line.payments.length;
  }
  return changed;
}

/** Accounts of everybody loaded, by one walk through the payments; answers with whose they are. */
export function openAccounts(session: Session): PersonId[] {
  const { graph, known, accounts } = session;
  for (const [root, own] of Map.groupBy(known.payments.values(), ({ homeId }) => rootOf(graph, homeId))) {
    accounts.set(root, newAccount(membersOf(graph, root).size, own));
  }
  return [...accounts.keys()];
}

function accountOf({ graph, known, accounts }: Session, root: PersonId): Account {
  const { size } = membersOf(graph, root);
  const opened = accounts.get(root);
  if (opened?.size === size) return opened;
  const own = [...known.payments.values()].filter(({ homeId }) => rootOf(graph, homeId) === root);
  const account = newAccount(size, own);
  accounts.set(root, account);
  return account;
}

const newAccount = (size: number, own: readonly PaymentRow[]): Account => ({
  size,
  lines: new Map([...Map.groupBy(own, ({ connection }) => connection)].map(([name, rows]) => [name, newLine(rows)])),
});

const newLine = (payments: readonly PaymentRow[]): Line => ({
  payments: payments.toSorted(byTime),
  standing: newStanding(),
  labelled: 0,
});

/** A payment that was bound takes its place among the others. */
export function enter(session: Session, payment: PaymentRow): void {
  const { known, accounts, graph } = session;
  if (known.payments.has(payment.id)) accounts.clear();
  known.payments.set(payment.id, payment);
  noteOrder(known, payment);
  const root = rootOf(graph, payment.homeId);
  const lines = accounts.get(root)?.lines;
  const line = lines?.get(payment.connection);
  if (line) {
    const place = line.payments.findLastIndex((other) => byTime(other, payment) < 0) + 1;
    line.payments.splice(place, 0, payment);
    if (place < line.labelled) restart(accounts.get(root), payment);
  } else lines?.set(payment.connection, newLine([payment]));
  restartOrder(session, payment, root);
}

/** A payment that counts no more leaves the sums of its person and of its order; answers with the person. */
export function leave(session: Session, id: EventId): PersonId | null {
  const { known, graph, accounts } = session;
  const payment = known.payments.get(id);
  const part = payment ?? known.orderParts.get(id);
  known.orderParts.delete(id);
  const root = payment ? rootOf(graph, payment.homeId) : null;
  if (payment && root !== null) {
    payment.counted = false;
    restart(accounts.get(root), payment);
  }
  if (part) restartOrder(session, part, root);
  return root;
}

/** Everybody else who tells totals of the order has them parted anew. */
export function restartOrder({ known, graph, accounts }: Session, part: OrderPart, owner: PersonId | null): void {
  for (const id of part.order === null ? [] : (known.orders.get(orderKey(part)) ?? [])) {
    const other = known.payments.get(id);
    const root = other ? rootOf(graph, other.homeId) : owner;
    if (root !== null && root !== owner) restart(accounts.get(root), part);
  }
}

function restart(account: Account | undefined, { connection }: OrderPart): void {
  const line = account?.lines.get(connection);
  if (!line) return;
  line.standing = newStanding();
  line.labelled = 0;
}

/** What others paid for its order, or nobody yet, before a payment of `owner` that tells the total. Each order is looked through once. */
export function paidElsewhere({ known, graph }: Session, owner: PersonId | null): (payment: OrderPart) => number {
  const others = new Map<string, readonly OrderPart[]>();
  const partsOf = (key: string): OrderPart[] =>
    [...(known.orders.get(key) ?? [])].flatMap((id) => {
      const payment = known.payments.get(id);
      const part = payment ?? known.orderParts.get(id);
      return !part?.counted || (payment && rootOf(graph, payment.homeId) === owner) ? [] : [part];
    });
  return (payment) => {
    if (payment.order === null || payment.paidTotalE4 === null) return 0;
    const key = orderKey(payment);
    const parts = others.get(key) ?? partsOf(key);
    others.set(key, parts);
    return parts.reduce((paid, part) => (byTime(part, payment) < 0 ? paid + (part.amountE4 ?? 0) : paid), 0);
  };
}
