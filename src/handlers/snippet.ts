/** `GET /snippet.js`: the same small file for every site; the site is named by the tag that loads it. */
import { SNIPPET } from "../ui/snippet.ts";

/** An hour of caching: long enough to cost nothing, short enough that a mended snippet is everywhere the same day. */
export const getSnippet = (): Response =>
  new Response(SNIPPET, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=3600",
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
    },
  });
