/** Identifier types: the limits and priorities of `docs/identity.md` as data. Limit = how many different values ONE person may collect
 *  automatically in one scope. Smaller priority = stronger. Pure. */
export type IdentifierType =
  | "telegram_id"
  | "max_id"
  | "vk_id"
  | "wa_id"
  | "gc_user_id"
  | "user_id"
  | "person_id"
  | "player_id"
  | "client_id"
  | "lead_id"
  | "key"
  | "email"
  | "phone"
  | "click"
  | "clickid"
  | "visitor";

/** How far a value is believed. `proved`: shown by its owner (a login, a contact that is the sender's own). `native`: the issuing vendor's word about its own id.
 *  `claimed`: typed, forwarded or told by a third party. `inferred`: a click or a cookie, which say "probably". */
export type Proof = "proved" | "native" | "claimed" | "inferred";

/** Where the scope of a type comes from; `global` types have the scope "". */
export type ScopeKind = "global" | "account" | "site" | "business" | "network" | "project" | "bot" | "issuer";

type TypeRule = { readonly priority: number; readonly limit: number; readonly scope: ScopeKind; readonly proof: Proof };

const NONE = Number.POSITIVE_INFINITY;

/** Limit 1 for messengers and accounts: one human has one of each, so a second value means a second human. E-mail and phone are shared in families and
 *  changed in lives, hence 5 and 3. Click ids and cookies are unlimited and therefore never keep two people apart. */
export const IDENTIFIER_TYPES: Readonly<Record<IdentifierType, TypeRule>> = {
  telegram_id: { priority: 2, limit: 1, scope: "global", proof: "native" },
  max_id: { priority: 2, limit: 1, scope: "global", proof: "native" },
  vk_id: { priority: 2, limit: 1, scope: "global", proof: "native" },
  wa_id: { priority: 2, limit: 1, scope: "global", proof: "native" },
  gc_user_id: { priority: 3, limit: 1, scope: "account", proof: "native" },
  user_id: { priority: 3, limit: 1, scope: "site", proof: "proved" },
  person_id: { priority: 3, limit: 1, scope: "business", proof: "native" },
  player_id: { priority: 3, limit: 5, scope: "network", proof: "native" },
  client_id: { priority: 4, limit: 50, scope: "project", proof: "native" },
  lead_id: { priority: 4, limit: 50, scope: "bot", proof: "native" },
  key: { priority: 5, limit: NONE, scope: "global", proof: "claimed" },
  email: { priority: 6, limit: 5, scope: "global", proof: "claimed" },
  phone: { priority: 7, limit: 3, scope: "global", proof: "claimed" },
  click: { priority: 8, limit: NONE, scope: "global", proof: "inferred" },
  clickid: { priority: 8, limit: NONE, scope: "issuer", proof: "inferred" },
  visitor: { priority: 9, limit: NONE, scope: "global", proof: "inferred" },
};

/** One identifier as an event carried it, normalised: `scope` is "" for global types. */
export type Claim = {
  readonly type: IdentifierType;
  readonly scope: string;
  readonly value: string;
  readonly proof: Proof;
};

/** For names that come from outside; `hasOwn`, so that "constructor" is none. */
export const isIdentifierType = (name: string): name is IdentifierType => Object.hasOwn(IDENTIFIER_TYPES, name);

/** Smaller is stronger; equals keep the order in which the sender named them. */
export const priorityOf = (type: IdentifierType): number => IDENTIFIER_TYPES[type].priority;
/** Infinity = any number. */
export const limitOf = (type: IdentifierType): number => IDENTIFIER_TYPES[type].limit;

/** Messenger accounts: the identities that can claim contacts and belong to holders. */
export const MESSENGER_TYPES = ["telegram_id", "max_id", "vk_id", "wa_id"] as const satisfies readonly IdentifierType[];
