/** Secrets of a configuration: each `$NAME` exists, none stands literally in a document that is stored and shown, and no two connections share
 *  one, since a caller is found by the token or secret that fits. The keys of the gateway itself are not for vendors. */
import { membersOf } from "../../lib/record.ts";
import { type FieldError, dotted } from "../../lib/field-errors.ts";
import { fromBase64 } from "../../lib/crypto.ts";
import type { Judged } from "./judged.ts";
import { secretName } from "./resolve.ts";

/** Narrower than what is masked (`domain/mask-secrets.ts`): `postback_id`, `webhook_id` and `chatium_url` are addresses that operators paste as the vendor
 *  shows them, so they may stand literally; a `$NAME` does as well. */
const SECRET_FIELDS = ["api_key", "dev_key", "api_token", "bot_token", "postback_key", "token", "secret", "secret_token"];
const CALLER_FIELDS = ["token", "secret", "secret_token"];
const OWN_KEYS = ["ADMIN_TOKEN", "SEAL_KEY"];
const SECRET_HEADER = /authorization|cookie|token|secret|key|signature|password/i;

type Text = { readonly path: readonly string[]; readonly text: string };

/** Walks the raw document, not the parsed one, so that a literal secret is found even in a connection that has other mistakes. In local mode literals
 *  pass: a developer has no Worker secrets yet. */
export function judgeSecrets(judged: Judged): FieldError[] {
  const { local, secret } = judged.options;
  const errors: FieldError[] = [];
  const seen = new Map<string, Text>();
  for (const [id, body] of Object.entries(membersOf(judged.raw["connections"]))) {
    for (const item of textsOf(body, ["connections", id])) {
      const message = mistakeOf(item, local, secret);
      if (message !== null) errors.push({ path: dotted(item.path), message });
      const field = item.path[2] ?? "";
      const name = secretName(item.text);
      const value = name === null ? item.text : secret(name);
      if (value === null || value === "" || !CALLER_FIELDS.includes(field)) continue;
      if (field === "secret" && !isSigningSecret(value)) {
        errors.push({ path: dotted(item.path), message: "a signing secret is whsec_ followed by base64" });
      }
      const other = seen.get(value);
      if (!other) seen.set(value, item);
      else if (other.path[1] !== id) errors.push({ path: dotted(item.path), message: `the same value as ${dotted(other.path)}` });
    }
  }
  return errors;
}

/** The gateway's own keys are refused under any name: a rule could otherwise send them to a stranger. */
function mistakeOf({ path, text }: Text, local: boolean, secret: (name: string) => string | null): string | null {
  const name = secretName(text);
  if (name !== null && OWN_KEYS.includes(name)) return `$${name} is the gateway's own key and cannot be used by a connection`;
  if (name !== null) return secret(name) === null ? `the secret $${name} is not set` : null;
  const secretField = SECRET_FIELDS.includes(path[2] ?? "") || (path[2] === "headers" && SECRET_HEADER.test(path[3] ?? ""));
  return secretField && !local ? "a secret must be given as $NAME of a Worker secret, not literally" : null;
}

/** Whether a Standard Webhooks secret, with or without its prefix, holds a key. */
const isSigningSecret = (secret: string): boolean => (fromBase64(secret.trim().replace(/^whsec_/, ""))?.length ?? 0) > 0;

/** Every string of a JSON value with its path. */
export function textsOf(value: unknown, path: readonly string[]): Text[] {
  if (typeof value === "string") return [{ path, text: value }];
  return Object.entries(membersOf(value)).flatMap(([key, item]) => textsOf(item, [...path, key]));
}
