/** What every value goes through first: NFC, no-break and narrow spaces become spaces, invisible characters go, ends are trimmed. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/g;
const SPACES = /[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g;

export const spaced = (text: string): string => text.normalize("NFC").replaceAll(INVISIBLE, "").replaceAll(SPACES, " ");

/** Printable ASCII and Russian letters with no space at either end: already clean, as almost every value is. */
const ORDINARY = /^[\x21-\x7E\u0410-\u044F](?:[\x20-\x7E\u0410-\u044F]*[\x21-\x7E\u0410-\u044F])?$/;

/** The regular expression is a fast path only: both branches give the same text. */
export const clean = (text: string): string => (ORDINARY.test(text) ? text : spaced(text).trim());
