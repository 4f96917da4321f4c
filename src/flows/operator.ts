/** Who operates: by the admin token or by a key of their own. Keys exist so that everybody has one that can be taken back alone, and so that the log
 *  of acts tells people apart. A viewer's key reads everything and changes nothing. */
import type { Context } from "../context.ts";
import { sameSecret } from "../lib/crypto.ts";
import { randomBase62 } from "../lib/ids.ts";
import { type KeyHolder, addAccessKey, keyByHash } from "../store/operator/access.ts";

/** Whoever passed the door of the console or the operator's API. */
export type Operator = {
  /** As the log of acts names them. */
  readonly who: string;
  readonly role: "operator" | "viewer";
  /** null = the admin token. */
  readonly key: string | null;
};

/** Cannot be revoked, only rotated: it is a secret of the Worker and no row. */
export const ADMIN: Operator = { who: "admin", role: "operator", key: null };
/** The name at this moment; what the log has written before keeps the old one. */
export const holderOf = ({ id, name, role }: KeyHolder): Operator => ({ who: name, role, key: id });

const PREFIX = "tlk_";

const digest = (ctx: Context, token: string): Promise<string> => ctx.seal.mac("access-key", token);

/** The operator a token belongs to. The admin token is compared in constant time; a key is looked up by its keyed digest, which tells nothing by
 *  its timing. */
export async function recogniseToken(ctx: Context, token: string): Promise<Operator | null> {
  if (await sameSecret(token, ctx.settings.adminToken)) return ADMIN;
  if (!token.startsWith(PREFIX)) return null;
  const holder = await keyByHash(ctx.env.DB, await digest(ctx, token));
  return holder && holderOf(holder);
}

/** A new key; its text is not kept and cannot be shown again. */
export async function issueKey(ctx: Context, given: { readonly name: string; readonly role: Operator["role"] }): Promise<string> {
  const token = `${PREFIX}${randomBase62(43)}`;
  const hash = await digest(ctx, token);
  await addAccessKey(ctx.env.DB, { id: `key_${randomBase62(22)}`, ...given, hash, created_at: ctx.clock() });
  return token;
}
