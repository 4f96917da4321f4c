/** One destination connection: order, pace, retries. */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";
import type { DeliveryId } from "./lib/ids.ts";
import type { LaneRpc, LaneWork } from "./rpc.ts";

export class Lane extends DurableObject<Env> implements LaneRpc {
  async take(connection: string, items: readonly LaneWork[]): Promise<void> {
    throw new Error(`the lane of ${connection} does not take yet (${items.length})`);
  }
  async cancel(ids: readonly DeliveryId[]): Promise<number> {
    return ids.length;
  }
  async forget(_line: string): Promise<void> {}
  async wake(): Promise<{ waiting: number; nextAt: number | null }> {
    return { waiting: 0, nextAt: null };
  }
}
