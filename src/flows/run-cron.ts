/** The minute's round: lanes with work are woken, what still waits is bound, deliveries a lane may not have are handed over, what is over is forgotten.
 *  One chore that fails does not keep the others from running. An unknown schedule is a mistake of the deployment and throws. */
import { type Context, inboxOf } from "../context.ts";
import { refreshReportPeople } from "../store/report/refresh.ts";
import { sweepLogins } from "./login/sweep-logins.ts";
import { sendAlerts } from "./send-alerts.ts";
import { sweepDeliveries, wakeLanes } from "./sweep-deliveries.ts";
import { sweepRetention } from "./sweep-retention.ts";
import { watchSilence } from "./watch-silence.ts";

/** A report brings itself up to date; the cron only keeps it from having much to do. */
const REPORT_ROUNDS = 3;

/** In this order. Lanes come first: after a restart a full inbox takes its time, and nothing that is ready to be sent should wait for it. */
const CHORES: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  lanes: wakeLanes,
  bind: (ctx) => inboxOf(ctx.env).drain(),
  deliveries: sweepDeliveries,
  logins: sweepLogins,
  report: (ctx) => refreshReportPeople(ctx.env.DB, REPORT_ROUNDS),
  retention: sweepRetention,
  silence: watchSilence,
  alerts: sendAlerts,
};

/** `cron` is the schedule as `wrangler.toml` has it. */
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
