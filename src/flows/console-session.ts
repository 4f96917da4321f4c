/** The operator's session: one signed cookie. It is bound to the admin token in force, so changing the token ends every session; a session of a key
 *  ends with the key, and a session that was signed out is remembered until it would have ended by itself, so a copied cookie is of no use either.
 *  Over https the cookie is `__Host-` (this host, https, whole path, no subdomain can set it); a plain-http local server gets a plain name, because
 *  browsers drop `__Host-` there. Unsafe methods also need the CSRF token of that very session. */
import type { Context } from "../context.ts";
import { randomBase62 } from "../lib/ids.ts";
import { sameSecret } from "../lib/crypto.ts";
import { endSession, sessionStanding } from "../store/operator/access.ts";
import { ADMIN, type Operator, holderOf } from "./operator.ts";

const HOURS = 12;

/** A session whose cookie was verified. `expiresAt` in epoch ms, twelve hours after the sign-in and never prolonged; `csrf` is
 *  the keyed digest of its id, so it is not stored either. */
export type Session = { readonly id: string; readonly expiresAt: number; readonly csrf: string; readonly operator: Operator };

const isHttps = (request: Request): boolean => new URL(request.url).protocol === "https:";
const cookieName = (request: Request): string => (isHttps(request) ? "__Host-tl_console" : "tl_console");

/** `Set-Cookie` of a new session. */
export async function openSession(ctx: Context, request: Request, operator: Operator): Promise<string> {
  const body = [randomBase62(22), ctx.clock() + HOURS * 3_600_000, operator.key ?? ""].join(".");
  return cookie(request, `${body}.${await sign(ctx, body)}`, HOURS * 3_600);
}

/** Ends it here and in the browser. */
export async function closeSession(ctx: Context, request: Request, { id, expiresAt }: Session): Promise<string> {
  await endSession(ctx.env.DB, id, expiresAt);
  return cookie(request, "", 0);
}

const cookie = (request: Request, value: string, seconds: number): string =>
  `${cookieName(request)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isHttps(request) ? "; Secure" : ""}`;

const sign = (ctx: Context, body: string): Promise<string> => ctx.seal.mac("console", `${body}\n${ctx.settings.adminToken}`);

/** The session a request carries, or null when there is none, it was forged or it has ended. */
export async function readSession(ctx: Context, request: Request): Promise<Session | null> {
  const given = readCookie(request, cookieName(request));
  const [id = "", expires = "", key = "", mac = ""] = (given ?? "").split(".");
  const expiresAt = Number(expires);
  if (id === "" || !(expiresAt > ctx.clock())) return null;
  if (!(await sameSecret(mac, await sign(ctx, `${id}.${expires}.${key}`)))) return null;
  const standing = await sessionStanding(ctx.env.DB, id, key === "" ? null : key);
  if (standing.ended || (key !== "" && standing.key === null)) return null;
  const operator = standing.key === null ? ADMIN : holderOf(standing.key);
  return { id, expiresAt, csrf: await ctx.seal.mac("console-csrf", id), operator };
}

/** True when the request may change something in this session. */
export const isSameSession = (session: Session, token: string | null): Promise<boolean> => sameSecret(token ?? "", session.csrf);

/** The first of that name: browsers send the most specific path first (RFC 6265 §5.4). */
export function readCookie(request: Request, name: string): string | null {
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [key = "", ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return null;
}
