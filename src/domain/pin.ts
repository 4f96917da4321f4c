/** What a PIN is and how guesses at it are judged. Limits by NIST SP 800-63B-4 §3.1.3.2: six random digits live ten minutes, five guesses each,
 *  a hundred wrong ones in a row across every PIN of the holder. Counting is the store's single statement (`store/seats.ts`); here is what
 *  its row means. Pure. */

/** SP 800-63B-4 §3.1.3.2: an out-of-band secret is valid for at most ten minutes and used once. */
export const PIN_TTL_SECONDS = 600;
/** The link outlives its PIN: a new PIN may be asked for on the same page. */
export const LINK_TTL_SECONDS = 3_600;
/** 5 of 10⁶: one PIN is guessed with p = 5·10⁻⁶. */
export const TRIES_PER_PIN = 5;
/** SP 800-63B-4 §3.2.2: no more than 100 consecutive failures; a success starts over. */
export const FAILS_PER_HOLDER = 100;
/** Against a flood of messages to a person who asked for none. */
export const RESEND_AFTER_MS = 30_000;
/** Per holder, whoever asks and for whichever link. */
export const RESENDS_PER_HOUR = 10;
/** Per holder; bots issue on their own initiative, so this is far above what a human needs and far below what a loop does. */
export const ISSUES_PER_HOUR = 120;
/** The window of both allowances, and the longest lock. */
export const HOUR_MS = 3_600_000;
/** A second submit of the same form with the same PIN within this time gets the first one's answer. */
export const DOUBLE_SUBMIT_MS = 10_000;
/** Lock of a PIN whose guesses are spent; doubled with every five failures of the holder, at most an hour. */
export const FIRST_LOCK_MS = 30_000;

/** The one PIN that may be live for a holder at a site. Times in epoch ms. */
export type Seat = {
  /** MAC of the link it belongs to. */
  readonly buid: string;
  readonly until: number;
  readonly tries: number;
  readonly locked: number;
  readonly used: number | null;
  /** Who used it: the digest of the winning request. */
  readonly by: string | null;
};

/** `attemptsLeft` is what the page shows: of this PIN, not of the holder. */
export type PinRefusal =
  | { readonly reason: "pin_invalid"; readonly attemptsLeft: number }
  | { readonly reason: "pin_locked"; readonly retryAfterSeconds: number; readonly attemptsLeft: number }
  | { readonly reason: "pin_expired" | "pin_used" | "pin_replaced" };

/** `usedAt`: this link's PIN let somebody in. `endedAt`: a logout, unlink or operator ended it. Epoch ms. */
export type GuessedLink = {
  readonly buid: string;
  readonly usedAt: number | null;
  readonly endedAt: number | null;
  readonly expiresAt: number;
};

/** Read in the guess's own transaction, so that two parallel guesses are never told the same number of attempts left. */
export type GuessState = {
  readonly link: GuessedLink;
  readonly seat: Seat | null;
  /** Of the holder, after this guess. */
  readonly fails: number;
  /** The statement evaluated this guess, so it was simply wrong. */
  readonly counted: boolean;
};

/** Why a guess did not succeed. */
export function judgeRefusal({ link, seat, fails, counted }: GuessState, now: number): PinRefusal {
  if (seat?.buid !== link.buid) {
    if (link.usedAt !== null) return { reason: "pin_used" };
    return { reason: link.endedAt === null ? "pin_replaced" : "pin_expired" };
  }
  const stopped = fails >= FAILS_PER_HOLDER;
  if (counted && seat.tries < TRIES_PER_PIN && !stopped) {
    return { reason: "pin_invalid", attemptsLeft: TRIES_PER_PIN - seat.tries };
  }
  if (seat.used !== null) return { reason: "pin_used" };
  if (link.endedAt !== null) return { reason: "pin_expired" };
  if (seat.locked > now) return locked(seat.locked - now);
  if (stopped) return locked(HOUR_MS);
  if (seat.tries >= TRIES_PER_PIN || seat.until <= now || link.expiresAt <= now) return { reason: "pin_expired" };
  return { reason: "pin_invalid", attemptsLeft: TRIES_PER_PIN - seat.tries };
}

const locked = (ms: number): PinRefusal => ({
  reason: "pin_locked",
  retryAfterSeconds: Math.max(1, Math.ceil(ms / 1_000)),
  attemptsLeft: 0,
});

/** Guesses at a buid that does not exist here. */
export type Phantom = { readonly tries: number; readonly locked: number; readonly expiresAt: number };

/** The same answers a real link would give. */
export function judgePhantom(phantom: Phantom | null, now: number): PinRefusal {
  if (phantom === null) return { reason: "pin_invalid", attemptsLeft: TRIES_PER_PIN };
  if (phantom.locked > now) return locked(phantom.locked - now);
  if (phantom.tries >= TRIES_PER_PIN || phantom.expiresAt <= now) return { reason: "pin_expired" };
  return { reason: "pin_invalid", attemptsLeft: TRIES_PER_PIN - phantom.tries };
}

/** The digits of a typed PIN: any script's digits, with the spaces, dashes and invisible marks that people paste. null = something else is in it,
 *  which is no guess and costs none. */
export function readDigits(text: string): string | null {
  const compact = text.normalize("NFKC").replace(/[\s\p{Pd}\p{Cf}\u2212]/gu, "");
  if (compact === "" || compact.length > 32) return null;
  let digits = "";
  for (const char of compact) {
    if (!/\p{Nd}/u.test(char)) return null;
    digits += digitOf(char.codePointAt(0) ?? 0);
  }
  return digits;
}

/** Unicode keeps decimal digits together in tens, wherever a ten begins. */
function digitOf(codePoint: number): string {
  let start = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((codePoint - start) % 10);
}

/** Six digits from a uniform 32-bit number, or null when it must be drawn again (rejection sampling). */
export const pinFrom = (random: number): string | null =>
  random < 4_294_000_000 ? String(random % 1_000_000).padStart(6, "0") : null;

/** A PIN a bot made itself: six to eight digits. */
export function readBotPin(text: string): string | null {
  const digits = readDigits(text);
  return digits !== null && /^\d{6,8}$/.test(digits) ? digits : null;
}
