/** Accept events: the only way a fact enters the gateway.
 *  Vendors resend until they see a 2xx, so this may run many times for one fact: the inbox keys it by (connection, vendor key) and the second arrival
 *  changes nothing. What cannot be used (a macro that was not substituted, an unreadable body) is kept too, in quarantine, with its cause. */
import type { Context } from "../context.ts";
import type { NewEvent, StoredFacts } from "../domain/event.ts";
import { type DuplicateMode, factKey, intakeVerdict } from "../domain/intake.ts";
import { maskEvent } from "../domain/mask-event.ts";
import { newEventId } from "../lib/ids.ts";
import { maskBody } from "../lib/mask.ts";
import { callInbox } from "./intake/call-inbox.ts";
import type { Acceptance, Arrival } from "../rpc.ts";
import { newTally } from "./tally.ts";

const DAY_MS = 86_400_000;
/** Kept and shown like a robot's click, so that no reader of the ledger needs to know about tests. */
const TEST = { verdict: "preview", cause: "test", field: null } as const;

/** One fact on its way in, proved and read; nothing of it is stored yet. `receivedAt` in epoch ms: now, or what an import says. */
export type IntakeItem = {
  readonly connection: IntakeConnection;
  readonly event: NewEvent;
  /** The delivery as it came with secrets masked; null when there is nothing beyond the event. */
  readonly raw: string | null;
  readonly receivedAt: number;
  /** The content as canonical text: the identity of a fact without a vendor key. Asked for only when there is none. */
  readonly content: () => string;
  /** false = bind without running rules. */
  readonly rules: boolean;
  /** A trial of the operator's: kept and shown, but nobody is bound to it, no rule runs and nothing is counted. */
  readonly test?: true;
  /** Hides what must not be shown in its texts; absent = the secrets that any text gives away. */
  readonly mask?: (text: string) => string;
  /** Why it is of no use although it was proved (`unparsable`, `missing_field`); absent = the event speaks for itself. */
  readonly quarantine?: { readonly cause: string; readonly field: string | null };
};

/** The part of a connection that intake needs; the reserved connections `links` and `login` have no more. */
export type IntakeConnection = {
  readonly id: string;
  readonly duplicates: DuplicateMode;
  readonly intake_rate?: { readonly per_second: number } | undefined;
};

/** `cause` and `field` only for a quarantined event: what its sender should mend. */
export type Accepted = Acceptance & { readonly cause: string | null; readonly field: string | null };

/** One call of the inbox for all items, answered in their order. Throws when the inbox cannot store them: the caller answers 503, never a 2xx. */
export async function acceptEvents(ctx: Context, items: readonly IntakeItem[]): Promise<Accepted[]> {
  const arrivals = await Promise.all(items.map((item) => arrivalOf(ctx, item)));
  const answers = await callInbox(ctx, arrivals);
  count(ctx, arrivals, answers);
  return answers.map((answer, index) => {
    const arrival = arrivals[index];
    const told = answer.outcome === "quarantined" ? arrival : undefined;
    return { ...answer, cause: told?.cause ?? null, field: told?.field ?? null };
  });
}

/** Metrics only; the numbers of reports are counted in D1 with the event. */
function count(ctx: Context, arrivals: readonly Arrival[], answers: readonly Acceptance[]): void {
  if (!ctx.env.METRICS) return;
  const tally = newTally("intake");
  for (const [index, { outcome }] of answers.entries()) {
    const { connection = "", cause = null } = arrivals[index] ?? {};
    tally.add({ connection, action: "accept", outcome, reason: cause ?? "" }, 0);
  }
  tally.tell(ctx.env);
}

/** What the inbox stores: masked before it is sealed, so that no secret of a sender is ever at rest, and keyed by the digest of
 *  its fact, so that a duplicate is told without opening anything. */
async function arrivalOf(ctx: Context, item: IntakeItem): Promise<Arrival> {
  const { connection, receivedAt } = item;
  const event = maskEvent(item.event, item.mask ?? maskBody);
  const id = newEventId(ctx.clock());
  const verdict = item.test
    ? TEST
    : item.quarantine
      ? { verdict: "quarantined" as const, ...item.quarantine }
      : intakeVerdict(event);
  const fact = factKey(connection, event, item.content);
  const { key: own, state: _state, told: _told, ...said } = event;
  const stored: StoredFacts = { ...said, connection: connection.id, receivedAt };
  // Quarantined without a vendor key: two different people's deliveries may look the same, so each counts.
  const key = verdict.verdict === "quarantined" && own === null ? id : fact.key;
  const [mac, told, facts, raw] = await Promise.all([
    ctx.seal.index("fact", connection.id, key),
    fact.told === null ? null : ctx.seal.index("fact", connection.id, fact.told),
    ctx.seal.seal(JSON.stringify(stored)),
    item.raw === null ? null : ctx.seal.seal(item.raw),
  ]);
  return {
    id,
    connection: connection.id,
    type: event.type,
    receivedAt,
    fact: mac,
    told,
    state: fact.state,
    windowMs: fact.windowMs,
    keepUntil: ctx.clock() + fact.keepDays * DAY_MS,
    verdict: verdict.verdict,
    cause: verdict.cause,
    field: verdict.field,
    rules: item.rules,
    perSecond: connection.intake_rate?.per_second ?? null,
    facts,
    raw,
  };
}
