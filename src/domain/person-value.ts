/** Picking one of a person's identifiers to address them by. */
import type { Addressee } from "./delivery.ts";
import type { IdentifierType } from "./identifier.ts";

/** The value seen last of a type, in one scope or in any; null when there is none. The given order decides between equals. */
export function newestOf(person: Pick<Addressee, "identifiers">, type: IdentifierType, scope?: string): string | null {
  let newest: Addressee["identifiers"][number] | null = null;
  for (const item of person.identifiers) {
    if (item.type !== type || (scope !== undefined && item.scope !== scope)) continue;
    if (newest === null || item.lastSeen > newest.lastSeen) newest = item;
  }
  return newest?.value ?? null;
}
