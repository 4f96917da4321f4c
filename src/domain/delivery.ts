/** What a lane needs to send one action, sealed while it waits. Pure types. */
import type { StoredFacts } from "./event.ts";

export type WorkOrder = {
  /** The action's `with` as the rule has it, templates unrendered; or, for built-in messages, final values. */
  readonly with: Readonly<Record<string, unknown>>;
  /** The person it is about at the time of binding; the lane follows merges. null = addressed explicitly. */
  readonly personId: string | null;
  /** Explicit addresses that win over the person's own (notices to one holder identity): type → value. */
  readonly address: Readonly<Record<string, string>> | null;
  readonly event: EventFacts | null;
  /** Already rendered parameters (replay of the exact original); null = render at the first attempt. */
  readonly rendered: Readonly<Record<string, unknown>> | null;
  readonly replay: boolean;
};

/** The facts of an event that templates and connectors may use. */
export type EventFacts = StoredFacts & { readonly id: string; readonly label: string | null; readonly eventTime: number };

export type DeliveryStatus = "queued" | "retrying" | "delivered" | "dead" | "cancelled";
