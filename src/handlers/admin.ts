/** Who may call the operator API: the admin token as a bearer, compared in constant time, or the console's session. A session that changes
 *  something must also bring its CSRF token, because a browser sends the cookie by itself. Wrong tokens are counted against their address. */
import type { Context } from "../context.ts";
import { isSameSession, readSession } from "../flows/console-session.ts";
import { clientAddress } from "../lib/client-address.ts";
import { sameSecret } from "../lib/crypto.ts";
import { problem } from "./problem.ts";
import { refused } from "./refused.ts";

/** null = allowed; otherwise the 401 or 403 to answer with. */
export async function requireAdmin(ctx: Context, request: Request): Promise<Response | null> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return requireSession(ctx, request);
  const given = /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  if (await sameSecret(given, ctx.settings.adminToken)) return null;
  const { success } = await ctx.env.FAILED_PROOFS.limit({ key: clientAddress(request) });
  ctx.log("warn", "operator.refused", { limited: !success });
  return refused(ctx, { reason: success ? "unauthorized" : "limited" });
}

async function requireSession(ctx: Context, request: Request): Promise<Response | null> {
  const session = await readSession(ctx, request);
  if (!session) return problem(ctx, { status: 401, reason: "unauthorized" });
  const reads = request.method === "GET" || request.method === "HEAD";
  if (reads || (await isSameSession(session, request.headers.get("x-csrf-token")))) return null;
  return problem(ctx, { status: 403, reason: "csrf_required" });
}
