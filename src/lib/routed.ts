/** What the router hands to a handler: the request with the names of its path. */
import type { IRequestStrict } from "itty-router";

export type Routed = IRequestStrict;

/** A name of the path, decoded (`%D0%BE` → о), or null where the route leaves it out. itty-router gives names as they were sent; what is no valid
 *  escape stays so, because senders put unescaped text into paths. */
export function pathName(request: Routed, name: string): string | null {
  const sent = request.params[name];
  if (sent === undefined) return null;
  try {
    return decodeURIComponent(sent);
  } catch {
    return sent;
  }
}
