// HMAC-SHA256 без зависимостей: в песочнице Chatium нет ни node:crypto, ни crypto.subtle (△ проверить в своём аккаунте).
const utf8 = (text: string): number[] =>
  [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|([\s\S])/g)].map(([, hex, char = ""]) =>
    hex === undefined ? char.charCodeAt(0) : parseInt(hex, 16),
  );

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(at, at + 3);
    const all = (a << 16) | (b << 8) | c;
    for (let place = 0; place < 4; place += 1)
      text += at + place > bytes.length ? "=" : ALPHABET.charAt((all >> (18 - 6 * place)) & 63);
  }
  return text;
}

function fromBase64(text: string): number[] {
  const sextets = [...text.replace(/=+$/, "")].map((char) => ALPHABET.indexOf(char));
  const bytes: number[] = [];
  for (let at = 0; at < sextets.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = sextets.slice(at, at + 4);
    bytes.push((a << 2) | (b >> 4), ((b << 4) | (c >> 2)) & 255, ((c << 6) | d) & 255);
  }
  return bytes.slice(0, Math.floor((sextets.length * 3) / 4));
}

// Дробные части кубических и квадратных корней простых чисел: так их задаёт FIPS 180-4.
const primes: number[] = [];
for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
const fraction = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0;
const K = primes.map((prime) => fraction(Math.cbrt(prime)));
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function sha256(message: readonly number[]): number[] {
  const bits = message.length * 8;
  const padded = [...message, 0x80, ...Array.from({ length: (119 - (message.length % 64)) % 64 }, () => 0)];
  for (let shift = 56; shift >= 0; shift -= 8) padded.push(shift >= 32 ? 0 : (bits >>> shift) & 255);
  const turn = (value: number, by: number): number => (value >>> by) | (value << (32 - by));
  const hash = [...START];
  for (let at = 0; at < padded.length; at += 64) {
    const w: number[] = [];
    for (let i = 0; i < 64; i += 1) {
      if (i < 16) {
        const [a = 0, b = 0, c = 0, d = 0] = padded.slice(at + 4 * i, at + 4 * i + 4);
        w.push((a << 24) | (b << 16) | (c << 8) | d);
        continue;
      }
      const [x = 0, y = 0] = [w[i - 15], w[i - 2]];
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      w.push(((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) | 0);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let i = 0; i < 64; i += 1) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + (w[i] ?? 0)) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (hash[i] = ((hash[i] ?? 0) + value) | 0));
  }
  return hash.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
}

/** base64 от HMAC-SHA256; `secret` — `whsec_…`. */
export function hmacBase64(secret: string, text: string): string {
  const given = fromBase64(secret.replace(/^whsec_/, ""));
  const key = given.length > 64 ? sha256(given) : given;
  const pad = (mask: number): number[] => Array.from({ length: 64 }, (_, i) => (key[i] ?? 0) ^ mask);
  return base64(sha256([...pad(0x5c), ...sha256([...pad(0x36), ...utf8(text)])]));
}
