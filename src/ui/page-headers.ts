/** Headers of every public HTML page, one constant. `form-action` also names the origins a success may redirect to: Chrome and Safari enforce it on the
 *  redirect that follows the post (w3c/webappsec-csp #8). `same-origin` and not `no-referrer`, which would make browsers send `Origin: null` on our
 *  own post. */
import { base64, sha256 } from "../lib/crypto.ts";

/** What no page of ours goes without, the console's included. */
export const EVERY_PAGE = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
} as const;

const FIXED = {
  ...EVERY_PAGE,
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-robots-tag": "noindex",
} as const;

const hashes = new Map<string, string>();

/** `style` is the page's only style sheet, word for word: another byte and the browser leaves it out. */
export type PagePolicy = {
  readonly style: string;
  /** Origins a form may end up at besides our own. */
  readonly formTargets: readonly string[];
  readonly images: boolean;
};

/** No script can run: `default-src 'none'` has no `script-src` beside it, and the only style is named by its digest. */
export async function pageHeaders({ style, formTargets, images }: PagePolicy): Promise<Headers> {
  const headers = new Headers(FIXED);
  const csp = [
    "default-src 'none'",
    `style-src 'sha256-${await styleHash(style)}'`,
    `form-action ${["'self'", ...formTargets].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(images ? ["img-src data:"] : []),
  ];
  headers.set("content-security-policy", csp.join("; "));
  return headers;
}

/** Kept, since pages share a few styles; a brand's colour makes another one, so the number of kept ones has an end. */
async function styleHash(style: string): Promise<string> {
  const known = hashes.get(style) ?? base64(await sha256(style));
  if (hashes.size < 100) hashes.set(style, known);
  return known;
}
