/** The durable front door and the single writer of identity. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";
import type { Acceptance, Arrival, Decision, DecisionResult, InboxRpc, WaitingEvent } from "./rpc.ts";

export class Inbox extends DurableObject<Env> implements InboxRpc {
  async accept(arrivals: readonly Arrival[]): Promise<Acceptance[]> {
    throw new Error(`the inbox does not accept yet (${arrivals.length})`);
  }
  async waiting(): Promise<WaitingEvent[]> {
    return [];
  }
  async decide(decision: Decision): Promise<DecisionResult> {
    throw new Error(`the inbox does not decide yet (${decision.act})`);
  }
  async drain(): Promise<{ left: number }> {
    return { left: 0 };
  }
}
