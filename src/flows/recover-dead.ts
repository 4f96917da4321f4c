/** Sends again what died at one connection, for the API and the console alike. */
import { type Context, laneOf } from "../context.ts";
import type { Recovery, RecoveryState } from "../rpc.ts";
import { resolveRecovered } from "../store/problems.ts";

/** The running recovery, or a new one. What it brings back is no problem any more: should it die again, a new one is raised. */
export async function recoverDead(ctx: Context, connection: string, recovery: Recovery): Promise<RecoveryState> {
  const job = await laneOf(ctx.env, connection).recover(connection, recovery);
  await resolveRecovered(ctx.env.DB, connection, job);
  return job;
}
