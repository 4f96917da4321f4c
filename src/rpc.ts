/** What the two Durable Objects answer to. Types only, so that every layer can call them without importing their code. */
import type { DeliveryId, EventId, PersonId, PersonKey } from "./lib/ids.ts";

/** `limited` is the only one that stored nothing: the sender is to come again. */
export type IntakeOutcome = "accepted" | "duplicate" | "quarantined" | "preview" | "limited";

/** One verified, normalised, sealed delivery at the front door. */
export type Arrival = {
  readonly id: EventId;
  readonly connection: string;
  readonly type: string;
  readonly receivedAt: number;
  /** Keyed digest of (connection, vendor key); the same fact again has the same one. */
  readonly fact: string;
  /** Keyed digest of the sender's own id of this telling, where the fact is known by something else; null = it has none. */
  readonly told: string | null;
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
  /** Asked before, and the answer was lost: it may be stored already. */
  readonly again?: true;
  /** Sealed JSON of StoredFacts, and sealed raw delivery (secrets masked). */
  readonly facts: ArrayBuffer;
  readonly raw: ArrayBuffer | null;
};

/** For a duplicate `id` is that of the event it repeats, so a sender always gets the id that exists. */
export type Acceptance = { readonly id: EventId; readonly outcome: IntakeOutcome; readonly retryAfterSeconds?: number };

/** An event that is acknowledged and not yet bound, for lists that include what still waits. Newest first. */
export type WaitingEvent = { readonly seq: number } & Pick<
  Arrival,
  "id" | "connection" | "type" | "receivedAt" | "verdict" | "cause" | "field" | "facts" | "raw"
>;

/** An id or any key ever issued. */
export type PersonName = PersonId | PersonKey;

/** Operator decisions about identity; they go through the single writer and outrank everything. */
export type Decision =
  | { readonly act: "merge"; readonly persons: readonly [PersonName, PersonName] }
  | { readonly act: "unmerge"; readonly person: PersonName }
  | {
      readonly act: "move";
      readonly type: string;
      readonly scope: string | null;
      readonly value: string;
      readonly to: PersonName;
    }
  | { readonly act: "keep_apart"; readonly persons: readonly [PersonName, PersonName] }
  | { readonly act: "block"; readonly type: string; readonly scope: string | null; readonly value: string }
  /** `by`: the operator, as the log of acts names them. */
  | { readonly act: "erase"; readonly person: PersonId; readonly by: string; readonly basis?: string };

/** `persons`: who stands after the decision, the surviving or named one first. */
export type DecisionResult =
  | {
      readonly ok: true;
      readonly persons: readonly PersonId[];
      readonly detail?: Readonly<Record<string, number>>;
      /** A merge of two who had been kept apart: the newest decision holds, and whoever takes it is told. */
      readonly liftedKeepApart?: boolean;
    }
  | { readonly ok: false; readonly reason: "not_found" | "gone" | "same_person" | "nothing_to_unmerge" | "invalid" };

/** One object for the workspace, one call at a time: that is what makes duplicates exact and identity single-written. */
export interface InboxRpc {
  /** `packed` holds arrivals (flows/intake/packed-arrivals.ts), answered in their order. */
  accept(packed: ArrayBuffer): Promise<Acceptance[]>;
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

/** A replay is the same delivery in the next generation. */
export type LaneKey = { readonly id: DeliveryId; readonly generation: number };

/** A recovery: every dead delivery of the lane's connection that died in [since, until] (epoch ms, both inclusive) is replayed,
 *  the oldest made first, `perSecond` at most. What must not be repeated unseen, and who withdrew consent, stays dead
 *  (`store/replays.ts`). */
export type Recovery = { readonly since: number; readonly until: number; readonly perSecond: number };
/** Epoch ms; `finishedAt: null` = running. */
export type RecoveryState = Recovery & { readonly id: string; readonly replayed: number; readonly finishedAt: number | null };

/** `line`: whom the delivery is about now. */
export type LineChange = LaneKey & { readonly line: string };

/** All calls may be repeated after a failure: every one is idempotent by its keys or by what is already running. */
export interface LaneRpc {
  /** `packed` holds LaneWork (flows/lane/packed-work.ts). `sweptTo`: everything queued in D1 up to this place (`deliverySeq`) has been handed over: the sweep's own bookmark. */
  take(connection: string, packed: ArrayBuffer, sweptTo?: number): Promise<void>;
  /** Cancels what is not in flight, known or not: a key cancelled before it was taken is never sent. In-flight ones are not tried again. */
  cancel(connection: string, keys: readonly LaneKey[]): Promise<{ cancelled: DeliveryId[]; inFlight: DeliveryId[] }>;
  /** Some of what waits is about somebody else by now: persons became one, or are two again. Settled and unknown keys are passed over. */
  changeLines(changes: readonly LineChange[]): Promise<void>;
  /** Drops every trace of these deliveries (erasure); what is in flight leaves none. */
  forget(deliveries: readonly DeliveryId[]): Promise<void>;
  /** A place of the rate for a request to the lane's connection that somebody waits for, so that it stands in no queue. It goes before what is queued;
   *  false = none fell free before `until`, epoch ms. */
  admit(perSecond: number, until: number): Promise<boolean>;
  /** Looks for work now (configuration changed, cron). */
  wake(): Promise<{ waiting: number; nextAt: number | null; sweptTo: number }>;
  /** Starts a recovery; while one runs it is answered instead, so a double click is one job. */
  recover(connection: string, recovery: Recovery): Promise<RecoveryState>;
}
