/** Who may call the operator API: the admin token as a bearer, compared in constant time. */
import type { Context } from "../context.ts";
import { sameSecret } from "../lib/crypto.ts";
import { problem } from "./problem.ts";

/** null = allowed; otherwise the 401 to answer with. */
export async function requireAdmin(ctx: Context, request: Request): Promise<Response | null> {
  const [scheme, token] = (request.headers.get("authorization") ?? "").split(" ", 2);
  const given = scheme?.toLowerCase() === "bearer" ? (token ?? "") : "";
  if (await sameSecret(given, ctx.settings.adminToken)) return null;
  return problem(ctx, { status: 401, reason: "unauthorized" });
}
