/** Money that is taken back: by a newer state of its fact, or by a rejection whose key is not that of one conversion. */
import type { Context } from "../../context.ts";
import { toE4 } from "../../domain/amount.ts";
import { rootOf } from "../../domain/identity/graph.ts";
import { isInferred } from "../../domain/identity/limits.ts";
import { byTime } from "../../domain/labels.ts";
import type { EventId, PersonId } from "../../lib/ids.ts";
import type { PaymentRow } from "../../store/neighbourhood.ts";
import { leave } from "./accounts.ts";
import { type Session, personOf } from "./session.ts";

/** A fact that counts no more leaves every sum; answers with whose money it was. */
export function uncount(session: Session, id: EventId): PersonId | null {
  session.uncounted.add(id);
  const arrived = session.arrived.get(id);
  if (arrived) arrived.counted = false;
  return leave(session, id);
}

const COUNTS_CLICKS = ["chatterfy", "keitaro", "network"];

/** To a tracker the conversions of one click that have no transaction id are one conversion (vendors.md §6.1), so a rejection without one means them, and none
 *  that another click told: told by the same identifier if any was, then of the same sum if any is, and the newest of these. Where one id may
 *  stand for many conversions (`duplicates: "new"`) a rejection that tells it means one of them. */
export function takeBackRejected(ctx: Context, session: Session, id: EventId): void {
  const outcome = session.outcomes.get(id);
  if (outcome?.status !== "bound" || outcome.arrived.type !== "rejected") return;
  const root = personOf(session, id);
  const { connection, claims, event, facts } = outcome.arrived;
  const { kind, duplicates } = ctx.config.connections.get(connection) ?? {};
  const byClick = facts.order === null && COUNTS_CLICKS.some((known) => known === kind);
  if (facts.tid === null ? !byClick : duplicates !== "new") return;
  const clicks = new Set(claims.filter(isInferred).map(({ hash }) => hash));
  // Of inferred identifiers only those are loaded that the batch names.
  const isOther = (via: string): boolean => {
    const node = session.graph.nodes.get(via);
    return clicks.size > 0 && !clicks.has(via) && (!node || isInferred(node));
  };
  const open = [...session.known.payments.values()].filter(
    (paid) =>
      paid.counted &&
      paid.connection === connection &&
      paid.tid === facts.tid &&
      (facts.order === null ? paid.tid !== null || paid.order === null : paid.order === facts.order) &&
      paid.at <= event.at &&
      !(paid.viaHash !== null && isOther(paid.viaHash)) &&
      rootOf(session.graph, paid.homeId) === root,
  );
  const preferred = (all: readonly PaymentRow[], fits: (paid: PaymentRow) => boolean): readonly PaymentRow[] =>
    all.some(fits) ? all.filter(fits) : all;
  const own = preferred(open, ({ viaHash }) => viaHash === outcome.viaHash);
  const [newest] = preferred(own, ({ amountE4 }) => amountE4 === toE4(facts.money.amount)).toSorted((a, b) => byTime(b, a));
  if (newest) uncount(session, newest.id);
}
