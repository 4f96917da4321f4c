/** Wall-clock times to instants in an IANA zone, by the platform's own tables. */
import { isTimeZone, zoneOffset } from "../../lib/zone.ts";

/** What a clock on a wall shows, in a zone that is told apart. Nothing is checked yet: a day 31 of February may stand here. */
export type WallTime = {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
};

/** The instant (epoch ms) at which clocks in `zone` show `wall`; null for a time no calendar has. In the hour that a clock change skips, the
 *  later reading; in the hour it repeats, the earlier one. An unknown zone counts as UTC. */
export function instantOf(wall: WallTime, zone: string): number | null {
  const asUtc = utcOf(wall);
  if (asUtc === null) return null;
  const guess = asUtc - offsetAt(asUtc, zone);
  const candidates = [asUtc - offsetAt(asUtc - 86_400_000, zone), guess, asUtc - offsetAt(guess, zone)];
  const exact = candidates.filter((at) => at + offsetAt(at, zone) === asUtc);
  return exact.length > 0 ? Math.min(...exact) : asUtc - offsetAt(asUtc - 86_400_000, zone);
}

/** `wall` read as UTC; null when a part is out of range (31 February, 25:00). ISO 8601 writes the end of a day as 24:00. */
export function utcOf(wall: WallTime): number | null {
  const { year, month, day, hour, minute, second, ms } = wall;
  if (hour === 24) {
    const midnight = minute + second + ms === 0 ? utcOf({ ...wall, hour: 0 }) : null;
    return midnight === null ? null : midnight + 86_400_000;
  }
  if (hour > 23 || minute > 59 || second > 59) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const back = new Date(at);
  return back.getUTCFullYear() === year && back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? at : null;
}

const offsetAt = (at: number, zone: string): number => (isTimeZone(zone) ? zoneOffset(at, zone) : 0);
