/** Whom a limit counts against. Only `CF-Connecting-IP` is believed: the edge overwrites it, while `X-Forwarded-For` is the caller's own text.
 *  An IPv6 caller owns a whole /64, so that is one address here. */
export function clientAddress(request: Request): string {
  const given = (request.headers.get("cf-connecting-ip") ?? "").trim().toLowerCase().slice(0, 64);
  if (given === "") return "unknown";
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(given)?.[1];
  if (mapped) return mapped;
  return given.includes(":") ? `${firstGroups(given)}::/64` : given;
}

/** The first four groups of an IPv6 address, written out. */
function firstGroups(address: string): string {
  const [head = "", tail] = address.split("::", 2);
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
