/** Query strings and urlencoded forms as they really arrive: joined by `&amp;`, in Windows-1251, encoded twice, with PHP brackets.
 *  A repeated parameter: the last one wins. `+` is a space, so a phone that lost its plus keeps a leading space (the phone rule reads it). An
 *  e-mail has no space inside: there a bare plus is the address's own (`ivan+shop@…` from a macro that nobody encoded). */
import { decodeText, unescapeBytes, unescapeOnce } from "./text.ts";

/** Decoded; brackets in the name turned into dots. */
export type Pair = readonly [name: string, value: string];

/** A whole value only: the first letters of such a name may read as an escape (`%affid%`). */
const PLACEHOLDER = /^%[A-Za-z_][A-Za-z0-9_.]*%$/;
const INNER_PLUS = /(?<=[^+])\+(?=[^+@]+(?:@|%40))/gi;

/** Name-value pairs in order of appearance. */
export function parseQuery(text: string): Pair[] {
  const pairs: Pair[] = [];
  for (const part of text.replaceAll("&amp;", "&").split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    // A network appends its own "?" to an address that has one already.
    const name = decodePart(at < 0 ? part : part.slice(0, at))
      .trim()
      .replace(/^\?+/, "");
    const value = at < 0 ? "" : part.slice(at + 1);
    const kept = value.includes("+") && /mail\]?$/i.test(name) ? value.replaceAll(INNER_PLUS, "%2B") : value;
    if (name !== "") pairs.push([dotted(name), PLACEHOLDER.test(value) ? value : unescapeOnce(decodePart(kept))]);
  }
  return pairs;
}

/** One name or value, as text: `+` is a space, escapes are bytes of any encoding. JavaScript's old `escape()` writes `%u0418`, which is no
 *  percent-encoding and is replaced first. */
export const decodePart = (text: string): string => {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  const plain = spaced.replaceAll(/%u([0-9A-Fa-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return decodeText(unescapeBytes(plain));
};

/** `user[email]` → `user.email`, `tags[]` → `tags`. */
export function dotted(name: string): string {
  return /^[^[\]]+(\[[^[\]]*\])+$/.test(name) ? name.replaceAll("[]", "").replaceAll("[", ".").replaceAll("]", "") : name;
}
