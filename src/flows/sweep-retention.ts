/** Forgetting by class: raw deliveries after `raw_days`, payloads of events after `event_days`, what waited after its time, echoes after a day.
 *  What only counts stays. Time runs from when a fact was written here, so an import of old facts is not forgotten on arrival. */
import type { Context } from "../context.ts";
import { forgetAccess } from "../store/operator/access.ts";
import { forgetExpired, forgetPayloads, forgetRaw } from "../store/retention.ts";

const DAY_MS = 86_400_000;

/** One bounded stretch per run; the next minute goes on. */
export async function sweepRetention(ctx: Context): Promise<void> {
  const now = ctx.clock();
  const { raw_days: rawDays, event_days: eventDays } = ctx.config.workspace.retention;
  const db = ctx.env.DB;
  await db.batch([
    forgetRaw(db, now - rawDays * DAY_MS),
    ...forgetPayloads(db, now - eventDays * DAY_MS),
    ...forgetExpired(db, now, now - eventDays * DAY_MS),
    ...forgetAccess(db, now, now - eventDays * DAY_MS),
  ]);
}
