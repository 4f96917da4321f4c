/** Ids that vendors give. Always text: they pass no float and keep their case. */
import { err, ok } from "../../lib/result.ts";
import { isBlocked } from "./blocked.ts";
import { type Reading, readIdentifier } from "./reading.ts";

const MESSENGER = /^\d{1,16}$/;
const CLICK = /^c_[A-Za-z0-9]{16}$/;
/** Wider than the form we mint: an import may bring clicks of another system. 64 characters is what a Telegram start payload holds (vendors.md §5.2). */
const CLICK_TOKEN = /^[A-Za-z0-9_-]{1,64}$/;
const PERSON_KEY = /^k_[A-Za-z0-9]{22}$/;

/** Telegram, MAX, VK: digits only; a script that took the id for a float adds `.0`. A negative id is a group, an @name changes hands: neither is a person. */
export const readMessengerId = (text: string): Reading =>
  readIdentifier(text, (value) => {
    const id = value.replace(/\.0+$/, "");
    return MESSENGER.test(id) && !isBlocked(id) ? ok(id) : err("invalid");
  });

/** Any vendor's id of a person or a click: trimmed, case kept, at most 255 characters, no inner white space or control character, and no sign
 *  for a letter that was lost on the way: other ids would look the same. */
export const readVendorId = (text: string): Reading => readId(text, /[\s\p{Cc}\uFFFD]/u);

/** A site's own user: sites let their people sign in as "Иван Петров", so words may stand in it. */
export const readSiteUser = (text: string): Reading => readId(text, /[\p{Cc}\uFFFD]/u);

const readId = (text: string, never: RegExp): Reading =>
  readIdentifier(text, (value) => (value.length <= 255 && !never.test(value) ? ok(value) : err("invalid")));

/** Our click id given under its own name. */
export const readClick = (text: string): Reading =>
  readIdentifier(text, (value) => (CLICK_TOKEN.test(value) ? ok(value) : err("invalid")));

/** A person's key. Any other value under that name is somebody's API key: absent, and masked elsewhere. */
export const readPersonKey = (text: string): Reading =>
  readIdentifier(text, (value) => ok(PERSON_KEY.test(value) ? value : null));

/** True for the form of click ids that our redirect mints. */
export const isOurClick = (value: string): boolean => CLICK.test(value);
