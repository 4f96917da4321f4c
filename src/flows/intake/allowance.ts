/** A connection's own allowance: proved deliveries in any sliding second, repeats among them, exact because the inbox is alone. A forged one
 *  does not reach it and spends nobody's. Kept in memory: a restart forgets at most one second. */
export type Allowances = {
  /** Seconds to wait, 0 = taken. `perSecond` null = the connection sets no allowance. */
  take(connection: string, perSecond: number | null, now: number): number;
};

/** At most `perSecond` times are kept for a connection; an allowance below one counts as one. */
export function newAllowances(): Allowances {
  const taken = new Map<string, number[]>();
  return {
    take(connection, perSecond, now) {
      if (perSecond === null) return 0;
      const recent = (taken.get(connection) ?? []).filter((at) => now - at < 1_000);
      taken.set(connection, recent);
      if (recent.length >= Math.max(1, perSecond)) return Math.max(1, Math.ceil(((recent[0] ?? now) + 1_000 - now) / 1_000));
      recent.push(now);
      return 0;
    },
  };
}
