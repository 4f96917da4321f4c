/** A person's timeline: her events in order of their own time, each saying by which identifier it is hers. What counts nowhere is
 *  listed too and says why in `flags`: an operator looks here for the payment that a report lacks. */
import type { Context } from "../context.ts";
import { fromE4 } from "../domain/amount.ts";
import { labelText } from "../domain/labels.ts";
import { type IdentifierType, isIdentifierType } from "../domain/identifier.ts";
import { type Locale, tellWhy } from "../domain/trace.ts";
import type { PersonId } from "../lib/ids.ts";
import { type TimelineRow, readTimeline } from "../store/person-reads.ts";
import { identifierValues } from "./show-person.ts";
import { whyUncounted } from "./uncounted.ts";
import { iso } from "../lib/iso.ts";

/** Wire names: a line of `GET /v1/persons/:id/timeline`. What an event does not have is left out. `why` says in words by which
 *  identifier it is hers. */
export type TimelineEntry = {
  readonly event_id: string;
  readonly type: string;
  readonly at: string;
  readonly received_at: string;
  readonly connection: string;
  readonly label?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly order?: string;
  readonly tid?: string;
  readonly link?: string;
  readonly status: string;
  readonly counted: boolean;
  readonly flags: readonly string[];
  readonly via: string | null;
  readonly why: string;
};

/** `next` = `at.seq` of the last line: two events of one millisecond are told apart. */
type Page = { readonly items: TimelineEntry[]; readonly next: string | null };

/** `cursor` is a former page's `next`. */
export async function openTimeline(
  ctx: Context,
  id: PersonId,
  { cursor, limit, locale }: { cursor: string | null; limit: number; locale: Locale },
): Promise<Page> {
  const [at, seq] = (cursor ?? "").split(".").map(Number);
  const after = cursor === null || at === undefined || seq === undefined ? null : { at, seq };
  const rows = await readTimeline(ctx.env.DB, id, after, limit + 1);
  const shown = rows.slice(0, limit);
  const values = await identifierValues(
    ctx,
    shown.flatMap(({ via_hash }) => via_hash ?? []),
  );
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map((row) => entryOf(row, values, locale)), next: last ? `${last.event_at}.${last.seq}` : null };
}

function entryOf(row: TimelineRow, values: ReadonlyMap<string, string>, locale: Locale): TimelineEntry {
  const flags = [
    ...whyUncounted(row),
    ...(row.possible_duplicate === 1 ? ["possible_duplicate"] : []),
    ...(row.shared === 1 ? ["shared"] : []),
    ...(row.type === "order" && row.amount_e4 === 0 ? ["free_order"] : []),
  ];
  return {
    event_id: row.id,
    type: row.type,
    at: iso(row.event_at),
    received_at: iso(row.received_at),
    connection: row.connection,
    ...(row.label === null ? {} : { label: labelText(row.label, row.ordinal) }),
    ...(row.amount_e4 === null ? {} : { amount: fromE4(row.amount_e4) }),
    ...(row.currency === null ? {} : { currency: row.currency }),
    ...(row.order_number === null ? {} : { order: row.order_number }),
    ...(row.tid === null ? {} : { tid: row.tid }),
    ...(row.link === null ? {} : { link: row.link }),
    status: row.status,
    counted: row.counted === 1,
    flags,
    via: row.via,
    why: whyOf(row, values, locale),
  };
}

/** Empty for an event that was bound by nothing of hers. A wait below five seconds is the binding itself, not news. */
function whyOf(row: TimelineRow, values: ReadonlyMap<string, string>, locale: Locale): string {
  const type: IdentifierType | null = row.via !== null && isIdentifierType(row.via) ? row.via : null;
  if (type === null || row.via_hash === null) return "";
  const waited = row.bound_at === null ? 0 : Math.max(0, row.bound_at - row.received_at);
  const value = values.get(row.via_hash) ?? "";
  return tellWhy({ type, scope: "", hash: row.via_hash }, waited < 5_000 ? 0 : waited, { locale, value: () => value });
}
