/** What is known around some events while they are bound: the graph they may touch, and the rows that labels, rules and echoes need. */
import { type Graph, setIn } from "../domain/identity/graph.ts";
import type { Label, Payment } from "../domain/labels.ts";
import type { UtmColumns } from "../domain/normalise/utm.ts";
import type { DeliveryId, EventId, PersonId } from "../lib/ids.ts";
import type { Sealed } from "../lib/seal.ts";

/** What to load by: blind indexes, keys, ids. `replaced`: events that a newer state of the same fact takes the place of. */
export type Asked = {
  readonly hashes: readonly string[];
  /** Keys or ids of persons. */
  readonly keys: readonly string[];
  readonly events: readonly EventId[];
  readonly replaced: readonly EventId[];
  readonly facts: readonly string[];
  readonly echoes: readonly string[];
  /** Orders of which a running total is told: the number by every spelling that a row may have. */
  readonly orders: ReadonlyMap<string, string>;
  /** Rules or echoes need what is remembered of the persons. */
  readonly traits: boolean;
  readonly now: number;
};

/** A payment of a loaded person. What binding may decide anew is mutable: whose it is, whether it counts, what it is called and,
 *  where the sender tells running totals, what it is worth (ten-thousandths). */
export type PaymentRow = Payment & {
  readonly connection: string;
  readonly fact: string;
  readonly tid: string | null;
  readonly viaHash: string | null;
  homeId: PersonId;
  counted: boolean;
  label: Label | null;
  ordinal: number | null;
  amountE4: number | null;
  readonly rules: boolean;
};

/** Money of an order that also somebody tells running totals of, whoever it belongs to. */
export type OrderPart = Payment & { readonly connection: string };

/** An event that waits for the identifier `hash`; `rules: 0` binds it without running any (imports). */
export type WaitingRow = {
  readonly hash: string;
  readonly id: EventId;
  readonly seq: number;
  readonly connection: string;
  readonly type: string;
  readonly receivedAt: number;
  readonly at: number;
  readonly fact: string;
  readonly counted: number;
  readonly rules: number;
  readonly facts: Sealed | null;
};

/** Already written by a run that crashed before it told the lanes. */
export type QueuedRow = {
  readonly id: DeliveryId;
  readonly generation: number;
  readonly person_id: PersonId | null;
  readonly connection: string;
  readonly action: string;
  readonly created_at: number;
  readonly work: Sealed;
};

/** An older state of a fact that arrived again otherwise: its `fact` is what firings go on to count by. */
export type ReplacedRow = { readonly id: EventId; readonly fact: string; readonly type: string; readonly at: number };
/** What a click of ours knew, found by its blind index. */
export type ClickRow = UtmColumns & {
  readonly hash: string;
  readonly link: string | null;
};
/** By home leaf, not by person: an unmerge gives each side its own back. */
export type TraitRow = { readonly home_id: PersonId; readonly name: string; readonly at: number; readonly sealed: Sealed };

/** Grows while a batch is bound, is written once and thrown away. `written`: events that D1 has already, see `bindEvents`. */
export type Neighbourhood = {
  readonly graph: Graph;
  readonly payments: Map<EventId, PaymentRow>;
  readonly orderParts: Map<EventId, OrderPart>;
  /** Order by `orderKey` → its payments and parts. One that has left the other two is nothing here. */
  readonly orders: Map<string, Set<EventId>>;
  /** Fact or person → the names that fired for it. */
  readonly firings: Map<string, Set<string>>;
  readonly written: Set<string>;
  readonly queued: QueuedRow[];
  readonly replaced: Map<EventId, ReplacedRow>;
  readonly echoes: Set<string>;
  readonly clicks: Map<string, ClickRow>;
  readonly waiting: Map<EventId, WaitingRow>;
  readonly traits: TraitRow[];
  readonly values: Map<string, Sealed>;
};

/** Empty. What is never loaded into it does not exist for the decisions, so everything an event names must be asked for. */
export const newNeighbourhood = (graph: Graph): Neighbourhood => ({
  graph,
  payments: new Map(),
  orderParts: new Map(),
  orders: new Map(),
  firings: new Map(),
  written: new Set(),
  queued: [],
  replaced: new Map(),
  echoes: new Set(),
  clicks: new Map(),
  waiting: new Map(),
  traits: [],
  values: new Map(),
});

/** An order of one connection. */
export const orderKey = ({ connection, order }: Pick<OrderPart, "connection" | "order">): string => `${connection}\n${order}`;

/** A payment is a part of its order, if it has one. */
export function noteOrder({ orders }: Neighbourhood, part: Pick<OrderPart, "id" | "connection" | "order">): void {
  if (part.order !== null) setIn(orders, orderKey(part)).add(part.id);
}
