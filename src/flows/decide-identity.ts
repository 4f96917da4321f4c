/** Operator decisions about identity. */
import type { Context } from "../context.ts";
import type { Decision, DecisionResult } from "../rpc.ts";

export async function decideIdentity(_ctx: Context, decision: Decision): Promise<DecisionResult> {
  throw new Error(`deciding is not here yet (${decision.act})`);
}
