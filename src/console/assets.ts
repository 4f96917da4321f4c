/** The two static files of the console. Their address carries a digest of their text, so a browser may keep them for ever. */
import { SCRIPT } from "./assets/script.ts";
import { STYLE } from "./assets/style.ts";

/** FNV-1a: tells versions apart, guards nothing. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(36);
}

const asset = (name: string, type: string, text: string): Asset => ({
  path: `/console/assets/${digest(text)}/${name}`,
  type,
  text,
});

/** `path` ends with the file's name and carries the digest before it; `type` is the whole `content-type`. */
export type Asset = { readonly path: string; readonly type: string; readonly text: string };

/** Counted once per isolate: the text is part of the bundle, so a new deploy brings a new address. */
export const ASSETS = {
  style: asset("console.css", "text/css; charset=utf-8", STYLE),
  script: asset("console.js", "text/javascript; charset=utf-8", SCRIPT),
} as const satisfies Record<string, Asset>;

/** The file at this path, or null. An old version's address is answered with the current text, not kept. */
export function assetAt(path: string): Response | null {
  const found = Object.values(ASSETS).find((one) => path.endsWith(one.path.slice(one.path.lastIndexOf("/"))));
  if (!path.startsWith("/console/assets/") || !found) return null;
  const cache = path === found.path ? "public, max-age=31536000, immutable" : "no-cache";
  return new Response(found.text, {
    headers: { "content-type": found.type, "cache-control": cache, "x-content-type-options": "nosniff" },
  });
}
