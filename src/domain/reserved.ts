/** Connections of our own facts: `links` (clicks that our redirect recorded) and `login` (PIN logins). No configuration may define them, or somebody
 *  else's deliveries would pass for them; rules and imports may name them. */
export const RESERVED = ["links", "login"] as const;
/** Never the id of a configured connection (`config/judge-references.ts`). */
export type Reserved = (typeof RESERVED)[number];

/** For ids that come from outside: a rule's `from`, a line of an import. */
export const isReserved = (id: string): id is Reserved => id === "links" || id === "login";
