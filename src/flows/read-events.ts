/** Events for the operator: the ledger together with what still waits in the inbox, and one event from its raw bytes to what we sent about it.
 *  The inbox is asked before the ledger: an event that moves meanwhile is seen twice and shown once, never missed. */
import { type Context, inboxOf } from "../context.ts";
import { fromE4 } from "../domain/amount.ts";
import { outcomeOf } from "../domain/delivery.ts";
import { labelText } from "../domain/labels.ts";
import type { Step } from "../domain/identity/decision.ts";
import type { StoredFacts } from "../domain/event.ts";
import type { Locale } from "../domain/trace.ts";
import type { WaitingEvent } from "../rpc.ts";
import { type EventFilter, type EventListRow, type EventSheet, findEvent, listEvents, sentOf } from "../store/event-lists.ts";
import { tellDecision } from "./tell-decision.ts";
import { whyUncounted } from "./uncounted.ts";
import type { Sealed } from "../lib/seal.ts";
import { iso, isoOrNull } from "../lib/iso.ts";

/** Wire names: a line of `GET /v1/events`. Times as ISO 8601, the amount as a decimal text in `currency`. `flags` say what is
 *  unusual: `possible_duplicate`, and why it counts nowhere (`uncounted.ts`). */
export type EventSummary = {
  readonly id: string;
  readonly status: string;
  readonly connection: string;
  readonly type: string;
  readonly received_at: string;
  readonly at: string | null;
  readonly person_id: string | null;
  readonly cause: string | null;
  readonly field: string | null;
  readonly label: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly flags: readonly string[];
  /** What became of it, in one word (`domain/delivery.ts`). */
  readonly outcome: string;
};

const WAITING_STATUSES: ReadonlySet<string | null> = new Set([null, "accepted", "quarantined", "preview"]);
const WAITING_STRETCH = 1_000;

/** null = not asked for. */
type Asked = Required<Pick<EventFilter, "status" | "connection" | "type" | "person" | "since" | "before" | "limit">>;

/** Newest first by acknowledgement; `next` is the seq to go on before. */
export async function openEvents(ctx: Context, filter: Asked): Promise<{ items: EventSummary[]; next: number | null }> {
  const waiting = await waitingEvents(ctx, filter);
  const rows = filter.status === "accepted" ? [] : await listEvents(ctx.env.DB, { ...filter, limit: filter.limit + 1 });
  const written = new Set(rows.map(({ id }) => id));
  const all = [
    ...waiting.filter(({ id }) => !written.has(id)).map((event) => ({ seq: event.seq, summary: waitingSummary(event) })),
    ...rows.map((row) => ({ seq: row.seq, summary: summaryOf(ctx, row) })),
  ].toSorted((a, b) => b.seq - a.seq);
  const page = all.slice(0, filter.limit);
  return { items: page.map(({ summary }) => summary), next: all.length > filter.limit ? (page.at(-1)?.seq ?? null) : null };
}

async function waitingEvents(ctx: Context, filter: Asked): Promise<WaitingEvent[]> {
  if (!WAITING_STATUSES.has(filter.status) || filter.person !== null) return [];
  return waitingThat(ctx, { before: filter.before, most: filter.limit + 1 }, (event) => {
    if (filter.status !== null && event.verdict !== filter.status) return false;
    if (filter.connection !== null && event.connection !== filter.connection) return false;
    if (filter.type !== null && event.type !== filter.type) return false;
    return filter.since === null || event.receivedAt >= filter.since;
  });
}

/** The newest waiting events of a kind, however many others wait: a page that ended early would skip those behind it. */
async function waitingThat(
  ctx: Context,
  page: { readonly before: number | null; readonly most: number },
  isMeant: (event: WaitingEvent) => boolean,
): Promise<WaitingEvent[]> {
  const found: WaitingEvent[] = [];
  for (let before = page.before; ;) {
    const waiting = await inboxOf(ctx.env).waiting(before, WAITING_STRETCH);
    found.push(...waiting.filter(isMeant));
    before = waiting.at(-1)?.seq ?? 0;
    if (waiting.length < WAITING_STRETCH || found.length >= page.most) return found;
  }
}

/** An event that still waits in the inbox, however many came after it; null = none of this id does. */
export async function findWaiting(ctx: Context, id: string): Promise<WaitingEvent | null> {
  const [found] = await waitingThat(ctx, { before: null, most: 1 }, (event) => event.id === id);
  return found ?? null;
}

/** Wire names: `GET /v1/events/:id`. `raw` is the delivery as it came, secrets masked; `trace` are sentences for the operator,
 *  `steps` the same for programs. */
export type EventStory = EventSummary & {
  readonly bound_at: string | null;
  readonly via: string | null;
  readonly tid: string | null;
  readonly order: string | null;
  readonly raw: unknown;
  readonly normalised: unknown;
  readonly trace: readonly string[];
  readonly steps: readonly Step[];
};

/** null = there is no such event. Raw payloads and facts are gone after their retention. */
export async function openEvent(ctx: Context, id: string, locale: Locale): Promise<EventStory | null> {
  const waiting = await findWaiting(ctx, id);
  const row = await findEvent(ctx.env.DB, id);
  if (row) return storyOf(ctx, row, locale);
  if (!waiting) return null;
  const [raw, normalised] = await Promise.all([openJson(ctx, waiting.raw), openJson(ctx, waiting.facts)]);
  const unknown = { bound_at: null, via: null, tid: null, order: null, trace: [], steps: [] };
  return { ...waitingSummary(waiting), ...unknown, raw, normalised };
}

/** Parts that retention or an erasure has taken are null, the rest is told on. */
async function storyOf(ctx: Context, row: EventSheet, locale: Locale): Promise<EventStory> {
  const [raw, normalised, trace] = await Promise.all([
    openJson(ctx, row.raw),
    openJson(ctx, row.facts),
    openJson(ctx, row.trace),
  ]);
  const steps = Array.isArray(trace) ? (trace as Step[]) : [];
  const summary = summaryOf(ctx, row);
  const decision = await tellDecision(ctx, { steps, facts: normalised as StoredFacts | null }, locale);
  return {
    ...summary,
    bound_at: isoOrNull(row.bound_at),
    via: row.via,
    tid: row.tid,
    order: row.order_number,
    raw,
    normalised,
    trace: summary.outcome === "no_rule" ? [...decision, NO_RULE[locale]] : decision,
    steps,
  };
}

async function openJson(ctx: Context, sealed: ArrayBuffer | Sealed | null): Promise<unknown> {
  return sealed === null ? null : JSON.parse(await ctx.seal.open(sealed));
}

const NO_RULE: Readonly<Record<Locale, string>> = {
  ru: "ни одно правило не сработало: отправлять нечего",
  en: "no rule fired: there is nothing to send",
};

function summaryOf({ config }: Context, row: EventListRow): EventSummary {
  return {
    id: row.id,
    status: row.status,
    connection: row.connection,
    type: row.type,
    received_at: iso(row.received_at),
    at: iso(row.event_at),
    person_id: row.person_id,
    cause: row.cause,
    field: row.field,
    label: row.label === null ? null : labelText(row.label, row.ordinal),
    amount: row.amount_e4 === null ? null : fromE4(row.amount_e4),
    currency: row.currency,
    flags: [...whyUncounted(row), ...(row.possible_duplicate === 1 ? ["possible_duplicate"] : [])],
    outcome: outcomeOf(config, row.status, sentOf(row)),
  };
}

/** The inbox knows what came and not yet what it means: its own time, person and amount are decided by the binding. */
const waitingSummary = (event: WaitingEvent): EventSummary => ({
  id: event.id,
  status: event.verdict,
  connection: event.connection,
  type: event.type,
  received_at: iso(event.receivedAt),
  at: null,
  person_id: null,
  cause: event.cause,
  field: event.field,
  label: null,
  amount: null,
  currency: null,
  flags: [],
  outcome: event.verdict,
});
