/** Whether a form post comes from our own page: the browser's Sec-Fetch-Site first, then Origin, then (older browsers send neither) the form token
 *  alone. `Origin: null` is nobody's origin and never passes. Our own origin is the configured one: the Host of a request is the caller's word, and a
 *  foreign name that was made to resolve to us (DNS rebinding) would bring a matching Origin along. */
export function comesFromOurPage(request: Request, publicUrl: string | null): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  const own = new URL(publicUrl ?? request.url).origin;
  // A local server is opened by either of its names.
  return origin === null || origin === own || origin.replace("//localhost:", "//127.0.0.1:") === own;
}
