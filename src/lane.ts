/** One destination connection: order, pace, retries. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";
import type { LaneRpc, LaneWork, RecoveryState } from "./rpc.ts";

export class Lane extends DurableObject<Env> implements LaneRpc {
  async take(connection: string, items: readonly LaneWork[]): Promise<void> {
    throw new Error(`the lane of ${connection} does not take yet (${items.length})`);
  }
  async cancel(): ReturnType<LaneRpc["cancel"]> {
    return { cancelled: [], inFlight: [] };
  }
  async forget(_line: string): Promise<void> {}
  async wake(): ReturnType<LaneRpc["wake"]> {
    return { waiting: 0, nextAt: null, sweptTo: 0 };
  }
  async recover(): Promise<RecoveryState> {
    throw new Error("the lane does not recover yet");
  }
}
