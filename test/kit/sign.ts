/** A site's backend: signs requests by Standard Webhooks. */
import { signMessage, signingKey } from "../../src/lib/standard-webhooks.ts";

export type Signing = { readonly id?: string; readonly at?: number; readonly secret?: string };

export const SITE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const OTHER_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/** Headers that prove `body` was sent by the owner of the secret. */
export async function signedHeaders(body: string, signing: Signing = {}): Promise<Record<string, string>> {
  const key = await signingKey(signing.secret ?? SITE_SECRET);
  if (!key) throw new Error("the test's secret is no key");
  const id = signing.id ?? `msg_${crypto.randomUUID()}`;
  const seconds = Math.floor((signing.at ?? Date.now()) / 1_000);
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": await signMessage(key, id, seconds, body),
  };
}
