/** A moment as a message names it: hours and minutes in the workspace's zone, which is named too, since the reader may live in another. */
import type { Context } from "../../context.ts";

/** With the zone's short name, as the person may be in another one. */
export function timeOfDay(ctx: Context, at: number): string {
  const { locale, time_zone: timeZone } = ctx.config.workspace;
  return new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(at);
}
