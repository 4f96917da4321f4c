/** How a value of each type of identifier is read, whoever gives it: a vendor, a form or a search. */
import { type IdentifierType, IDENTIFIER_TYPES } from "../identifier.ts";
import { readEmail } from "./email.ts";
import { readClick, readMessengerId, readPersonKey, readSiteUser, readVendorId } from "./ids.ts";
import { readPhone } from "./phone.ts";
import type { Reading } from "./reading.ts";

const READERS: Partial<Readonly<Record<IdentifierType, (text: string) => Reading>>> = {
  telegram_id: readMessengerId,
  max_id: readMessengerId,
  vk_id: readMessengerId,
  wa_id: readPhone,
  user_id: readSiteUser,
  key: readPersonKey,
  email: readEmail,
  phone: readPhone,
  click: readClick,
};

/** Types without a reader of their own are opaque vendor ids. */
export const readerOf = (type: IdentifierType): ((text: string) => Reading) => READERS[type] ?? readVendorId;

/** As somebody types it into a search; null when it can be none. */
export function readIdentifierValue(type: IdentifierType, text: string): string | null {
  const reading = readerOf(type)(text);
  return reading.ok ? reading.value : null;
}

/** Its values mean the same wherever they come from, so it is stored under the scope "". */
export const isGlobal = (type: IdentifierType): boolean => IDENTIFIER_TYPES[type].scope === "global";
