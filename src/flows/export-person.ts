/** A person's copy of what is kept about her: identifiers, events, consents, touches, money. No secret is in it (raw deliveries are left out) and
 *  nothing of anybody else: an identifier that an event named but that belongs to another person is not hers to see. */
import type { Context } from "../context.ts";
import { fromE4 } from "../domain/amount.ts";
import type { StoredFacts } from "../domain/event.ts";
import { labelText } from "../domain/labels.ts";
import { UTM } from "../domain/normalise/utm.ts";
import { type ExportEvent, type ExportRows, loadExport } from "../store/person-export.ts";
import type { PersonRow } from "../store/persons.ts";
import type { CardIdentifier } from "./read-person.ts";
import { openFacts } from "./bind/arrived.ts";
import { hashClaim, withoutTexts } from "./bind/hash-claim.ts";
import { iso } from "../lib/iso.ts";

/** Wire names: this is `GET /v1/persons/:id/export` itself. Times as ISO 8601 in UTC, amounts as decimal texts. A value that is
 *  not kept shows its hint. */
export type PersonExport = {
  readonly person: { readonly id: string; readonly key: string; readonly former_keys: readonly string[] };
  readonly exported_at: string;
  readonly identifiers: readonly Omit<CardIdentifier, "by_operator">[];
  readonly traits: Readonly<Record<string, string>>;
  readonly consents: readonly { readonly at: string; readonly state: "withdrawn" | "given"; readonly connection: string }[];
  readonly touches: readonly Readonly<Record<string, string | null>>[];
  readonly money: readonly Readonly<Record<string, string | null>>[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
};

/** `leaves`: all rows of the person, the current one first. */
export async function exportPerson(ctx: Context, leaves: readonly PersonRow[]): Promise<PersonExport | null> {
  const [root, ...former] = leaves;
  if (!root) return null;
  const rows = await loadExport(ctx.env.DB, root.person_id);
  const own = new Set(rows.identifiers.map(({ hash }) => hash));
  const keys = new Set(leaves.map(({ key }) => String(key)));
  const told = await Promise.all(
    rows.events.map(async (event) => ({ event, facts: event.facts === null ? null : await openFacts(ctx, event.facts) })),
  );
  const [identifiers, traits, events] = await Promise.all([
    openIdentifiers(ctx, rows),
    openTraits(ctx, rows),
    Promise.all(told.map((one) => eventView(ctx, one, (hash) => own.has(hash) || keys.has(hash)))),
  ]);
  return {
    person: { id: root.id, key: root.key, former_keys: former.map(({ key }) => key) },
    exported_at: iso(ctx.clock()),
    identifiers,
    traits,
    consents: told.flatMap(consentOf),
    touches: rows.events.filter(isTouch).map(touchView),
    money: rows.events.filter(({ type }) => type === "payment" || type === "refund").map(moneyView),
    events,
  };
}

const openIdentifiers = (ctx: Context, rows: ExportRows): Promise<PersonExport["identifiers"]> =>
  Promise.all(
    rows.identifiers.map(async ({ type, scope, proof, sealed, hint, first_seen, last_seen }) => ({
      type,
      scope,
      value: sealed ? await ctx.seal.open(sealed) : hint,
      proof,
      first_seen: iso(first_seen),
      last_seen: iso(last_seen),
    })),
  );

/** The newest word of each name. */
async function openTraits(ctx: Context, rows: ExportRows): Promise<Record<string, string>> {
  const newest = new Map(rows.traits.map(({ name, sealed }) => [name, sealed]));
  const opened = await Promise.all([...newest].map(async ([name, sealed]) => [name, await ctx.seal.open(sealed)] as const));
  return Object.fromEntries(opened);
}

/** `facts` are null once they are forgotten. */
type ToldEvent = { readonly event: ExportEvent; readonly facts: StoredFacts | null };

/** An event of the past may name somebody else (a conflict, a shared contact): only what is hers now is told, by digest and not
 *  by value. */
async function eventView(
  ctx: Context,
  { event, facts }: ToldEvent,
  isOwn: (hash: string) => boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const head = { id: event.id, type: event.type, at: iso(event.event_at), connection: event.connection, status: event.status };
  if (facts === null) return head;
  const claims = await Promise.all(facts.identifiers.map(async (claim) => ({ claim, own: isOwn(await hashClaim(ctx, claim)) })));
  const foreign = claims.filter(({ own }) => !own).map(({ claim }) => claim.value.toLowerCase());
  const { message, status, order, tid, start, profile, fields, tracker } = withoutForeign(facts, foreign);
  return {
    ...head,
    identifiers: claims.filter(({ own }) => own).map(({ claim: { type, scope, value } }) => ({ type, scope, value })),
    ...moneyView(event),
    message,
    sender_status: status,
    order,
    tid,
    start,
    utm: facts.utm,
    profile,
    fields,
    tracker,
  };
}

/** Free texts that repeat somebody else's identifier are left out whole. */
const withoutForeign = (facts: StoredFacts, foreign: readonly string[]): StoredFacts =>
  withoutTexts(facts, (text) => foreign.some((value) => value.length > 3 && text.toLowerCase().includes(value)));

/** Both ways a consent is told: by an event of its own, or as a field of another. */
function consentOf({ event: { type, event_at, connection }, facts }: ToldEvent): PersonExport["consents"][number][] {
  if (type === "consent_withdrawn" || facts?.fields["consent"] === "withdrawn")
    return [{ at: iso(event_at), state: "withdrawn", connection }];
  return type === "consent_given" ? [{ at: iso(event_at), state: "given", connection }] : [];
}

/** What may have been an advertisement: a click or start without a single mark is none. */
const isTouch = (event: ExportEvent): boolean =>
  (event.type === "click" || event.type === "bot_start") &&
  [event.link, ...UTM.map((name) => event[name])].some((mark) => mark !== null);

const touchView = (event: ExportEvent): Record<string, string | null> => ({
  at: iso(event.event_at),
  type: event.type,
  connection: event.connection,
  link: event.link,
  ...Object.fromEntries(UTM.map((name) => [name, event[name]])),
});

const moneyView = (event: ExportEvent): Record<string, string | null> => ({
  at: iso(event.event_at),
  type: event.type,
  connection: event.connection,
  label: event.label === null ? null : labelText(event.label, event.ordinal),
  amount: event.amount_e4 === null ? null : fromE4(event.amount_e4),
  currency: event.currency,
  order: event.order_number,
  tid: event.tid,
  counted: event.counted === 1 ? "yes" : "no",
});
