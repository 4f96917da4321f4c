/** From fired triggers to deliveries: the rules of the configuration are matched once, when the event is bound. What a person who withdrew her
 *  consent would have got is written down as cancelled, so the log says why nothing was sent. */
import type { Context } from "../../context.ts";
import type { Kind, RuleAction } from "../../domain/config.ts";
import type { Addressee, EventFacts, WorkOrder } from "../../domain/delivery.ts";
import type { StoredFacts } from "../../domain/event.ts";
import { fromE4 } from "../../domain/amount.ts";
import { type Graph, leafOf, membersOf, nodesOf } from "../../domain/identity/graph.ts";
import { labelText } from "../../domain/labels.ts";
import { matchRules, rulesReadPerson } from "../../domain/rule.ts";
import { templateScope } from "../../domain/template-scope.ts";
import { type DeliveryId, type EventId, type PersonId, newDeliveryId } from "../../lib/ids.ts";
import type { PaymentRow } from "../../store/neighbourhood.ts";
import type { Fired } from "./fire.ts";
import { isNameless, tellable } from "./hash-claim.ts";
import type { Session } from "./session.ts";
import { traitsOf } from "./traits.ts";

/** `cancelled` ones are written and never handed to a lane. */
export type MatchedDelivery = {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  readonly personId: PersonId;
  readonly connection: string;
  readonly action: string;
  readonly cancelled: boolean;
  readonly order: WorkOrder;
};

type Subject = { readonly id: EventId; readonly at: number; readonly connection: string; readonly facts: StoredFacts };

/** Connections that write to people or to ad platforms; schools, sites and plain variables are the operator's own records. */
const MESSENGERS_AND_ADS: ReadonlySet<Kind> = new Set<Kind>([
  "salebot",
  "telegram",
  "metabot",
  "chatterfy",
  "keitaro",
  "network",
  "http",
]);
/** What such a connection is told only to keep the operator's own records: consent does not matter to it. */
export const RECORDS = ["save_variables"];

/** What fired, for whom. */
export type Match = {
  readonly subject: Subject;
  readonly root: PersonId;
  readonly payment: PaymentRow | undefined;
  readonly fired: Fired;
};

/** One delivery per action, whoever else it would reach: the addressee is looked up when it is sent. It is about the row the event came to, so it goes
 *  with the event when persons are parted. A person is decrypted only for rules that ask. */
export async function matchDeliveries(ctx: Context, session: Session, { subject, root, payment, fired }: Match): Promise<void> {
  if (fired.names.length === 0 || ctx.config.rules.length === 0) return;
  const event = eventFactsOf(subject, payment);
  const person = rulesReadPerson(ctx.config) ? await addresseeOf(ctx, session, root) : null;
  const matched = matchRules(ctx.config, {
    connection: subject.connection,
    triggers: fired.names,
    fired: fired.before,
    scope: templateScope({ event, person, config: ctx.config }),
  });
  const silent = isSilent(session.graph, root);
  const personId = payment?.homeId ?? session.graph.events.get(subject.id)?.homeId ?? root;
  const told =
    ctx.config.workspace.privacy === "sealed" ? event : eventFactsOf({ ...subject, facts: tellable(subject.facts) }, payment);
  for (const { do: action } of matched) {
    session.deliveries.push({
      id: newDeliveryId(session.now),
      eventId: subject.id,
      personId,
      connection: action.to,
      action: action.action,
      cancelled: silent && needsConsent(ctx, action),
      order: { with: action.with, personId, address: null, event: told, rendered: null, replay: false },
    });
  }
}

/** The facts as templates see them: the label, the amount as it was counted, and no contact of which only the blind index is kept. */
export function eventFactsOf(
  subject: Subject,
  payment: (Pick<PaymentRow, "amountE4" | "ordinal"> & { readonly label: string | null }) | undefined,
): EventFacts {
  const { facts } = subject;
  const amount = payment && payment.amountE4 !== null ? fromE4(payment.amountE4) : facts.money.amount;
  const label = payment?.label ? labelText(payment.label, payment.ordinal) : null;
  const identifiers = facts.identifiers.filter((claim) => !isNameless(claim));
  return { ...facts, identifiers, money: { ...facts.money, amount }, id: subject.id, label, eventTime: subject.at };
}

/** The newest word silences the whole person, every leaf of her; at the same time the withdrawal counts. */
export function isSilent(graph: Graph, root: PersonId): boolean {
  const leaves = [...membersOf(graph, root)].map((leaf) => leafOf(graph, leaf));
  const given = Math.max(...leaves.map(({ consentGivenAt }) => consentGivenAt ?? 0));
  return leaves.some(({ consentWithdrawnAt }) => consentWithdrawnAt !== null && consentWithdrawnAt >= given);
}

/** Messages and advertising only; what merely records a fact is not speech to anybody. */
function needsConsent(ctx: Context, action: RuleAction): boolean {
  const kind = ctx.config.connections.get(action.to)?.kind;
  return kind !== undefined && MESSENGERS_AND_ADS.has(kind) && !RECORDS.includes(action.action);
}

/** Connections that must fall silent for somebody who withdrew her consent. */
export const silencedConnections = (ctx: Context): string[] =>
  [...ctx.config.connections.values()].filter(({ kind }) => MESSENGERS_AND_ADS.has(kind)).map(({ id }) => id);

/** The person as conditions may read her now, before anything of this batch is stored. */
async function addresseeOf(ctx: Context, session: Session, root: PersonId): Promise<Addressee> {
  const values = new Map<string, string>();
  for (const { claims } of session.arrived.values()) for (const { hash, value } of claims) values.set(hash, value);
  const nodes = await Promise.all(
    [...nodesOf(session.graph, root)].map(async (node) => {
      const sealed = session.known.values.get(node.hash);
      const value = values.get(node.hash) ?? (sealed ? await ctx.seal.open(sealed) : null);
      return value === null ? [] : [{ type: node.type, scope: node.scope, value, proof: node.proof, lastSeen: node.toldAt }];
    }),
  );
  return {
    id: root,
    key: leafOf(session.graph, root).key,
    identifiers: nodes.flat(),
    traits: await traitsOf(ctx, session.traits, session.graph, root),
  };
}
