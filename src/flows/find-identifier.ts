/** The blind indexes an identifier may stand under: with a scope one, without it one for every scope in which its type is known. */
import type { Context } from "../context.ts";
import { type IdentifierType, isIdentifierType } from "../domain/identifier.ts";
import type { Ref } from "../domain/identity/graph.ts";
import { isGlobal, readIdentifierValue } from "../domain/normalise/identifier.ts";
import { scopesOfType } from "../store/decisions.ts";
import { hashClaim, isNameless } from "./bind/hash-claim.ts";

/** null = no such type, or a value that cannot be one. A contact whose value is
 *  not kept may be named by `#` and its index. */
export async function identifierRefs(
  ctx: Context,
  given: { readonly type: string; readonly scope: string | null; readonly value: string },
): Promise<Ref[] | null> {
  if (!isIdentifierType(given.type)) return null;
  const type: IdentifierType = given.type;
  const value = isNameless({ type, value: given.value }) ? given.value : readIdentifierValue(type, given.value);
  if (value === null) return null;
  const scopes = isGlobal(type) ? [""] : given.scope ? [given.scope] : await scopesOfType(ctx.env.DB, type);
  return Promise.all(scopes.map(async (scope) => ({ type, scope, hash: await hashClaim(ctx, { type, scope, value }) })));
}
