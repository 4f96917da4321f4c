/** What every value goes through first: NFC, no-break and narrow spaces become spaces, invisible characters go, ends are trimmed. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/g;
const SPACES = /[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g;

/** The joiners are letters' and signs' own where they join: a family of emoji, a Persian or an Indian word. Anywhere else they only hide. */
const LOOSE =
  /[\u00AD\u200B\u200E\u200F\u2060-\u2064\uFEFF]|(?<![\p{Extended_Pictographic}\p{EMod}\p{M}\p{Script=Arabic}])[\u200C\u200D]|[\u200C\u200D](?![\p{Extended_Pictographic}\p{L}])/gu;

/** Ends are left: a leading space may be a plus that a query lost (`phone.ts`). */
export const spaced = (text: string): string => text.normalize("NFC").replaceAll(INVISIBLE, "").replaceAll(SPACES, " ");

/** Printable ASCII and Russian letters with no space at either end: already clean, as almost every value is. */
const ORDINARY = /^[\x21-\x7E\u0410-\u044F](?:[\x20-\x7E\u0410-\u044F]*[\x21-\x7E\u0410-\u044F])?$/;

/** The regular expression is a fast path only: both branches give the same text. */
export const clean = (text: string): string => (ORDINARY.test(text) ? text : spaced(text).trim());

/** The same for what people write to be read; never for what anything is told by. */
export const cleanText = (text: string): string =>
  ORDINARY.test(text) ? text : text.normalize("NFC").replaceAll(LOOSE, "").replaceAll(SPACES, " ").trim();
