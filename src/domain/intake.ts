/** What the front door decides about a normalised event before it is stored: is anything usable left, and which fact is it. Pure.
 *  A quarantined event is kept and answered with success: its sender cannot mend a macro by sending again. */
import type { DropCause, Dropped, NewEvent } from "./event.ts";
import { isPreview } from "./preview.ts";

/** `preview`: a robot's click, kept and counted apart, binds nobody. `no_identifier`: of use, but for as long as nobody is named with it it is nobody's. */
export type IntakeVerdict =
  | { readonly verdict: "accepted" | "preview"; readonly cause: "no_identifier" | null; readonly field: null }
  | { readonly verdict: "quarantined"; readonly cause: DropCause; readonly field: string };

/** Quarantined when no identifier is left and a value was refused; `field` is the parameter as the sender wrote it. A bad amount, currency
 *  or clock alone only costs itself. */
export function intakeVerdict(event: NewEvent): IntakeVerdict {
  if (event.type === "click" && isPreview(event.userAgent)) return { verdict: "preview", cause: null, field: null };
  const refused = event.identifiers.length > 0 ? [] : event.dropped.filter((drop) => !HARMLESS.has(drop.cause));
  const worst = refused.find((drop) => drop.cause === "unresolved_macro") ?? refused[0];
  if (worst) return quarantined(worst);
  return { verdict: "accepted", cause: event.identifiers.length === 0 ? "no_identifier" : null, field: null };
}

const HARMLESS: ReadonlySet<DropCause> = new Set(["bad_amount", "bad_currency", "bad_time"]);

const quarantined = ({ cause, field }: Dropped): IntakeVerdict => ({ verdict: "quarantined", cause, field });

/** What the inbox remembers to recognise a second telling by. Times in ms and days. */
export type Fact = {
  /** Unique within the connection. */
  readonly key: string;
  /** Same key and state = duplicate; same key and another state replaces it, unless it only says less. */
  readonly state: string;
  /** Told once, whatever state the fact is in: unique within the connection. null = the sender gave no id of its own, or it is the key. */
  readonly told: string | null;
  /** For facts known only by their content: how long the same content is the same fact. null = for ever (as long as it is remembered). */
  readonly windowMs: number | null;
  /** How long the key is remembered. */
  readonly keepDays: number;
};

/** A connection's setting, see `factKey`. */
export type DuplicateMode = "update" | "ignore" | "new";

const CONTENT_WINDOW_MS = 600_000;
/** What a person says or a step of a bot asks is said and asked again on purpose ("ask and switch": the answer may have changed meanwhile). Only the
 *  copy of the same moment is none: a window that swallows real repeats leaves the person without an answer. */
const ASKED_AGAIN_MS = 1_000;
/** Facts that happen to a person once at a time: the same content minutes later is a sender that repeats itself (D-02). */
const HAPPENINGS: ReadonlySet<string> = new Set([
  "click",
  "bot_start",
  "registration",
  "login",
  "order",
  "payment",
  "refund",
  "rejected",
  "withdrawal",
]);
/** Telegram's update ids may start over at a random number after a quiet week, so they are remembered for its 24 h of retries and some. */
const UPDATE_DAYS = 2;
const MESSAGE_DAYS = 30;
const CONTENT_DAYS = 30;
/** As long as events are kept by default (`workspace.retention.event_days`); after it a repeat counts anew. */
const FACT_DAYS = 400;

/** Which fact an event is. `update` (default): another state of a known fact replaces it. `ignore`: the first state stays. `new`: the
 *  vendor's transaction ids are not trusted, so only the same content within its window (ten minutes for what is money or a stage) is the
 *  same fact. */
export function factKey(connection: { readonly duplicates: DuplicateMode }, event: NewEvent, content: () => string): Fact {
  const conversion = event.key?.startsWith("tid:") === true;
  if (event.key === null || (connection.duplicates === "new" && conversion)) {
    const key = `content:${event.type}:${content()}`;
    return { key, state: "", told: toldOf(event, key), windowMs: windowOf(event), keepDays: CONTENT_DAYS };
  }
  const { key } = event;
  const state = connection.duplicates === "ignore" ? "" : event.state;
  return { key, state, told: toldOf(event, key), windowMs: null, keepDays: keepDaysOf(event, key) };
}

/** A message's id is nobody else's. An `event_id` may be a number that several conversions share, or the states of one: it tells only that the
 *  same was said before. */
const toldOf = ({ told, state }: NewEvent, key: string): string | null =>
  told === null || told === key ? null : told.startsWith("id:") ? `${key} ${state} ${told}` : told;

const windowOf = ({ type, money, tid, order }: NewEvent): number =>
  HAPPENINGS.has(type) || money.amount !== null || tid !== null || order !== null ? CONTENT_WINDOW_MS : ASKED_AGAIN_MS;

function keepDaysOf(event: NewEvent, key: string): number {
  if (key.startsWith("update:")) return UPDATE_DAYS;
  return event.type === "message" ? MESSAGE_DAYS : FACT_DAYS;
}
