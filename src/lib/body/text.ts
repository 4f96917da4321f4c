/** Bytes to text without asking what they claim to be. Valid UTF-8 is UTF-8: a longer Cyrillic text in Windows-1251 is practically never
 *  valid UTF-8 by accident, while charset labels of bots and schools are often wrong. Everything else is read as Windows-1251, the one
 *  legacy encoding this market still sends, unless most of its letters are whole in UTF-8: then a sender cut one in two. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const lenientUtf8 = new TextDecoder("utf-8");
const cp1251 = new TextDecoder("windows-1251");
const utf16le = new TextDecoder("utf-16le");
const utf16be = new TextDecoder("utf-16be");

/** Decoded text without a byte order mark. UTF-16 without one is told by the zeros between its first two letters. */
export function decodeText(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0 && c !== 0 && d === 0)) return utf16le.decode(bytes);
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && c === 0 && d !== 0 && d !== undefined)) return utf16be.decode(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    const text = lenientUtf8.decode(bytes);
    const [whole = 0, broken = 0] = [/[^\0-\x7F\uFFFD]/gu, /\uFFFD/g].map((letters) => text.match(letters)?.length);
    return whole > broken ? text : cp1251.decode(bytes);
  }
}

const URL_SAFE = /^[A-Za-z0-9\-._~!*'()+%]+$/;
const FOREIGN_ESCAPE = /%[89A-Fa-f][0-9A-Fa-f]/;

/** Undoes a second percent-encoding (`%25D0%2598` arrives as `%D0%98`). Only when the whole value consists of URL-safe characters and holds a
 *  non-ASCII escape: a link or `100%25` inside a value stays as it is. */
export function unescapeOnce(value: string): string {
  if (!value.includes("%") || !FOREIGN_ESCAPE.test(value) || !URL_SAFE.test(value)) return value;
  const bytes = percentBytes(value.replaceAll("+", " "));
  return bytes === null ? value : decodeText(bytes);
}

/** The bytes a percent-encoded text stands for; null when it holds a broken escape. */
function percentBytes(text: string): Uint8Array | null {
  return /%(?![0-9A-Fa-f]{2})/.test(text) ? null : unescapeBytes(text);
}

const encoder = new TextEncoder();

/** Percent-decoding to bytes; a broken escape stays literal. */
export function unescapeBytes(text: string): Uint8Array {
  const source = encoder.encode(text);
  const bytes = new Uint8Array(source.length);
  let size = 0;
  for (let at = 0; at < source.length; at += 1) {
    const byte = source[at] ?? 0;
    const value = byte === 0x25 ? hexPair(source, at + 1) : null;
    bytes[size] = value ?? byte;
    size += 1;
    if (value !== null) at += 2;
  }
  return bytes.subarray(0, size);
}

function hexPair(bytes: Uint8Array, at: number): number | null {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high === null || low === null ? null : high * 16 + low;
}

function hexDigit(byte: number | undefined): number | null {
  if (byte === undefined) return null;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : null;
}
