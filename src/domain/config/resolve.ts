/** Turns a saved document into the configuration the program uses: `$NAME` strings become the secrets' values. A secret that disappeared after
 *  the save resolves to "" so that one lost secret stops its own connection and not the whole gateway. Pure. */
import type { Config, Connection } from "../config.ts";
import type { ConfigDocument } from "./document.ts";

const REFERENCE = /^\$([A-Z][A-Z0-9_]*)$/;

/** Injected, so that the domain reads no environment. null = no such secret, or an empty one. */
export type SecretLookup = (name: string) => string | null;

/** Name of the secret a text refers to, or null when it is a literal. */
export const secretName = (text: string): string | null => REFERENCE.exec(text)?.[1] ?? null;

/** The result holds live secrets: it is kept in memory only, never stored, logged or sent anywhere. */
export function resolveConfig(source: ConfigDocument, version: number, lookup: SecretLookup): Config {
  const connections = new Map<string, Connection>();
  for (const [id, body] of Object.entries(source.connections)) {
    const hidden = Object.values(body).flatMap((value) => {
      const name = typeof value === "string" ? secretName(value) : null;
      const secret = name === null ? null : lookup(name);
      return secret !== null && URL.canParse(secret) ? [secret] : [];
    });
    connections.set(id, { ...resolveSecrets(body, lookup), id, hidden });
  }
  return {
    version,
    workspace: source.workspace,
    connections,
    links: new Map(Object.entries(source.links)),
    variables: source.variables,
    rules: source.rules,
  };
}

/** A copy of a JSON-like value with every `$NAME` string replaced. */
export function resolveSecrets<T>(value: T, lookup: SecretLookup): T {
  return replaceStrings(value, (text) => {
    const name = secretName(text);
    return name === null ? text : (lookup(name) ?? "");
  }) as T;
}

/** Values only, never names: a field cannot be called by a secret. */
function replaceStrings(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceStrings(item, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceStrings(item, replace)]));
}
