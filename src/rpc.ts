/** What the two Durable Objects answer to. Types only, so that every layer can call them without importing their code. */
import type { DeliveryId, EventId, PersonId } from "./lib/ids.ts";

export type IntakeOutcome = "accepted" | "duplicate" | "quarantined" | "preview" | "limited";

/** One verified, normalised, sealed delivery at the front door. */
export type Arrival = {
  readonly id: EventId;
  readonly connection: string;
  readonly type: string;
  readonly receivedAt: number;
  /** Keyed digest of (connection, vendor key); the same fact again has the same one. */
  readonly fact: string;
  /** Same fact and same state = duplicate; same fact and another state replaces it. */
  readonly state: string;
  /** For facts without a vendor key: the same bytes count once within this many ms, later they are a flagged possible duplicate. */
  readonly windowMs: number | null;
  /** Epoch ms until which the fact's key is remembered. */
  readonly keepUntil: number;
  readonly verdict: "accepted" | "quarantined" | "preview";
  readonly cause: string | null;
  readonly field: string | null;
  /** false = bind without running rules (imports). */
  readonly rules: boolean;
  /** Accepted events per second of this connection, null = no allowance of its own. */
  readonly perSecond: number | null;
  /** Sealed JSON of StoredFacts, and sealed raw delivery (secrets masked). */
  readonly facts: ArrayBuffer;
  readonly raw: ArrayBuffer | null;
};

export type Acceptance = { readonly id: EventId; readonly outcome: IntakeOutcome; readonly retryAfterSeconds?: number };

/** An event that is acknowledged and not yet bound, for lists that include what still waits. Newest first. */
export type WaitingEvent = {
  readonly seq: number;
  readonly id: EventId;
  readonly connection: string;
  readonly type: string;
  readonly receivedAt: number;
  readonly verdict: Arrival["verdict"];
  readonly cause: string | null;
  readonly field: string | null;
  readonly facts: ArrayBuffer;
  readonly raw: ArrayBuffer | null;
};

/** Operator decisions about identity; they go through the single writer and outrank everything. */
export type Decision =
  | { readonly act: "merge"; readonly persons: readonly [PersonId, PersonId] }
  | { readonly act: "unmerge"; readonly person: PersonId }
  | { readonly act: "move"; readonly type: string; readonly scope: string | null; readonly value: string; readonly to: PersonId }
  | { readonly act: "keep_apart"; readonly persons: readonly [PersonId, PersonId] }
  | { readonly act: "block"; readonly type: string; readonly scope: string | null; readonly value: string }
  | { readonly act: "erase"; readonly person: PersonId };

export type DecisionResult =
  | { readonly ok: true; readonly persons: readonly PersonId[]; readonly detail?: Readonly<Record<string, number>> }
  | { readonly ok: false; readonly reason: "not_found" | "same_person" | "nothing_to_unmerge" | "kept_apart" | "invalid" };

export interface InboxRpc {
  accept(arrivals: readonly Arrival[]): Promise<Acceptance[]>;
  waiting(before: number | null, limit: number): Promise<WaitingEvent[]>;
  decide(decision: Decision): Promise<DecisionResult>;
  /** Binds what waits now; resolves when the inbox is empty or a D1 failure postponed it. For imports, tests and the cron. */
  drain(): Promise<{ left: number }>;
}

/** A delivery for a lane: D1 already holds its row. Taking the same id and generation twice changes nothing. */
export type LaneWork = {
  readonly id: DeliveryId;
  readonly generation: number;
  /** Deliveries of one line are sent strictly in the order they were taken; normally the person id. */
  readonly line: string;
  readonly action: string;
  readonly createdAt: number;
  /** Sealed JSON of WorkOrder (domain/delivery.ts). */
  readonly work: ArrayBuffer;
};

export interface LaneRpc {
  take(connection: string, items: readonly LaneWork[]): Promise<void>;
  cancel(ids: readonly DeliveryId[]): Promise<number>;
  /** Drops every trace of a person's deliveries (erasure). */
  forget(line: string): Promise<void>;
  wake(): Promise<{ waiting: number; nextAt: number | null }>;
}
