/** Phone numbers to E.164. The default country is Russia and Kazakhstan (+7): 11 digits starting with 8 and bare 10 digits are theirs.
 *  `+89…` is a mistyped 89…: no country begins so. A plus that a GET query turned into a space still means "international"; the exceptions 89… and 9… are no country codes, so there a leading
 *  space is only a space. A script that took the number for a float adds `.0`. */
import { err, ok } from "../../lib/result.ts";
import { spaced } from "./clean.ts";
import { type Reading, readIdentifier } from "./reading.ts";

/** People label a number; what follows one (an extension, a name, a second number) leaves it in doubt, and a doubtful number joins strangers. */
const LABEL = /^(тел(ефон)?|моб(ильный)?|tel|phone|mob(ile)?)\.?:?\s*/i;
const ALLOWED = /^[+\d\s().\p{Pd}/]+$/u;

/** E.164: 10–15 digits with the country (ITU-T E.164 allows up to 15). Numbers that exist nowhere pass; numbers of one repeated digit are `blocked`. */
export const readPhone = (text: string): Reading => {
  const lostPlus = /^ \d/.test(spaced(text));
  return readIdentifier(text, (value) => {
    const bare = value
      .replace(LABEL, "")
      .replace(/^%2B/i, "+")
      .replace(/^(\+?\d+)\.0$/, "$1");
    if (!ALLOWED.test(bare)) return err("invalid");
    const digits = bare.replaceAll(/\D/g, "");
    if (bare.lastIndexOf("+") > 0) return err("invalid");
    const national = nationalDigits(
      digits,
      (bare.startsWith("+") && !/^89\d{9}$/.test(digits)) || (lostPlus && !/^(89\d{9}|9\d{9})$/.test(digits)),
    );
    if (isOneDigit(national)) return err("blocked");
    return national.length >= 10 && national.length <= 15 ? ok(`+${national}`) : err("invalid");
  });
};

/** Digits with the country code. */
function nationalDigits(digits: string, international: boolean): string {
  if (digits.startsWith("00")) return digits.slice(2);
  if (international) return digits;
  if (digits.length === 11 && digits.startsWith("8")) return `7${digits.slice(1)}`;
  return digits.length === 10 ? `7${digits}` : digits;
}

/** 79999999999 and 70000000000 are typed by people who do not want to give a number. */
const isOneDigit = (digits: string): boolean => /^(\d)\1+$/.test(digits) || /^7(\d)\1{9}$/.test(digits);
