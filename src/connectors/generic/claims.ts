/** The identifiers among a delivery's fields, by the names of the HTTP contract. A value becomes an identifier only when its scope is known.
 *  How far it is believed: a vendor is believed about its own ids; what came through a form, a link or another vendor is only claimed. */
import type { Kind } from "../../domain/config.ts";
import { type Claim, IDENTIFIER_TYPES, type IdentifierType, type Proof } from "../../domain/identifier.ts";
import { readerOf } from "../../domain/normalise/identifier.ts";
import { isOurClick, readVendorId } from "../../domain/normalise/ids.ts";
import type { Scopes } from "../../domain/scope.ts";
import { type Sent, bodyFirst, drop, peek, take, use } from "./sent.ts";

type ClaimNames = Partial<Readonly<Record<IdentifierType, readonly string[]>>>;

/** Order is preference: the first name with a readable value wins, the others of its type stay plain fields. */
const NAMES: readonly (readonly [IdentifierType, readonly string[]])[] = [
  ["telegram_id", ["telegram_id", "tg", "chat_id", "chatId", "tg_id", "telegramId"]],
  ["max_id", ["max_id"]],
  ["vk_id", ["vk_id"]],
  ["wa_id", ["wa_id"]],
  ["gc_user_id", ["gc_user_id"]],
  ["user_id", ["user_id"]],
  ["person_id", ["person_id"]],
  ["player_id", ["player_id"]],
  ["client_id", ["client_id", "sb_id", "salebot_id"]],
  ["lead_id", ["lead_id"]],
  ["key", ["key"]],
  ["email", ["email", "e-mail", "mail"]],
  ["phone", ["phone", "tel"]],
  ["click", ["click"]],
  ["visitor", ["visitor"]],
];

const BOTS: readonly Kind[] = ["salebot", "chatterfy", "metabot", "telegram"];
/** Who is believed about which id. */
const NATIVE: Partial<Readonly<Record<IdentifierType, readonly Kind[]>>> = {
  telegram_id: BOTS,
  max_id: BOTS,
  vk_id: BOTS,
  wa_id: BOTS,
  gc_user_id: ["getcourse"],
  user_id: ["site"],
  person_id: ["metabot"],
  player_id: ["network"],
  client_id: ["salebot"],
  lead_id: ["metabot"],
};

/** Anyone can type another's e-mail into a form, so ids outside a vendor's own are `claimed` and can never move a person's account by themselves. */
export const proofOf = (kind: Kind, type: IdentifierType): Proof => {
  const believed = NATIVE[type];
  if (!believed) return IDENTIFIER_TYPES[type].proof;
  return believed.includes(kind) ? "native" : "claimed";
};

/** Whose fields are read: the kind decides whom to believe, the scopes whose ids they are. */
export type ClaimInput = {
  readonly kind: Kind;
  readonly scopes: Scopes;
  /** Further names of this vendor, tried after the common ones. */
  readonly names?: ClaimNames | undefined;
  readonly clickNames?: readonly string[] | undefined;
};

/** One thing, many spellings: every tracker and network has its own (vendors.md §6). The first with a readable value is the click id. */
const CLICK_NAMES = ["clickid", "click_id", "subid", "sub1", "sub_id", "tracker.clickid"] as const;

/** A type whose scope nobody told (a `user_id` without a site) is no identifier: bound without a scope it would join strangers who share a number. */
export function takeClaims(sent: Sent, input: ClaimInput): Claim[] {
  const claims: Claim[] = [];
  for (const [type, names] of NAMES) {
    const scope = input.scopes[IDENTIFIER_TYPES[type].scope];
    if (scope === null) continue;
    const value = take(sent, [...names, ...(input.names?.[type] ?? [])], readerOf(type));
    if (value !== null) claims.push({ type, scope, value, proof: proofOf(input.kind, type) });
  }
  claims.push(...takeClicks(sent, input));
  if (sent.dropped.length > 1) {
    // As they stand in the address: the first is what a quarantined event reports.
    const asSent = [...sent.values.values()].map(({ field }) => field);
    sent.dropped.sort((a, b) => asSent.indexOf(a.field) - asSent.indexOf(b.field));
  }
  return claims;
}

/** Click ids of trackers, and ours where a tracker's parameter carries it. The first foreign one is the click id; a placeholder in one
 *  parameter does not hide the value in another. Further values stay fields. */
function takeClicks(sent: Sent, { kind, scopes, clickNames = [] }: ClaimInput): Claim[] {
  const claims: Claim[] = [];
  if (scopes.issuer === null) return claims;
  for (const name of bodyFirst(sent, [...CLICK_NAMES, ...clickNames])) {
    const found = peek(sent, name);
    const reading = found && readVendorId(found.value);
    if (!found || !reading) continue;
    if (reading.ok && reading.value !== null) {
      const type = isOurClick(reading.value) ? "click" : "clickid";
      if (claims.some((claim) => claim.type === type)) continue;
      const scope = type === "click" ? "" : scopes.issuer;
      claims.push({ type, scope, value: reading.value, proof: proofOf(kind, type) });
    } else if (!reading.ok) drop(sent, found.field, reading.error);
    use(sent, name);
  }
  return claims;
}

/** One claim per (type, scope, value), strongest proof as first given. */
export function distinctClaims(claims: readonly Claim[]): Claim[] {
  const seen = new Map<string, Claim>();
  for (const claim of claims) {
    const id = `${claim.type}\n${claim.scope}\n${claim.value}`;
    if (!seen.has(id)) seen.set(id, claim);
  }
  return [...seen.values()];
}
