/** Small wrappers over Web Crypto. Comparisons of secrets are constant-time: both sides are digested first, since
 *  `timingSafeEqual` throws on unequal lengths. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A lone surrogate becomes U+FFFD, as everywhere in Web APIs. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
/** Broken bytes become U+FFFD; what must be told apart is decoded by `body/text.ts`. */
export const fromUtf8 = (bytes: Uint8Array | ArrayBuffer): string => decoder.decode(bytes);

/** The parts one after another. */
export function joinBytes(parts: readonly (Uint8Array | ArrayBuffer)[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part instanceof Uint8Array ? part : new Uint8Array(part), at);
    at += part.byteLength;
  }
  return bytes;
}

/** In stretches: `fromCharCode` takes its bytes as arguments, and too many overflow the stack. */
export function base64(bytes: Uint8Array | ArrayBuffer): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let binary = "";
  for (let at = 0; at < view.length; at += STRETCH) binary += String.fromCharCode(...view.subarray(at, at + STRETCH));
  return btoa(binary);
}

/** As many arguments as a call safely takes. */
const STRETCH = 4_096;

/** Bytes of a base64 or base64url text, or null when it is neither. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/** RFC 4648 §5 without padding. */
export const base64url = (bytes: Uint8Array | ArrayBuffer): string =>
  base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Two digits a byte, by the engine: a loop of ours would cost what it saves. */
export const hex = (bytes: ArrayBuffer): string => new Uint8Array(bytes).toHex();

/** 32 bytes. For comparing secrets and finding tokens; what has few values needs a key (`hmac`). */
export async function sha256(data: string | Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", typeof data === "string" ? utf8(data) : data));
}

/** Not extractable: the secret cannot be read back out of the key. */
export const importHmacKey = (secret: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);

/** 32 bytes of HMAC-SHA256 (RFC 2104). Compare with `subtle.verify` or `sameSecret`, never with `===`. */
export async function hmac(key: CryptoKey, data: string | Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, typeof data === "string" ? utf8(data) : data));
}

/** Constant-time equality of two secrets of any length. */
export async function sameSecret(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256(a), sha256(b)]);
  return crypto.subtle.timingSafeEqual(left, right);
}
