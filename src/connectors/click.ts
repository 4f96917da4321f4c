/** The click id a tracker or a bot platform knows a person by: the one this connection issued, else the event's own. */
import { newestOf } from "../domain/person-value.ts";
import type { PrepareInput } from "./connector.ts";

export function clickOf({ connection, person, event }: Pick<PrepareInput, "connection" | "person" | "event">): string | null {
  const issued = newestOf(person, "clickid", connection.id) ?? event.clickids[connection.id];
  return issued ?? Object.values(event.clickids)[0] ?? null;
}
