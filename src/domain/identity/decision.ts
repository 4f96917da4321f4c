/** What the resolution decides about one event, before anything is changed. `apply.ts` carries it out, `trace.ts` tells it to a marketer. */
import type { PersonId, PersonKey } from "../../lib/ids.ts";
import type { GraphClaim, GraphEvent, Ref } from "./graph.ts";

/** The identity a new person would get, should one be needed. */
export type Fresh = { readonly id: PersonId; readonly key: PersonKey };

/** `taken`: another person's, `limit`: one too many of its kind, `contact_quarantined`: three messengers claim it. Each becomes a problem for an operator. */
export type ConflictCause = "taken" | "limit" | "contact_quarantined";
/** What was refused and between whom; `persons` are roots at the moment of the decision. */
export type Conflict = { readonly ref: Ref; readonly cause: ConflictCause; readonly persons: readonly PersonId[] };

/** One step of the decision, in order; identifiers by blind index, so a trace holds nobody's values. */
export type Step =
  | { readonly step: "found"; readonly ref: Ref; readonly person: PersonId }
  | { readonly step: "demoted"; readonly ref: Ref; readonly person: PersonId; readonly against: Ref | null }
  | { readonly step: "created"; readonly person: PersonId; readonly ref: Ref }
  | { readonly step: "attached"; readonly ref: Ref }
  | { readonly step: "limit"; readonly ref: Ref }
  | { readonly step: "taken"; readonly ref: Ref; readonly person: PersonId }
  | { readonly step: "shared"; readonly ref: Ref; readonly person: PersonId }
  | { readonly step: "kept_apart"; readonly ref: Ref; readonly person: PersonId }
  | { readonly step: "merged"; readonly ref: Ref; readonly survivor: PersonId; readonly loser: PersonId }
  | { readonly step: "moved"; readonly ref: Ref; readonly from: PersonId }
  | { readonly step: "detached"; readonly ref: Ref }
  | { readonly step: "referred_by"; readonly person: PersonId }
  | { readonly step: "contact_quarantined"; readonly ref: Ref }
  | { readonly step: "quarantine_ignored"; readonly ref: Ref }
  | { readonly step: "blocked"; readonly ref: Ref }
  | { readonly step: "unknown_key" }
  | { readonly step: "erased" }
  /** `refs`: what it waits for. Decisions stored by earlier versions do not tell. */
  | { readonly step: "waits"; readonly refs?: readonly Ref[] }
  | { readonly step: "late"; readonly ref: Ref; readonly waitedMs: number }
  | { readonly step: "echo" }
  | { readonly step: "no_consent" };

/** Everything to be done about one event; carrying it out decides nothing more, but for who survives a merge. */
export type Decision = {
  readonly event: GraphEvent;
  readonly outcome: "bound" | "unbound" | "erased";
  /** The leaf the event comes to; null when it is not bound. */
  readonly homeId: PersonId | null;
  readonly create: Fresh | null;
  readonly via: Ref | null;
  readonly attach: readonly GraphClaim[];
  readonly refresh: readonly GraphClaim[];
  /** Other persons to merge into this one, in order. */
  readonly merges: readonly { readonly with: PersonId; readonly ref: Ref }[];
  /** Identifiers that change hands without a merge: a click to its real starter, a site's user by a login act. */
  readonly moves: readonly GraphClaim[];
  readonly detach: readonly Ref[];
  readonly conflicts: readonly Conflict[];
  readonly claimants: readonly { readonly contact: string; readonly messenger: string }[];
  readonly referredBy: PersonId | null;
  /** The event used a click that is somebody else's: attribution only. */
  readonly shared: boolean;
  readonly trace: readonly Step[];
};
