/** The proofs that the configuration knows, made ready once per configuration: digests of tokens, keys of signing secrets.
 *  An empty value (a secret that disappeared) never becomes a proof. */
import type { Config, Connection } from "../domain/config.ts";
import { sha256 } from "../lib/crypto.ts";
import { signingKey } from "../lib/standard-webhooks.ts";

/** How a caller proved itself; `auth` of a connection narrows what is accepted. */
export type Proof = "token" | "signature" | "telegram";

/** What proves one connection. Several live values of a kind stand for a rotation, each as good as another; an empty list accepts
 *  nothing. */
export type Keys = {
  readonly connection: Connection;
  readonly accepts: ReadonlySet<Proof>;
  /** SHA-256 of each live token. */
  readonly tokens: readonly Uint8Array[];
  readonly secrets: readonly CryptoKey[];
  readonly telegram: readonly Uint8Array[];
};

const rings = new WeakMap<Config, Promise<ReadonlyMap<string, Keys>>>();

/** Keys by connection id. */
export function keyringOf(config: Config): Promise<ReadonlyMap<string, Keys>> {
  const known = rings.get(config);
  if (known) return known;
  const built = build(config);
  rings.set(config, built);
  built.catch(() => rings.delete(config));
  return built;
}

async function build(config: Config): Promise<ReadonlyMap<string, Keys>> {
  const keys = await Promise.all([...config.connections.values()].map(keysOf));
  return new Map(keys.map((entry) => [entry.connection.id, entry]));
}

/** Tokens as digests, all of one length; a signing secret that cannot be read is no key. What a kind usually proves itself by
 *  holds unless `auth` says otherwise. */
async function keysOf(connection: Connection): Promise<Keys> {
  const secrets = await Promise.all((connection.secret ?? []).filter(Boolean).map(signingKey));
  const telegram = connection.kind === "telegram" ? (connection.secret_token ?? []) : [];
  return {
    connection,
    accepts: new Set<Proof>(connection.auth ?? usualProofs(connection)),
    tokens: await Promise.all((connection.token ?? []).filter(Boolean).map(sha256)),
    secrets: secrets.filter((key) => key !== null),
    telegram: await Promise.all(telegram.filter(Boolean).map(sha256)),
  };
}

/** A site is a backend and can sign; the rest prove themselves by whatever they were given. */
const usualProofs = (connection: Connection): readonly Proof[] =>
  connection.kind === "site" ? ["signature"] : ["token", "signature", "telegram"];
