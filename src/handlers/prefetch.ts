/** A page loaded ahead of time may never be seen, so whatever it asks for counts nothing. Browsers say so in `Sec-Purpose`, older ones in `Purpose`
 *  (https://wicg.github.io/nav-speculation/prefetch.html, 2026-09). */
export const isPrefetch = (request: Request): boolean =>
  /prefetch|prerender|preview/i.test(`${request.headers.get("sec-purpose") ?? ""}${request.headers.get("purpose") ?? ""}`);
