/** The cron's part of the login: acts that a crash left behind, every minute; what has expired, in the first minute of an hour, since most of these tables
 *  have no index by time (it would cost a write per login). */
import type { Context } from "../../context.ts";
import { forgetLogins } from "../../store/login-sweep.ts";
import { settleOldActs } from "./record-login-event.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** An hour whose first minute the cron misses is made up for in the next one: an expired row lets nobody in meanwhile, every statement looks at the time. */
export async function sweepLogins(ctx: Context): Promise<void> {
  await settleOldActs(ctx);
  if (ctx.clock() % HOUR_MS < MINUTE_MS) await forgetLogins(ctx.env.DB, ctx.clock());
}
