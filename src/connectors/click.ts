/** The click id a tracker or a bot platform knows a person by: the one this connection issued, else the event's own. */
import { newestOf } from "../domain/person-value.ts";
import type { PrepareInput } from "./connector.ts";

/** Without one of this issuer, any click id the event itself came with: a tracker that does not know it says "not found" in its log (vendors.md §6.1),
 *  and networks pass ids on under their own names. The person's clicks at other issuers are not used. Null when there is nothing. */
export function clickOf({ connection, person, event }: Pick<PrepareInput, "connection" | "person" | "event">): string | null {
  const issued = newestOf(person, "clickid", connection.id) ?? event.clickids[connection.id];
  return issued ?? Object.values(event.clickids)[0] ?? null;
}
