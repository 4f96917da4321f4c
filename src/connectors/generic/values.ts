/** Reading a vendor's own structure: a value by its exact path in the flat view, empty and placeholder values absent. */
import { type Claim, IDENTIFIER_TYPES, type IdentifierType } from "../../domain/identifier.ts";
import type { Reading } from "../../domain/normalise/reading.ts";
import type { Kind } from "../../domain/config.ts";
import { proofOf } from "./claims.ts";
import { type Sent, take } from "./sent.ts";
import { readText } from "./text.ts";
import { newRecord } from "../../lib/record.ts";

/** A text of the vendor's own structure; null when missing, empty, "null" or a placeholder. */
export const takeText = (sent: Sent, ...names: readonly string[]): string | null => take(sent, names, readText);

/** Where a vendor keeps one identifier. `scope` null = not known here, which makes it no identifier; a global type needs none. */
export type ClaimAt = {
  readonly type: IdentifierType;
  readonly scope: string | null;
  readonly names: readonly string[];
  readonly read: (text: string) => Reading;
};

/** One identifier by its own names, or none. Without a known scope it stays a field. */
export function takeClaim(sent: Sent, kind: Kind, { type, scope, names, read }: ClaimAt): Claim[] {
  const known = IDENTIFIER_TYPES[type].scope === "global" ? "" : scope;
  const value = known === null ? null : take(sent, names, read);
  return value === null || known === null ? [] : [{ type, scope: known, value, proof: proofOf(kind, type) }];
}

/** A view without a wrapper: `prefix.x` becomes `x`, the rest stays. */
export function unwrapped(fields: Readonly<Record<string, string>>, prefix: string): Readonly<Record<string, string>> {
  const inner = newRecord();
  for (const [name, value] of Object.entries(fields)) {
    const bare = name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
    if (bare !== "__proto__" && (bare !== name || !(bare in inner))) inner[bare] = value;
  }
  return inner;
}

/** Yes in every form vendors write it. A missing value is no. */
export const isYes = (text: string | undefined): boolean => /^(true|1|yes|да)$/i.test((text ?? "").trim());
