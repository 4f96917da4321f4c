/** The marks of a landing: what an advertisement writes into a site's address. Everything else in the address is the site's own business, may be
 *  personal, and is never read. The names of click ids: Google, Yandex, Meta, Microsoft, TikTok, VK Реклама, and the common ones of trackers;
 *  Yandex's `ysclid` marks every visit from its search, paid or not, and is none. The snippet knows the same list. Pure. */
const MARK = /^(utm_[a-z0-9_]{1,40}|[gy]clid|[gw]braid|fbclid|msclkid|ttclid|rb_clickid|click_?id|subid)$/i;

/** A real landing has about ten; the rest of a hostile address is not looked at. */
const MOST_MARKS = 30;
const MOST_CHARACTERS = 2_000;

/** Sorted and without repeats, so that one landing reads the same whatever the order of its parameters. */
export function marksOf(told: URLSearchParams): [name: string, value: string][] {
  const marks = new Map<string, string>();
  for (const [name, value] of told) {
    const known = name.toLowerCase();
    if (MARK.test(known) && value !== "" && !marks.has(known) && marks.size < MOST_MARKS)
      marks.set(known, value.slice(0, MOST_CHARACTERS));
  }
  return [...marks].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether a page of `origin` belongs to a site known by these addresses: its own host with or without `www`, and hosts below it, where shops keep
 *  their landings (`promo.school.example`). Scheme and port are the same; `school.example.evil.example` is somebody else's. */
export function isPageOf(origin: string, addresses: readonly string[]): boolean {
  const page = URL.parse(origin);
  if (!page || page.origin !== origin) return false;
  return addresses.some((address) => {
    const own = URL.parse(address);
    if (!own || own.protocol !== page.protocol || own.port !== page.port) return false;
    const host = own.hostname.replace(/^www\./, "");
    return page.hostname === host || page.hostname.endsWith(`.${host}`);
  });
}
