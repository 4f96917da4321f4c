/** Times as the wire has them. */

/** Epoch ms in ISO 8601, UTC. */
export const iso = (at: number): string => new Date(at).toISOString();
/** The same of a time that may not be known. */
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
