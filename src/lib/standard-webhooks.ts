/** Standard Webhooks (standardwebhooks.com, read 2026-11): HMAC-SHA256 over `id.timestamp.body` with the base64 part of `whsec_…`, several
 *  signatures in one header while a secret is being rotated, five minutes of tolerance both ways. The raw bytes are signed, never a re-serialised
 *  body. No clock of its own: `now` is passed in. */
import { base64, fromBase64, hmac, importHmacKey, utf8 } from "./crypto.ts";

/** The specification's own advice; both ways, because either clock may be the wrong one. */
export const TOLERANCE_MS = 300_000;
const MOST_SIGNATURES = 8;

/** What a request claims. Nothing of it is believed before `isSignedBy`, and only what `signed` holds is proved then. */
export type SignedMessage = {
  readonly id: string;
  /** Epoch ms, from the signed timestamp. */
  readonly timestamp: number;
  readonly signatures: readonly Uint8Array[];
  /** `id.timestamp.body` as bytes. */
  readonly signed: Uint8Array;
};

/** The signed message of a request, or null when its headers do not make one. */
export function readSignedMessage(headers: Headers, body: Uint8Array): SignedMessage | null {
  const id = headers.get("webhook-id") ?? "";
  const seconds = headers.get("webhook-timestamp") ?? "";
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,11}$/.test(seconds)) return null;
  const signatures = (headers.get("webhook-signature") ?? "")
    .split(" ")
    .filter((part) => part.startsWith("v1,"))
    .slice(0, MOST_SIGNATURES)
    .flatMap((part) => fromBase64(part.slice(3)) ?? [])
    .filter((bytes) => bytes.length === 32);
  if (signatures.length === 0) return null;
  return { id, timestamp: Number(seconds) * 1_000, signatures, signed: signedBytes(id, seconds, body) };
}

/** Against replay of a recorded request. Within the window the id decides (`store/seen-messages.ts`). */
export const isTimely = (message: SignedMessage, now: number): boolean => Math.abs(now - message.timestamp) <= TOLERANCE_MS;

/** Whether any of the signatures is by this key. Constant-time (`subtle.verify`). */
export async function isSignedBy(key: CryptoKey, message: SignedMessage): Promise<boolean> {
  const answers = await Promise.all(
    message.signatures.map((signature) => crypto.subtle.verify("HMAC", key, signature, message.signed)),
  );
  return answers.includes(true);
}

/** The key of a `whsec_…` secret, or null when it holds no key. */
export async function signingKey(secret: string): Promise<CryptoKey | null> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ""));
  return bytes === null || bytes.length === 0 ? null : importHmacKey(bytes);
}

/** The `webhook-signature` header for a body. */
export async function signMessage(key: CryptoKey, id: string, seconds: number, body: string): Promise<string> {
  return `v1,${base64(await hmac(key, signedBytes(id, String(seconds), utf8(body))))}`;
}

/** `id.timestamp.body`, the body as the bytes that came: read and written again it might differ. */
function signedBytes(id: string, seconds: string, body: Uint8Array): Uint8Array {
  const head = utf8(`${id}.${seconds}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  return signed;
}
