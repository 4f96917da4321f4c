/** What a vendor must tell us: how to read it, how to write to it, how to understand its reply. No clock, storage or network: a source reads
 *  a delivery into an event, `prepare` builds a request, `judge` judges a reply; verifying and sending happen once elsewhere.
 *  Vendor facts go stale: each file names its page and date. */
import type { ConnectionOf, Kind } from "../domain/config.ts";
import type { Addressee } from "../domain/delivery.ts";
import type { Echo } from "../domain/echo.ts";
import type { Scopes } from "../domain/scope.ts";
import type { Result } from "../lib/result.ts";

/** One delivery at the door, decoded leniently: query and body merged, body wins; nested JSON kept under `json`. */
export type Incoming = {
  readonly method: string;
  /** Event type given by the path (`/:event`), if any. */
  readonly pathEvent: string | null;
  /** Flat view: query and body merged (body wins), values as text; nested objects flattened with dots; no prototype. */
  readonly fields: Readonly<Record<string, string>>;
  /** What the query said beside a body: another spelling of the same thing in the body wins over it. */
  readonly query: Readonly<Record<string, string>>;
  /** The parsed JSON body, when it was JSON. */
  readonly json: unknown;
  readonly receivedAt: number;
  /** `webhook-id` of a signed delivery or `Idempotency-Key`: the sender's idempotency id where the body names none. */
  readonly deliveryId: string | null;
  /** IANA zone of times without one. */
  readonly timeZone: string;
  /** Whose ids these are, by kind of scope. */
  readonly scopes: Scopes;
};

/** Ready to be sent: everything in it is encoded. `Idempotency-Key` and the judgement of the address come where it is sent
 *  (`flows/send-request.ts`). */
export type OutgoingRequest = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** What came back: at most the first 64 KiB of the body, header names in lower case. `status: 0` = no reply (timeout, reset), with the cause in
 *  `failure`. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly failure: "timeout" | "network" | null;
};

/** What a reply means. A `reason` is a stable word of ours, the vendor's words after a colon (`replies.ts`); `afterSeconds` is
 *  the vendor's wish, never undercut. Nothing here knows how many tries there were: that is settled once for all vendors
 *  (`domain/settle.ts`). */
export type Verdict =
  | { readonly outcome: "delivered" }
  /** The vendor needs another request (look up, then write). */
  | { readonly outcome: "next"; readonly plan: Plan }
  | { readonly outcome: "retry"; readonly reason: string; readonly afterSeconds?: number }
  | { readonly outcome: "dead"; readonly reason: string };

/** A request and how to judge its reply. */
export type Plan = {
  readonly request: OutgoingRequest;
  /** false = sending it twice does it twice (a GetCourse deal without a number): when the outcome stays unknown it is dead, never sent again. */
  readonly repeatable?: boolean;
  /** What the vendor will report of it besides the fields that the action sets (`domain/echo.ts`). */
  readonly echoes?: readonly Echo[];
  readonly judge: (reply: Reply) => Verdict;
};

/** Facts of the event an action is about, for what a vendor's call needs beyond `with`. */
export type EventView = {
  readonly id: string;
  readonly connection: string;
  readonly type: string;
  readonly label: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly tid: string | null;
  readonly order: string | null;
  /** Issuing connection → click id. */
  readonly clickids: Readonly<Record<string, string>>;
  readonly utm: Readonly<Record<string, string>>;
  /** The fact's own time, ISO 8601; null when no event is behind the action. Stable over retries, unlike `now`. */
  readonly at: string | null;
};

/** Everything a request is built from. The same input gives the same bytes but for what `now` (epoch ms) stamps, so that a retry
 *  is the same request to the vendor. */
export type PrepareInput<K extends Kind = Kind> = {
  readonly connection: ConnectionOf<K>;
  /** The rendered `with`: no template is left in it. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly person: Addressee;
  readonly event: EventView;
  readonly deliveryId: string;
  readonly now: number;
};

/** Why a request cannot be built: it is dead at once, retrying cannot help. */
export type Unpreparable = { readonly reason: string };

/** Builds the request of one action, or says why it cannot be built; may not fetch, wait or read a clock. Only signing makes it a
 *  promise. */
export type Action<K extends Kind = Kind> = (
  input: PrepareInput<K>,
) => Promise<Result<Plan, Unpreparable>> | Result<Plan, Unpreparable>;

/** The destination half of a vendor: action name (without the kind) → how to prepare it. */
export type Destination<K extends Kind = Kind> = Readonly<Record<string, Action<K>>>;
