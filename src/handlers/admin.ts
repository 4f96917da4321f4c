/** Who may call the operator API: the admin token or a key as a bearer, or the console's session. A session that changes something must also bring
 *  its CSRF token, because a browser sends the cookie by itself. Wrong tokens are counted against their address; what is changed is logged by whom. */
import type { Context } from "../context.ts";
import { isSameSession, readSession } from "../flows/console-session.ts";
import { type Operator, recogniseToken } from "../flows/operator.ts";
import { clientAddress } from "../lib/client-address.ts";
import { type Routed, pathName } from "../lib/routed.ts";
import { recordAct } from "../store/operator/access.ts";
import { problem } from "./problem.ts";
import { refused } from "./refused.ts";

/** History comes in thousands of calls, and its lines are events of their own: they are not acts worth a row each. */
const UNLOGGED: ReadonlySet<string> = new Set(["/v1/import"]);

/** A call whose operator is proved and, where it changes something, may do so. */
export type OperatorCall = {
  readonly request: Request;
  readonly operator: Operator;
  /** `:id` of the path; "" where the route has none. */
  readonly id: string;
  readonly query: URLSearchParams;
};

/** A handler for operators only. */
export const operatorCall =
  (act: (ctx: Context, call: OperatorCall) => Promise<Response>) =>
  async (request: Routed, ctx: Context): Promise<Response> => {
    const operator = await requireAdmin(ctx, request);
    if (operator instanceof Response) return operator;
    return act(ctx, { request, operator, id: pathName(request, "id") ?? "", query: new URL(request.url).searchParams });
  };

/** Who calls, for the records that name them; or the 401, 403 or 429 to answer with. */
export async function requireAdmin(ctx: Context, request: Request): Promise<Operator | Response> {
  const proved = await proveOperator(ctx, request);
  if (proved instanceof Response) return proved;
  if (reads(request)) return proved;
  if (proved.role === "viewer") return problem(ctx, { status: 403, reason: "read_only" });
  if (!UNLOGGED.has(new URL(request.url).pathname)) {
    const act = `${request.method} ${loggedPath(ctx, request)}`.slice(0, 200);
    await recordAct(ctx.env.DB, { at: ctx.clock(), who: proved.who, act, subject: "" });
  }
  return proved;
}

/** A verb or an id of ours, where the paths of this API have one. */
const NAMELESS = /^(?:[a-z-]*|(?:per|k|evt|dlv)_\w+)$/;

/** Without what is no id where one belongs: it may be somebody's e-mail or phone, and the log is kept in the open. */
function loggedPath(ctx: Context, request: Request): string {
  const { pathname } = new URL(request.url);
  const [, , , id = ""] = pathname.split("/");
  return NAMELESS.test(id) || ctx.config.connections.has(id) ? pathname : pathname.replace(id, "…");
}

/** Whether the caller is an operator at all, for a call that bots and sites make too: a bot's token is no failed guess at the operator's. */
export async function isOperator(ctx: Context, request: Request): Promise<boolean> {
  const authorization = request.headers.get("authorization");
  return authorization === null
    ? (await readSession(ctx, request)) !== null
    : (await recogniseToken(ctx, bearerOf(authorization))) !== null;
}

const bearerOf = (authorization: string): string => /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";

const reads = (request: Request): boolean => request.method === "GET" || request.method === "HEAD";

/** A session only where no `Authorization` is sent: a call that names a key is judged by it. Only wrong keys are counted against
 *  the address. */
async function proveOperator(ctx: Context, request: Request): Promise<Operator | Response> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return proveSession(ctx, request);
  const operator = await recogniseToken(ctx, bearerOf(authorization));
  if (operator) return operator;
  const { success } = await ctx.env.FAILED_PROOFS.limit({ key: clientAddress(request) });
  ctx.log("warn", "operator.refused", { limited: !success });
  return refused(ctx, { reason: success ? "unauthorized" : "limited" });
}

/** The console's cookie reads without more; what changes something also needs the session's CSRF token in `x-csrf-token`, which
 *  no page of another site can know. */
async function proveSession(ctx: Context, request: Request): Promise<Operator | Response> {
  const session = await readSession(ctx, request);
  if (!session) return problem(ctx, { status: 401, reason: "unauthorized" });
  if (reads(request) || (await isSameSession(session, request.headers.get("x-csrf-token")))) return session.operator;
  return problem(ctx, { status: 403, reason: "csrf_required" });
}
