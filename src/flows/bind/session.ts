/** One binding of a batch: what was loaded, what was decided so far, what will be written. */
import type { EventStatus } from "../../domain/event.ts";
import type { Step } from "../../domain/identity/decision.ts";
import { type Graph, rootOf } from "../../domain/identity/graph.ts";
import type { EventId, PersonId } from "../../lib/ids.ts";
import type { Neighbourhood, PaymentRow } from "../../store/neighbourhood.ts";
import type { NewProblem } from "../../store/problems.ts";
import type { Account } from "./accounts.ts";
import type { MatchedDelivery } from "./deliveries.ts";
import type { Arrived } from "./arrived.ts";
import type { Traits } from "./traits.ts";

/** An event's outcome as its row will tell it; the person follows from the home when everything is decided. */
export type Outcome = {
  readonly arrived: Arrived;
  readonly status: Exclude<EventStatus, "accepted">;
  readonly cause: string | null;
  readonly boundAt: number | null;
  readonly viaType: string | null;
  readonly viaHash: string | null;
  readonly shared: boolean;
  readonly trace: readonly Step[];
  /** Already a row in D1 that waited there. */
  readonly late: boolean;
};

/** Everything a batch works on. It is thrown away when the write fails, and the batch begins anew from D1. */
export type Session = {
  readonly known: Neighbourhood;
  readonly graph: Graph;
  readonly arrived: Map<EventId, Arrived>;
  readonly outcomes: Map<EventId, Outcome>;
  /** Payments whose label, ordinal or amount differs from what D1 has. */
  readonly relabelled: Set<EventId>;
  readonly uncounted: Set<EventId>;
  /** Payments of the persons asked about so far, as they are labelled. */
  readonly accounts: Map<PersonId, Account>;
  readonly newFirings: { readonly subject: string; readonly trigger: string; readonly eventId: EventId }[];
  readonly deliveries: MatchedDelivery[];
  /** Older payments that gained a label trigger: their facts are not loaded yet. */
  readonly shifted: { readonly payment: PaymentRow; readonly names: readonly string[]; readonly before: readonly string[] }[];
  readonly problems: NewProblem[];
  readonly traits: Traits;
  /** Persons who withdrew their consent in this batch. */
  readonly withdrawn: Set<PersonId>;
  readonly now: number;
};

/** The person an event of this batch belongs to; null while it waits. */
export function personOf(session: Session, id: EventId): PersonId | null {
  const membership = session.graph.events.get(id);
  return membership ? rootOf(session.graph, membership.homeId) : null;
}
