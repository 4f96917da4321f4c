/** Calendar days and ISO weeks of a time zone. The platform's own zone rules (Intl) are the only source: offsets are asked, never assumed.
 *  Dates are `YYYY-MM-DD`; instants are epoch milliseconds. */
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Making a formatter costs far more than using it; there are as many as zones in the configuration. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Made once a zone and kept. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** How far the zone's wall clock is ahead of UTC at that instant, in ms. */
export function zoneOffset(at: number, zone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) part[type] = Number(value);
  const wall = Date.UTC(
    part["year"] ?? 0,
    (part["month"] ?? 1) - 1,
    part["day"] ?? 1,
    part["hour"] ?? 0,
    part["minute"] ?? 0,
    part["second"] ?? 0,
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** The first instant of `date` in `zone`; null when it is no calendar date. Midnight itself, but for zones that change their clocks then: the hour
 *  skipped in spring (Santiago) belongs to neither day, so the day begins where the clock lands; an hour told twice in autumn (Havana, the Azores)
 *  belongs to the day both times, so it begins with the first. */
export function startOfDay(date: string, zone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const wall = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== date) return null;
  const midnights = [wall - DAY_MS, wall + DAY_MS].map((at) => wall - zoneOffset(at, zone));
  return Math.min(...midnights.filter((at) => dateIn(at, zone) >= date));
}

/** The calendar date that `zone` shows at that instant. */
export const dateIn = (at: number, zone: string): string => new Date(at + zoneOffset(at, zone)).toISOString().slice(0, 10);

/** `date` moved by whole calendar days. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Instants in [from, to) at which the zone's offset changes, with the offset that holds from then on; the first entry is `from` itself. */
export function offsetsBetween(from: number, to: number, zone: string): { readonly at: number; readonly offset: number }[] {
  const found = [{ at: from, offset: zoneOffset(from, zone) }];
  let offset = zoneOffset(from, zone);
  for (let at = from; at < to; at += WEEK_MS) {
    const end = Math.min(at + WEEK_MS, to);
    const next = zoneOffset(end, zone);
    if (next === offset) continue;
    let [low, high] = [at, end];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2);
      if (zoneOffset(middle, zone) === offset) low = middle;
      else high = middle;
    }
    offset = next;
    found.push({ at: Math.ceil(low / 1000) * 1000, offset });
  }
  return found;
}

/** ISO 8601 label of a week, numbered from the Monday of the epoch's own week (the epoch was a Thursday): its Thursday decides the year. */
export function weekLabel(week: number): string {
  const thursday = new Date(week * WEEK_MS);
  const year = thursday.getUTCFullYear();
  const ordinal = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / WEEK_MS) + 1;
  return `${year}-W${String(ordinal).padStart(2, "0")}`;
}

/** False for a name the platform does not know. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}
