/** Sealed storage: values are looked up by a keyed HMAC (blind index) and kept encrypted by AES-256-GCM with a key that never enters the database.
 *  Every sealed value carries the id of its key, so the key can be rotated: new values use the first key of SEAL_KEY, old ones are opened by theirs.
 *  The blind index and digests (`mac`) come from the LAST key, because neither can be recomputed without the plain value (PINs live minutes and are
 *  digested under every key, `macs`): rotate by putting the new key in front ("2:newsecret,1:oldsecret"), never by removing the last. */
import { base64url, fromUtf8, hmac, importHmacKey, utf8 } from "./crypto.ts";

/** A sealed value as D1 gives it out: hex digits, or a list of byte values where it is too long for that (`store/sealed.ts`). Durable Objects keep bytes. */
export type Sealed = string | readonly number[];

/** One for a SEAL_KEY. What it answers may be stored; what it opens lives in memory only. */
export type Sealer = {
  /** Blind index of an identifier (or a fact, by its connection and key): 22 characters, the same for the same (type, scope, value), useless without the key. */
  index(type: string, scope: string, value: string): Promise<string>;
  /** Keyed digest of a text for one purpose ("buid", "token", "content" …): 43 characters. */
  mac(purpose: string, text: string): Promise<string>;
  /** The same under every key, newest first, each as "<key id>.<mac>": for short-lived values such as PINs, which then follow a rotation. */
  macs(purpose: string, text: string): Promise<readonly string[]>;
  seal(text: string): Promise<ArrayBuffer>;
  /** Throws when the value was sealed by a key that is no longer given: losing a key must be loud. */
  open(sealed: ArrayBuffer | Sealed): Promise<string>;
};

type SealKey = { readonly id: number; readonly aes: CryptoKey };

const KEY_ENTRY = /^(\d{1,3}):(.+)$/;

/** Builds the sealer of one SEAL_KEY: "secret" (key id 1) or "2:new,1:old" with ids 0–255. */
export async function newSealer(sealKey: string): Promise<Sealer> {
  const entries = sealKey.split(",").map((part) => {
    const match = KEY_ENTRY.exec(part.trim());
    return { id: match ? Number(match[1]) : 1, secret: match?.[2] ?? part.trim() };
  });
  const keys: SealKey[] = await Promise.all(entries.map(async ({ id, secret }) => ({ id, aes: await deriveAes(secret) })));
  const current = keys[0];
  const oldest = entries.at(-1);
  if (!current || !oldest) throw new Error("SEAL_KEY is empty");
  const macKey = await deriveHmac(oldest.secret, "index");
  const macs = new Map<string, Promise<CryptoKey>>();
  const purposeKey = (purpose: string, secret: string): Promise<CryptoKey> => {
    const name = `${purpose}\n${secret}`;
    const known = macs.get(name) ?? deriveHmac(secret, `mac:${purpose}`);
    macs.set(name, known);
    return known;
  };
  const macWith = async (secret: string, purpose: string, text: string): Promise<string> =>
    base64url(await hmac(await purposeKey(purpose, secret), text));
  return {
    index: async (type, scope, value) => base64url((await hmac(macKey, `${type}\n${scope}\n${value}`)).subarray(0, 16)),
    mac: (purpose, text) => macWith(oldest.secret, purpose, text),
    macs: (purpose, text) => Promise.all(entries.map(async ({ id, secret }) => `${id}.${await macWith(secret, purpose, text)}`)),
    seal: (text) => sealWith(current, text),
    open: (sealed) => openWith(keys, sealed),
  };
}

/** Layout: key id (1 byte), IV (12), AES-GCM ciphertext with its tag. A fresh IV each time: the same text never seals alike. */
async function sealWith(key: SealKey, text: string): Promise<ArrayBuffer> {
  const plain = utf8(text);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key.aes, plain);
  const sealed = new Uint8Array(13 + cipher.byteLength);
  sealed[0] = key.id;
  sealed.set(iv, 1);
  sealed.set(new Uint8Array(cipher), 13);
  return sealed.buffer;
}

/** The bytes under a sealed value, whichever way it came. Throws on a text that is no hex. */
export const bytesOf = (sealed: ArrayBuffer | Sealed): Uint8Array<ArrayBuffer> =>
  typeof sealed === "string" ? Uint8Array.fromHex(sealed) : new Uint8Array(sealed);

/** By the key id in the first byte, so that what an older key sealed opens while that key is still in the list. Throws on an
 *  unknown id and on a changed byte. */
async function openWith(keys: readonly SealKey[], sealed: ArrayBuffer | Sealed): Promise<string> {
  const bytes = bytesOf(sealed);
  const key = keys.find(({ id }) => id === bytes[0]);
  if (!key) throw new Error(`no seal key with id ${String(bytes[0])}`);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(1, 13) }, key.aes, bytes.subarray(13));
  return fromUtf8(plain);
}

/** HKDF (RFC 5869) with SHA-256: from one secret a key for every purpose, named by `info`, so that one purpose's digest is
 *  worthless for another. */
const hkdf = async (secret: string, info: string): Promise<Uint8Array> => {
  const base = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
  const params = { name: "HKDF", hash: "SHA-256", salt: utf8("throughline"), info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(params, base, 256));
};

const deriveAes = async (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", await hkdf(secret, "seal"), "AES-GCM", false, ["encrypt", "decrypt"]);

const deriveHmac = async (secret: string, info: string): Promise<CryptoKey> => importHmacKey(await hkdf(secret, info));
