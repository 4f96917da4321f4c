/** Connections of our own facts: `links` (clicks that our redirect recorded) and `login` (PIN logins). No configuration may define them, or somebody
 *  else's deliveries would pass for them; rules and imports may name them. */
export const RESERVED = ["links", "login"] as const;
export type Reserved = (typeof RESERVED)[number];

export const isReserved = (id: string): id is Reserved => id === "links" || id === "login";
