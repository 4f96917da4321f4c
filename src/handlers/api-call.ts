/** The frame of a bot or site API call: body read once and limited, caller proved over the raw bytes, a signed id accepted once. Handlers inside see
 *  a proved caller and the body's text. */
import type { Context } from "../context.ts";
import { type Connection, type ConnectionOf, isKind } from "../domain/config.ts";
import { type Caller, callerOf } from "../flows/verify-caller.ts";
import { readLimited } from "../lib/body/limited.ts";
import { fromUtf8 } from "../lib/crypto.ts";
import { TOLERANCE_MS } from "../lib/standard-webhooks.ts";
import { forgetMessage, noteMessage } from "../store/seen-messages.ts";
import { problem } from "./problem.ts";
import { refused } from "./refused.ts";

/** A call whose sender is proved and, where it was signed, whose id is used up. `body` is not parsed yet: each call has a schema
 *  of its own. */
export type ApiCall = {
  readonly request: Request;
  readonly caller: Caller;
  /** The body as text. */
  readonly body: string;
  readonly query: URLSearchParams;
};

export const isSite = ({ kind }: Connection): boolean => kind === "site";

/** Far above the largest call but `notify`, whose text and values have a limit of their own. */
const MOST_BYTES = 16 * 1024;
/** Longer than a signature can live, so that a message cannot outlive the memory of its id. */
const REMEMBER_MS = 86_400_000 + TOLERANCE_MS;

/** A handler for callers that `admits` lets in. */
export const apiCall =
  (
    admits: (connection: Connection) => boolean,
    act: (ctx: Context, call: ApiCall) => Promise<Response>,
    mostBytes: number = MOST_BYTES,
  ) =>
  async (request: Request, ctx: Context): Promise<Response> => {
    const bytes = await readLimited(request, mostBytes);
    if (bytes === null) return problem(ctx, { status: 413, reason: "too_large" });
    const caller = await callerOf(ctx, { request, body: bytes, admits });
    if (!caller.ok) return refused(ctx, caller.error);
    const query = new URL(request.url).searchParams;
    if (new Set(query.keys()).size !== [...query.keys()].length) {
      return problem(ctx, { status: 400, reason: "repeated_parameter", detail: "a query parameter is given twice" });
    }
    const call = { request, caller: caller.value, body: fromUtf8(bytes), query };
    return caller.value.message === null ? act(ctx, call) : once(ctx, call, () => act(ctx, call));
  };

/** A handler for a site's backend. */
export const siteCall = (
  act: (ctx: Context, call: ApiCall & { readonly site: ConnectionOf<"site"> }) => Promise<Response>,
  mostBytes?: number,
) =>
  apiCall(
    isSite,
    (ctx, call) => {
      const site = call.caller.connection;
      if (!isKind(site, "site")) throw new Error("the caller is no site");
      return act(ctx, { ...call, site });
    },
    mostBytes,
  );

/** A repeated id is refused. A call that our own storage failed may be repeated with its id, so that one is forgotten again. */
async function once(ctx: Context, { caller }: ApiCall, act: () => Promise<Response>): Promise<Response> {
  const id = await ctx.seal.mac("message", `${caller.connection.id}\n${caller.message?.id ?? ""}`);
  if (!(await noteMessage(ctx.env.DB, id, ctx.clock() + REMEMBER_MS))) {
    return problem(ctx, { status: 409, reason: "replayed", detail: "this webhook-id was received before" });
  }
  try {
    return await act();
  } catch (failure) {
    ctx.waitUntil(forgetMessage(ctx.env.DB, id).catch(() => null));
    throw failure;
  }
}
