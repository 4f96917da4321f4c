/** Which addresses the gateway may call or redirect to (O-06). Judged on the parsed URL, because WHATWG parsing folds decimal, octal, hex and
 *  short IPv4 forms, full-width digits and bracketed IPv6 into one spelling; a check of the text would miss them. Names are not looked up: a
 *  Worker cannot, and Cloudflare's network does not route to private space. The same judgement runs at save and again at send, since templates
 *  and secrets can change the host in between. Always fetch `value.href`, never the text that was judged. */
import { type Result, err, ok } from "./result.ts";

/** Told to whoever wrote the address; a delivery says `address_refused` only, since a template may have put somebody's value
 *  there. */
export type AddressRefusal = "not_a_url" | "scheme" | "userinfo" | "private_address" | "local_name" | "plain_http";

/** Ends a sentence that begins with the address or its field. */
export const ADDRESS_REFUSALS: Readonly<Record<AddressRefusal, string>> = {
  not_a_url: "is not a URL",
  scheme: "must be http or https",
  userinfo: "must not carry a user name or password",
  private_address: "points at a private, link-local or reserved address",
  local_name: "points at a local name",
  plain_http: "must be https",
};

/** The parsed URL, or why it may not be called. `local` allows loopback addresses and plain HTTP, nothing else. */
export function judgeAddress(text: string, local: boolean): Result<URL, AddressRefusal> {
  const url = URL.parse(text);
  if (!url) return err("not_a_url");
  if (url.protocol !== "https:" && url.protocol !== "http:") return err("scheme");
  if (url.username !== "" || url.password !== "") return err("userinfo");
  const reach = reachOf(url.hostname);
  if (reach === "local_name") return err("local_name");
  if (reach === "reserved" || (reach === "loopback" && !local)) return err("private_address");
  if (url.protocol === "http:" && !local) return err("plain_http");
  return ok(url);
}

type Reach = "public" | "loopback" | "reserved" | "local_name";

/** Names that a resolver at hand answers for and public DNS does not: `localhost` (RFC 6761 §6.3), `local` and the private roots of RFC 6762 (§3, appendix
 *  G), `home.arpa` (RFC 8375), and `localdomain` of every hosts file. A name of public DNS that points inside (`127.0.0.1.nip.io`) is none of them: anybody
 *  registers another one, so that is decided at the network, see above. Refused in local mode too: `127.0.0.1` says the same plainly. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$/;

/** Of a host as the URL parser wrote it; a dot at its end is the same host. */
function reachOf(hostname: string): Reach {
  const host = hostname.replace(/\.+$/, "");
  if (host.startsWith("[")) return reachOfV6(groupsOf(host.slice(1, -1)));
  const bytes = host.split(".").map(Number);
  if (bytes.length === 4 && bytes.every((byte) => Number.isInteger(byte))) return reachOfV4(bytes);
  return LOCAL_NAME.test(host) ? "local_name" : "public";
}

/** First address, prefix length: IANA's special-purpose registry for IPv4, multicast and the future-use block included. */
const RESERVED_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

const numberOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

function reachOfV4(bytes: readonly number[]): Reach {
  if (bytes[0] === 127) return "loopback";
  const address = numberOf(bytes);
  const reserved = RESERVED_V4.some(([first, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(address / size) === Math.floor(numberOf(first.split(".").map(Number)) / size);
  });
  return reserved ? "reserved" : "public";
}

/** The eight 16-bit groups of a canonical (URL-serialised) IPv6 address. */
function groupsOf(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const parse = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = parse(head);
  const right = parse(tail ?? "");
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

/** Only global unicast (2000::/3) is public, less its special-purpose parts: that leaves out ::, fc00::/7, fe80::/10, ff00::/8, the IPv4-mapped
 *  and translated ranges and whatever is assigned later. */
function reachOfV6(groups: readonly number[]): Reach {
  const [a = 0, b = 0] = groups;
  const leadingZeros = groups.findIndex((group) => group !== 0);
  if (leadingZeros === 7 && groups[7] === 1) return "loopback";
  if (leadingZeros === 5 && groups[5] === 0xffff) return (groups[6] ?? 0) >> 8 === 127 ? "loopback" : "reserved";
  if (a >> 13 !== 1) return "reserved";
  const special = (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || a === 0x2002 || (a === 0x3fff && b < 0x1000);
  return special ? "reserved" : "public";
}
