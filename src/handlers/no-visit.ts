/** What asks for an address although nobody goes there: a page loaded ahead of time, which may never be seen, and an address set as the picture or
 *  the script of another page, which is seen without a click. Browsers say so in `Sec-Purpose` and `Sec-Fetch-Dest`; older ones in `Purpose`,
 *  `X-Purpose` (Safari) and `X-Moz` (https://wicg.github.io/nav-speculation/prefetch.html, 2026-09). */
const PURPOSES = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
const PARTS = /^(image|script|style|font|audio|video|track|manifest)$/;

/** Errs towards a visit: a browser that says nothing of the kind is believed. */
export const isNoVisit = (request: Request): boolean =>
  PURPOSES.some((name) => /prefetch|prerender|preview/i.test(request.headers.get(name) ?? "")) ||
  PARTS.test(request.headers.get("sec-fetch-dest") ?? "");
