/** A read-only address of one report. The token carries the query and its end, and a keyed digest over both: nothing is stored, nothing else can
 *  be asked with it, and it ends by itself. Rotating SEAL_KEY's last key would end all of them at once. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { base64url, fromBase64, fromUtf8, sameSecret, utf8 } from "../lib/crypto.ts";

const PURPOSE = "report-share";
const payload = z.object({ q: z.record(z.string(), z.string()), exp: z.number() });

/** `/report/<token>`, valid for `days`. */
export async function shareReport(ctx: Context, query: Readonly<Record<string, string>>, days: number): Promise<string> {
  const body = base64url(utf8(JSON.stringify({ q: query, exp: ctx.clock() + days * 86_400_000 })));
  return `/report/${body}.${await ctx.seal.mac(PURPOSE, body)}`;
}

/** The query as it was shared, unjudged: a report parameter may have become invalid since. `expiresAt` in epoch ms. */
export type SharedReport = { readonly query: Readonly<Record<string, string>>; readonly expiresAt: number };

/** null for a forged, damaged or expired token: outside there is no telling which. */
export async function openSharedReport(ctx: Context, token: string): Promise<SharedReport | null> {
  const [body = "", mac = ""] = token.split(".");
  if (!(await sameSecret(mac, await ctx.seal.mac(PURPOSE, body)))) return null;
  const bytes = fromBase64(body);
  const parsed = payload.safeParse(bytes === null ? null : JSON.parse(fromUtf8(bytes)));
  if (!parsed.success || parsed.data.exp <= ctx.clock()) return null;
  return { query: parsed.data.q, expiresAt: parsed.data.exp };
}
