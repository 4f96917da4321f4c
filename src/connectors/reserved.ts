/** The two reserved connections of an import: `links` (clicks our redirect recorded) and `login` (PIN logins), which carry our own facts and have
 *  no entry in the configuration. A click takes the UTM of its link where the line gives none. */
import type { Config, Connection, TrackedLink } from "../domain/config.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Claim } from "../domain/identifier.ts";
import { connection as connectionSchema } from "../domain/config/connections.ts";
import type { Reserved } from "../domain/reserved.ts";
import { UTM, readUtm } from "../domain/normalise/utm.ts";
import { readVendorId } from "../domain/normalise/ids.ts";
import type { Incoming } from "./connector.ts";
import { type Sent, newSent, take } from "./generic/sent.ts";
import { readGeneric } from "./generic.ts";

/** A stand-in with the defaults of a connection: our own facts obey the common rules. */
export function reservedConnection(id: Reserved): Connection {
  return { ...connectionSchema.parse({ kind: "http" }), id };
}

/** A line of an import, or a click of our own redirect, as its event: what it does not say is absent. */
export const readReserved = (config: Config, id: Reserved, incoming: Incoming): NewEvent =>
  id === "links" ? readClickLine(config, incoming) : readLoginLine(config, incoming);

/** What a redirect or a landing of ours recorded, read as an event. Marks of the address win over the link's own. */
function readClickLine(config: Config, incoming: Incoming): NewEvent {
  const connection = reservedConnection("links");
  const slug = incoming.fields["link"]?.trim() ?? "";
  const link = config.links.get(slug);
  const sent = newSent(incoming, {});
  const issued = issuedClicks(sent, link);
  const issuers = [...new Set(Object.values(link?.clickids ?? {}))];
  const scopes = { ...incoming.scopes, issuer: issuers.length === 1 ? (issuers[0] ?? null) : soleTracker(config) };
  const rules = { fallback: () => ({ type: "click", named: null }), known: { identifiers: issued }, sent };
  const event = readGeneric(connection, { ...incoming, scopes }, rules);
  const click = event.identifiers.find((claim) => claim.type === "click");
  const utm = { ...linkUtm(link), ...event.utm };
  return { ...event, utm, key: event.key ?? (click ? `click:${click.value}` : null) };
}

/** The trackers' click ids on a click: `clickids.<issuer>`, or the query parameter that the link says an issuer uses. */
function issuedClicks(sent: Sent, link: TrackedLink | undefined): Claim[] {
  const parameters = [...sent.values.keys()].flatMap((name) => {
    const issuer =
      /^clickids\.(.+)$/.exec(name)?.[1] ?? (Object.hasOwn(link?.clickids ?? {}, name) ? link?.clickids[name] : undefined);
    return issuer === undefined ? [] : [[name, issuer] as const];
  });
  return parameters.flatMap(([name, scope]) => {
    const value = take(sent, [name], readVendorId);
    return value === null ? [] : [{ type: "clickid", scope, value, proof: "inferred" } as const];
  });
}

/** A bare `subid` on a click can be attributed only when there is no choice: with two trackers it stays a field and joins nobody. */
const soleTracker = (config: Config): string | null => {
  const trackers = [...config.connections.values()].filter(({ kind }) => kind === "keitaro");
  return trackers.length === 1 ? (trackers[0]?.id ?? null) : null;
};

function linkUtm(link: TrackedLink | undefined): Record<string, string> {
  const utm: Record<string, string> = {};
  for (const name of UTM) {
    const value = link?.[name] === undefined ? null : readUtm(link[name]);
    if (value?.ok && value.value !== null) utm[name] = value.value;
  }
  return utm;
}

/** A login was proved by a PIN: both the messenger account and the site's user are. */
function readLoginLine(config: Config, incoming: Incoming): NewEvent {
  const named = incoming.fields["site"]?.trim() ?? "";
  const site = config.connections.get(named)?.kind === "site" ? named : incoming.scopes.site;
  const connection = reservedConnection("login");
  const event = readGeneric(
    connection,
    { ...incoming, scopes: { ...incoming.scopes, site } },
    { fallback: () => ({ type: "login", named: null }) },
  );
  const identifiers = event.identifiers.map((claim) =>
    PROVED.has(claim.type) ? ({ ...claim, proof: "proved" } as const) : claim,
  );
  return { ...event, identifiers };
}

const PROVED: ReadonlySet<string> = new Set([
  "telegram_id",
  "max_id",
  "vk_id",
  "wa_id",
  "user_id",
  "client_id",
  "lead_id",
  "person_id",
]);
