/** The minute's round: what still waits is bound, deliveries a lane may not have are handed over, what is over is forgotten.
 *  One chore that fails does not keep the others from running. An unknown schedule is a mistake of the deployment and throws. */
import { type Context, inboxOf } from "../context.ts";
import { sweepLogins } from "./login/sweep-logins.ts";
import { sweepDeliveries } from "./sweep-deliveries.ts";
import { sweepRetention } from "./sweep-retention.ts";

const CHORES: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  bind: (ctx) => inboxOf(ctx.env).drain(),
  deliveries: sweepDeliveries,
  logins: sweepLogins,
  retention: sweepRetention,
};

export async function runCron(ctx: Context, cron: string): Promise<void> {
  if (cron !== "* * * * *") throw new Error(`unknown schedule ${cron}`);
  for (const [chore, run] of Object.entries(CHORES)) {
    try {
      await run(ctx);
    } catch (failure) {
      ctx.log("error", "cron.chore.failed", { chore, message: failure instanceof Error ? failure.message : "unknown" });
    }
  }
}
