/** «Отправить ещё раз в…»: one action of the rules for an event of the past, whatever its rule asks and whether or not it fired then. It is a new
 *  delivery, rendered from what is known of the person now, and marked as a replay: the destination can tell, and the loop breaker lets it pass.
 *  Somebody who withdrew her consent gets nothing, as by a rule. */
import type { Context } from "../context.ts";
import type { RuleAction } from "../domain/config.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { isConsentWithdrawn } from "../store/operator/people.ts";
import { findEvent } from "../store/event-lists.ts";
import { openFacts } from "./bind/arrived.ts";
import { RECORDS, eventFactsOf, silencedConnections } from "./bind/deliveries.ts";
import { enqueueDeliveries } from "./enqueue-delivery.ts";
import { isEventId } from "../lib/ids.ts";

/** `no_person`: it waits or is of no use, so there is nobody to tell about. `content_gone`: its facts are forgotten. */
export type ResendRefusal = "not_found" | "no_person" | "content_gone" | "consent_withdrawn";

/** Every action of the rules, with the place of each: what an operator may choose from. */
export const actionsOf = (ctx: Context): readonly { readonly place: string; readonly action: RuleAction }[] =>
  ctx.config.rules.flatMap((rule, index) => rule.do.map((action, at) => ({ place: `${index}.${at}`, action })));

/** The id of the new delivery. Each press makes another one: unlike a replay it is a new act of the operator's. */
export async function resendEvent(ctx: Context, id: string, action: RuleAction): Promise<Result<string, ResendRefusal>> {
  const event = isEventId(id) ? await findEvent(ctx.env.DB, id) : null;
  if (!event || !isEventId(event.id)) return err("not_found");
  if (event.person_id === null) return err("no_person");
  if (event.facts === null) return err("content_gone");
  const silenced = silencedConnections(ctx).includes(action.to) && !RECORDS.includes(action.action);
  if (silenced && (await isConsentWithdrawn(ctx.env.DB, event.person_id))) return err("consent_withdrawn");
  const facts = await openFacts(ctx, event.facts);
  const payment =
    event.type === "payment" ? { amountE4: event.amount_e4, label: event.label, ordinal: event.ordinal } : undefined;
  const subject = { id: event.id, at: event.event_at, connection: event.connection, facts };
  const order = {
    with: action.with,
    personId: event.home_id ?? event.person_id,
    address: null,
    event: eventFactsOf(subject, payment),
    rendered: null,
    replay: true,
  };
  const [delivery] = await enqueueDeliveries(ctx, [
    { connection: action.to, action: action.action, line: event.person_id, eventId: event.id, work: order },
  ]);
  return delivery === undefined ? err("not_found") : ok(delivery);
}
