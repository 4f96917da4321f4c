/** The person card: everything known of one current person, opened for the operator. A pseudonymous contact shows its hint only.
 *  Values are unsealed for this answer and kept nowhere; one that cannot be opened fails the whole card, since half a person
 *  would look like all of her. */
import type { Context } from "../context.ts";
import { type Exact, convert, moneyText } from "../domain/funnel/amount.ts";
import { NO_ORIGIN, originLabel } from "../domain/funnel/origin.ts";
import { priorityOf } from "../domain/identifier.ts";
import type { PersonId } from "../lib/ids.ts";
import { type Found, erasedAtOf, type NetRow, type TouchRow, findOwner, findPerson, readPerson } from "../store/person-reads.ts";
import type { IdentifierRow } from "../store/identifier-reads.ts";
import { identifierRefs } from "./find-identifier.ts";
import { iso } from "../lib/iso.ts";

/** Identifiers of this priority or stronger make a person known; weaker ones belong to an anonymous visitor. */
const KNOWN_PRIORITY = 7;

/** Wire names: `GET /v1/persons/:id`. Times as ISO 8601; `net` is a decimal text in the workspace's currency; `stages` name the
 *  first time of each. */
export type PersonCard = {
  readonly id: PersonId;
  readonly key: string;
  readonly state: "anon" | "known";
  readonly identifiers: readonly CardIdentifier[];
  readonly stages: Readonly<Record<string, string>>;
  readonly net: string;
  readonly first_touch: CardTouch | null;
  readonly last_touch: CardTouch | null;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly referred_by: string | null;
  readonly merged: readonly string[];
  readonly profile: Readonly<Record<string, string>>;
};

/** Strongest type first. `value` in the open, or the hint of one that is not kept; `by_operator` = no later event can take it
 *  away. */
export type CardIdentifier = {
  readonly type: string;
  readonly scope: string;
  readonly value: string;
  readonly proof: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly by_operator: boolean;
};

/** A click, or a start that carried a campaign. `source` is how reports call it, the other marks are as they came. */
export type CardTouch = Omit<TouchRow, "at"> & { readonly at: string; readonly source: string };

/** The owner of an identifier in any of the scopes it is known in; erased ones too. `key` finds persons by any key ever issued. */
export async function findByIdentifier(
  ctx: Context,
  given: { readonly type: string; readonly scope: string | null; readonly value: string },
): Promise<Found | null> {
  const db = ctx.env.DB;
  if (given.type === "key") return findPerson(db, given.value.trim());
  const refs = (await identifierRefs(ctx, given)) ?? [];
  for (const { hash } of refs) {
    const owner = await findOwner(db, hash);
    if (owner) return owner;
  }
  for (const { hash } of refs) {
    const erasedAt = await erasedAtOf(db, hash);
    if (erasedAt !== null) return { id: "per_", erasedAt };
  }
  return null;
}

/** null = no current person of this id: merged ids must be followed first (`findPerson`). */
export async function openCard(ctx: Context, id: PersonId): Promise<PersonCard | null> {
  const rows = await readPerson(ctx.env.DB, id);
  const own = rows.leaves.find((leaf) => leaf.id === id);
  if (!own) return null;
  const [identifiers, traits] = await Promise.all([
    Promise.all(rows.identifiers.map((row) => openIdentifier(ctx, row))),
    Promise.all(rows.traits.map(async ({ name, sealed }) => [name, await ctx.seal.open(sealed)] as const)),
  ]);
  const [first, last] = rows.touches.map((touch) => touchView(ctx, touch));
  return {
    id,
    key: own.key,
    state: rows.identifiers.some(({ type }) => priorityOf(type) <= KNOWN_PRIORITY) ? "known" : "anon",
    identifiers: identifiers.toSorted((a, b) => a.priority - b.priority).map(({ view }) => view),
    stages: Object.fromEntries(rows.stages.map(({ stage, at }) => [stage, iso(at)])),
    net: netOf(ctx, rows.net),
    first_touch: first ?? null,
    last_touch: last ?? null,
    first_seen: iso(Math.min(...rows.leaves.map((leaf) => leaf.first_seen))),
    last_seen: iso(Math.max(...rows.leaves.map((leaf) => leaf.last_seen))),
    referred_by: rows.leaves.find((leaf) => leaf.referred_by !== null)?.referred_by ?? null,
    merged: rows.leaves.filter((leaf) => leaf.id !== id).map((leaf) => leaf.id),
    profile: Object.fromEntries(traits),
  };
}

/** A pseudonymous workspace keeps no contact: its hint stands in the value's place. */
async function openIdentifier(ctx: Context, row: IdentifierRow): Promise<{ priority: number; view: CardIdentifier }> {
  const view = {
    type: row.type,
    scope: row.scope,
    value: row.sealed === null ? row.hint : await ctx.seal.open(row.sealed),
    proof: row.proof,
    first_seen: iso(row.first_seen),
    last_seen: iso(row.last_seen),
    by_operator: row.pinned === 1,
  };
  return { priority: priorityOf(row.type), view };
}

/** Gross less refunds in the workspace currency; a currency without a rate is left out, as in reports. */
function netOf(ctx: Context, rows: readonly NetRow[]): string {
  const { currency, fx } = ctx.config.workspace;
  const net = rows.reduce<Exact>((sum, row) => {
    const amount = convert(row.amount, row.currency, { currency, fx }) ?? 0n;
    return row.refund === 1 ? sum - amount : sum + amount;
  }, 0n);
  return moneyText(net);
}

function touchView(ctx: Context, { at, link, utm_source, utm_campaign, utm_content }: TouchRow): CardTouch {
  const origin = { ...NO_ORIGIN, link, source: utm_source, campaign: utm_campaign, content: utm_content };
  return { at: iso(at), source: originLabel("source", origin, ctx.config.links), link, utm_source, utm_campaign, utm_content };
}
