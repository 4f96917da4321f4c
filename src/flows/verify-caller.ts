/** Who is calling: by a connection's token, a Standard Webhooks signature over the raw bytes, or Telegram's secret header.
 *  Every live value is compared, in constant time and without an early exit. What is wrong is told in one way only, so a caller learns neither which
 *  connections exist nor how close it was. A failed proof is counted against the address; an accepted one is never limited and nothing is stored
 *  for a forged one. */
import type { Context } from "../context.ts";
import type { Connection } from "../domain/config.ts";
import { clientAddress } from "../lib/client-address.ts";
import { sha256 } from "../lib/crypto.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type SignedMessage, isSignedBy, isTimely, readSignedMessage } from "../lib/standard-webhooks.ts";
import { type Keys, type Proof, keyringOf } from "./keyring.ts";

/** Who it is and how it was proved. */
export type Caller = {
  readonly connection: Connection;
  readonly proof: Proof;
  /** The signed `webhook-id` and its time (epoch ms), when the proof is a signature. */
  readonly message: Pick<SignedMessage, "id" | "timestamp"> | null;
};

/** `unknown` = no such address (404), `unauthorized` = no valid proof (401), `limited` = too many failed proofs from this address (429). */
export type Refusal = { readonly reason: "unknown" | "unauthorized" | "limited" };

/** What a proof is looked for in. The bytes as they came: a signature over text that was decoded and written again does not
 *  match. */
export type Delivery = {
  readonly request: Request;
  /** The raw body as received. */
  readonly body: Uint8Array;
};

/** Intake: the connection is named by the path, perhaps with its token. A token in the path must be right; else a header must prove it. */
export async function callerAt(
  ctx: Context,
  delivery: Delivery & { readonly connection: string; readonly pathToken: string | null },
): Promise<Result<Caller, Refusal>> {
  const keys = (await keyringOf(ctx.config)).get(delivery.connection);
  if (delivery.pathToken !== null) {
    const right = await verifyToken(keys, delivery.pathToken);
    return keys && right ? ok({ connection: keys.connection, proof: "token", message: null }) : refuse(ctx, delivery, "unknown");
  }
  if (!keys) return refuse(ctx, delivery, "unknown");
  const caller = await proveAny(ctx, [keys], delivery);
  return caller ? ok(caller) : refuse(ctx, delivery, "unauthorized");
}

/** API: the caller is whichever of the admitted connections its token or signature belongs to. */
export async function callerOf(
  ctx: Context,
  delivery: Delivery & { readonly admits: (connection: Connection) => boolean },
): Promise<Result<Caller, Refusal>> {
  const ring = await keyringOf(ctx.config);
  const admitted = [...ring.values()].filter(({ connection }) => delivery.admits(connection));
  const caller = await proveAny(ctx, admitted, delivery);
  return caller ? ok(caller) : refuse(ctx, delivery, "unauthorized");
}

/** By whatever the request carries, a token first, then a signature, then Telegram's header. One that fits nobody does not hide a
 *  good one of another kind. */
async function proveAny(ctx: Context, ring: readonly Keys[], { request, body }: Delivery): Promise<Caller | null> {
  const token = headerToken(request.headers);
  if (token !== null) {
    const owner = await findOwner(ring, (keys) => verifyToken(keys, token));
    if (owner) return { connection: owner.connection, proof: "token", message: null };
  }
  const message = readSignedMessage(request.headers, body);
  if (message && isTimely(message, ctx.clock())) {
    const owner = await findOwner(ring, (keys) => verifySignature(keys, message));
    if (owner) return { connection: owner.connection, proof: "signature", message };
  }
  const secret = request.headers.get("x-telegram-bot-api-secret-token");
  if (secret !== null) {
    const owner = await findOwner(ring, (keys) => verifyTelegram(keys, secret));
    if (owner) return { connection: owner.connection, proof: "telegram", message: null };
  }
  return null;
}

/** Every candidate is tried, so the time does not tell which one it was. */
async function findOwner(ring: readonly Keys[], proves: (keys: Keys) => Promise<boolean>): Promise<Keys | null> {
  const answers = await Promise.all(ring.map(proves));
  return ring[answers.indexOf(true)] ?? null;
}

/** The digest is computed for an unknown connection too, so that timing does not tell which connections exist. */
async function verifyToken(keys: Keys | undefined, given: string): Promise<boolean> {
  const digest = await sha256(given);
  const matches = (keys?.tokens ?? []).map((token) => crypto.subtle.timingSafeEqual(token, digest));
  return matches.includes(true) && keys?.accepts.has("token") === true;
}

/** Against every live secret, so that rotation needs no order. The time window is the caller's business. */
async function verifySignature(keys: Keys, message: SignedMessage): Promise<boolean> {
  if (!keys.accepts.has("signature")) return false;
  const answers = await Promise.all(keys.secrets.map((key) => isSignedBy(key, message)));
  return answers.includes(true);
}

/** Telegram sends the secret itself (vendors.md §5.1): digests of equal length are compared, since `timingSafeEqual` throws on unequal ones. */
async function verifyTelegram(keys: Keys, given: string): Promise<boolean> {
  const digest = await sha256(given);
  const matches = keys.telegram.map((secret) => crypto.subtle.timingSafeEqual(secret, digest));
  return matches.includes(true) && keys.accepts.has("telegram");
}

/** `Authorization: Bearer` or `X-Gateway-Token`. */
function headerToken(headers: Headers): string | null {
  const bearer = /^bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-gateway-token");
}

/** Counts the failure against the caller's address; `limited` once the address has had its share of a minute. */
async function refuse(ctx: Context, { request }: Delivery, reason: "unknown" | "unauthorized"): Promise<Result<never, Refusal>> {
  const { success } = await ctx.env.FAILED_PROOFS.limit({ key: clientAddress(request) });
  ctx.log("warn", "caller.refused", { reason: success ? reason : "limited" });
  return err({ reason: success ? reason : "limited" });
}
