/** What a lane needs to send one action, sealed while it waits, and the words for what became of it. What is sent is frozen at
 *  the first attempt: a retry and a replay say the same as that one, whatever was learnt of the person since. Pure. */
import type { Config } from "./config.ts";
import type { StoredFacts } from "./event.ts";
import type { IdentifierType } from "./identifier.ts";

/** The whole intent, so that a lane needs nothing else but the configuration and the person as she is when it sends. D1 keeps it
 *  for `event_days`, or until an erasure. */
export type WorkOrder = {
  /** The action's `with` as the rule has it, templates unrendered; or, for built-in messages, final values. */
  readonly with: Readonly<Record<string, unknown>>;
  /** true = the values are final, braces in them are text: what users wrote is never taken for a template. */
  readonly literal?: boolean;
  /** The person it is about at the time of binding; the lane follows merges. null = addressed explicitly. */
  readonly personId: string | null;
  /** Explicit addresses that win over the person's own (notices to one holder identity): type → value. */
  readonly address: Readonly<Record<string, string>> | null;
  readonly event: EventFacts | null;
  /** Frozen at the first attempt; a retry and a replay send exactly this. null = not rendered yet. */
  readonly rendered: Rendered | null;
  readonly replay: boolean;
  /** Other ways to say the same, best first: taken one after another when this one ends dead. Absent = there is no other. */
  readonly next?: readonly Way[];
  /** What lets somebody in (a PIN, an undo's token): blotted out of a reply that repeats the message. */
  readonly hide?: string;
};

/** One way to say something to a holder. */
export type Way = { readonly connection: string; readonly action: string; readonly rendered: Rendered };

/** Everything a request is built from besides connection and event: the same rendering gives the same bytes again. */
export type Rendered = {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly person: Addressee;
};

/** Everything an action may address a person by, decrypted, strongest and newest first. */
export type Addressee = {
  readonly id: string;
  readonly key: string;
  readonly identifiers: readonly {
    readonly type: IdentifierType;
    readonly scope: string;
    readonly value: string;
    readonly proof: string;
    readonly lastSeen: number;
  }[];
  readonly traits: Readonly<Record<string, string>>;
};

/** The facts of an event that templates and connectors may use. */
export type EventFacts = StoredFacts & { readonly id: string; readonly label: string | null; readonly eventTime: number };

/** `queued` was never tried in this generation, `retrying` was and waits. The other three are final until a replay. */
export type DeliveryStatus = "queued" | "retrying" | "delivered" | "dead" | "cancelled";

/** Replays a second of a recovery, unless its caller sets another pace: beside live traffic it must stay small. */
export const RECOVER_PER_SECOND = 50;

/** Why an unsettled delivery does not move, null = it does. A held one has no next attempt, whatever its last failure planned: a time in the past
 *  that never comes would read as a lane that hangs. */
export function heldBecause(
  config: Config,
  { status, connection }: { readonly status: DeliveryStatus; readonly connection: string },
): "connection_missing" | "connection_disabled" | null {
  if (status !== "queued" && status !== "retrying") return null;
  const destination = config.connections.get(connection);
  if (!destination) return "connection_missing";
  return destination.disabled === true ? "connection_disabled" : null;
}

/** What became of an event in one word, so that what was acknowledged can be counted up: its status until it is bound, then `no_rule` (nothing was to
 *  be sent: no rule asked for it, or the import said so) or its deliveries together. `held`: everything that waits waits for the operator. */
export function outcomeOf(
  config: Config,
  status: string,
  deliveries: readonly { readonly status: DeliveryStatus; readonly connection: string }[],
): string {
  if (status !== "bound") return status;
  if (deliveries.length === 0) return "no_rule";
  const waiting = deliveries.filter((delivery) => delivery.status === "queued" || delivery.status === "retrying");
  if (waiting.length > 0) return waiting.every((delivery) => heldBecause(config, delivery)) ? "held" : "sending";
  const worst = (["dead", "cancelled"] as const).find((end) => deliveries.some((delivery) => delivery.status === end));
  return worst ?? "delivered";
}
