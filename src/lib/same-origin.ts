/** Whether a form post comes from our own page: the browser's Sec-Fetch-Site first, then Origin, then (older browsers send neither) the form token
 *  alone. `Origin: null` is nobody's origin and never passes. */
export function comesFromOurPage(request: Request, publicUrl: string | null): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  return origin === null || origin === new URL(request.url).origin || origin === publicUrl;
}
