/** E-mail addresses. Lower case, no folding of dots or plus tags (they may be different people). Addresses that platforms invent
 *  (`123@telegram`, `5551@vk.com`) are technical and ignored; no phone is ever derived from them. */
import { err, ok } from "../../lib/result.ts";
import { type Reading, readIdentifier } from "./reading.ts";

const SHAPE =
  /^[^\s\p{Cc}@<>()[\]\\,;:"]{1,64}@([^\s\p{Cc}@<>()[\]\\,;:"./]+\.)+[^\s\p{Cc}@<>()[\]\\,;:"./\d][^\s\p{Cc}@<>()[\]\\,;:"./]+$/u;
/** An address with a name before it; longer texts are not looked into. */
const LONGEST_WRITTEN = 400;
const INVENTED_HOST = /@(telegram|phone)$/;
const INVENTED_USER = /^\d+@(vk\.com|facebook\.com)$/;

/** ≤ 254 characters (RFC 3696, erratum 1690), internationalised ones included; `Name <a@b.ru>`, `mailto:`, a query and
 *  trailing punctuation are taken off. Whether the box exists is not asked. */
export const readEmail = (text: string): Reading =>
  readIdentifier(text, (value) => {
    if (value.length > LONGEST_WRITTEN) return err("invalid");
    const address = plain(value);
    if (INVENTED_HOST.test(address) || INVENTED_USER.test(address)) return err("technical_email");
    return address.length <= 254 && SHAPE.test(address) ? ok(address) : err("invalid");
  });

/** As people and forms write one: «Name <a@b>», `mailto:`, brackets, a full stop at the end, an «@» that was encoded once or
 *  several times. */
function plain(value: string): string {
  const decoded = value.includes("@") ? value : value.replace(/%(25)*40/, "@");
  return decoded
    .toLowerCase()
    .replace(/^.*<([^<>]+@[^<>]+)>$/, "$1")
    .replace(/^(?:mailto:)?([^@]*@[^?]*).*$/, "$1")
    .replace(/^[<"'«“(\s]+/, "")
    .replace(/[\s\p{P}]+$/u, "");
}
