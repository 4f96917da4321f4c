/** The name under which the graph knows an identifier. A key is public and its own name; in a pseudonymous workspace contacts are stored without
 *  their value, by this name alone. */
import type { Context } from "../../context.ts";
import type { StoredFacts } from "../../domain/event.ts";
import type { Claim } from "../../domain/identifier.ts";
import { isContact } from "../../domain/identity/limits.ts";

/** Prefix of a stored claim whose value is not kept: what follows is its blind index. */
const NAMELESS = "#";
/** What stands in a claim for a contact whose value is not kept. */
export const nameless = (hash: string): string => NAMELESS + hash;

/** A nameless claim already carries its hash, so an event read back from the ledger is bound by the same name. */
export async function hashClaim(ctx: Pick<Context, "seal">, claim: Pick<Claim, "type" | "scope" | "value">): Promise<string> {
  if (claim.type === "key") return claim.value;
  if (isNameless(claim)) return claim.value.slice(NAMELESS.length);
  return ctx.seal.index(claim.type, claim.scope, claim.value);
}

/** Of contacts only: any other identifier may begin with the same sign. */
export const isNameless = (claim: Pick<Claim, "type" | "value">): boolean => isContact(claim) && claim.value.startsWith(NAMELESS);

/** What stands for a value nobody may see: "••a3f". */
export const hintOf = (hash: string): string =>
  `••${hash
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(-3)
    .toLowerCase()}`;

/** A stored claim's value for an operator; the hint of one that is not kept. */
export const shownValue = (claim: Pick<Claim, "type" | "value">, hash: string): string =>
  isNameless(claim) ? hintOf(hash) : claim.value;

/** Facts without any e-mail or phone: claims keep their blind index, texts that hold the value lose it. */
export const withoutContacts = (facts: StoredFacts, claims: readonly (Claim & { readonly hash: string })[]): StoredFacts => ({
  ...withCleanTexts(facts, claims),
  identifiers: claims.map(({ type, scope, value, proof, hash }) => ({
    type,
    scope,
    proof,
    value: isContact({ type }) ? nameless(hash) : value,
  })),
});

/** Facts as the rules of a pseudonymous workspace tell them: a delivery keeps what it says, and a destination sees it. */
export const tellable = (facts: StoredFacts): StoredFacts => ({
  ...withCleanTexts(facts, facts.identifiers),
  identifiers: facts.identifiers.filter((claim) => !isContact(claim)),
});

function withCleanTexts(facts: StoredFacts, claims: readonly Claim[]): StoredFacts {
  const secrets = claims.filter((claim) => isContact(claim) && !isNameless(claim)).map(({ value }) => value);
  return withoutTexts(facts, (text) => holdsContact(text, secrets));
}

/** Facts without the texts that `hides` tells: a message or a value that holds what may not be seen goes whole. */
export function withoutTexts(facts: StoredFacts, hides: (text: string) => boolean): StoredFacts {
  const clean = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => !hides(value)));
  const text = (value: string | null): string | null => (value === null || hides(value) ? null : value);
  return {
    ...facts,
    start: text(facts.start),
    status: text(facts.status),
    message: text(facts.message),
    profile: clean(facts.profile),
    fields: clean(facts.fields),
    tracker: clean(facts.tracker),
  };
}

/** As little of an address as gives it away: looking for more would take the square of a long text's length. */
const EMAIL = /\S@[^\s@]+\.\S/;
const PHONE = /\+?\d[\d\s()-]{8,}\d/;

/** `secrets`: contacts that are known; others are told by their form. */
export const holdsContact = (text: string, secrets: readonly string[] = []): boolean =>
  EMAIL.test(text) || PHONE.test(text) || secrets.some((secret) => text.includes(secret));
