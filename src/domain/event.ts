/** The canonical event: what every vendor's delivery is turned into at the door, before anything is stored. Pure types.
 *  An event is one immutable fact; which person it belongs to is decided later and can be recomputed. */
import type { Claim } from "./identifier.ts";

/** Why a value was not used; shown in the console as "было → стало". */
export type DropCause =
  | "unresolved_macro"
  | "blocked"
  | "invalid"
  | "technical_email"
  | "bad_amount"
  | "bad_currency"
  | "bad_time";
/** `field` is the sender's own name for it. The value is not kept here: it stays in the raw delivery. */
export type Dropped = { readonly field: string; readonly cause: DropCause };

/** Money as it was told. A payment has no minus: it becomes a refund or a withdrawal first (`connectors/generic.ts`). */
export type Money = {
  /** Decimal string without trailing zeros, e.g. "396.5"; null when absent or unreadable. */
  readonly amount: string | null;
  /** Cumulative paid sum of the order, for vendors that report totals (GetCourse `payedValue`): the amount is then the difference. */
  readonly paidTotal: string | null;
  /** Upper-case currency code; null = the connection's or workspace's default. */
  readonly currency: string | null;
};

/** `utm_x` → value in lower case, decoded, without placeholders. */
export type Utm = Readonly<Record<string, string>>;

/** What a connector makes of a delivery. Everything is normalised and nothing is decided: no person, no label, no rule. Texts may
 *  hold secrets still; `maskEvent` takes them out before the event is stored. */
export type NewEvent = {
  /** Canonical or custom name, lower case. */
  readonly type: string;
  /** The label when the sender itself named the payment so. */
  readonly named: "sale" | "resale" | null;
  /** Epoch ms as the sender tells it; null = the time of receipt. */
  readonly eventAt: number | null;
  /** The fact's identity within its connection: the same key again is the same fact. null = no vendor key (10-minute rule). */
  readonly key: string | null;
  /** The newest-state part: same key and same state is `duplicate`, same key and another state replaces it. "" = the fact has one state. */
  readonly state: string;
  /** The sender's own id of this one telling, which it repeats with a retry: `id:…` (`event_id`) or `webhook:…`. */
  readonly told: string | null;
  readonly identifiers: readonly Claim[];
  readonly dropped: readonly Dropped[];
  readonly money: Money;
  readonly tid: string | null;
  readonly order: string | null;
  /** The sender's own status word (GetCourse `payed`, Keitaro `1`), as text. */
  readonly status: string | null;
  readonly utm: Utm;
  readonly link: string | null;
  /** Deep-link text of a bot start, kept even when it is no click of ours. */
  readonly start: string | null;
  readonly userAgent: string | null;
  readonly message: string | null;
  /** first_name, last_name, username, name, locale, … as told. */
  readonly profile: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly tracker: Readonly<Record<string, string>>;
  /** Direction for platforms that report both: an outgoing message is recorded as `echo`, never a trigger. */
  readonly outgoing: boolean;
};

/** `accepted` lasts until the inbox's alarm has bound it. Later only `unbound` may become `bound`, and `bound` `erased`. */
export type EventStatus = "accepted" | "bound" | "unbound" | "quarantined" | "echo" | "preview" | "erased";

/** What stands sealed beside an event: the normalised form, without what only the front door reads, since a key may be made of a contact. The raw
 *  payload is sealed apart, because it is kept for a shorter time. */
export type StoredFacts = Omit<NewEvent, "key" | "state" | "told"> & { readonly connection: string; readonly receivedAt: number };

/** An event that says nothing yet: what a reader or a test builds upon. */
export const EMPTY_EVENT: NewEvent = {
  type: "",
  named: null,
  eventAt: null,
  key: null,
  state: "",
  told: null,
  identifiers: [],
  dropped: [],
  money: { amount: null, paidTotal: null, currency: null },
  tid: null,
  order: null,
  status: null,
  utm: {},
  link: null,
  start: null,
  userAgent: null,
  message: null,
  profile: {},
  fields: {},
  tracker: {},
  outgoing: false,
};

/** What is kept of a delivery that could not be read: the raw bytes stand beside it. */
export const UNREADABLE_EVENT: NewEvent = { ...EMPTY_EVENT, type: "unreadable" };
