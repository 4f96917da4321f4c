/** One change to the newest document: judged as a whole and saved as a version, or refused with every mistake at its path.
 *  Two operators may press «Сохранить» at once: the save that lost makes its change anew on what the other one saved, so neither is overwritten. */
import type { Context } from "../context.ts";
import { judgeConfig } from "../domain/config/judge.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { readVersion, saveConfig } from "../store/config.ts";
import { wakeLanes } from "./sweep-deliveries.ts";

/** `change` may run more than once, so it must not do anything but compute. */
export type ConfigChange = {
  readonly author: string;
  readonly note: string;
  readonly change: (document: Readonly<Record<string, unknown>>) => unknown;
};

export async function changeConfig(
  ctx: Context,
  { author, note, change }: ConfigChange,
): Promise<Result<{ version: number }, readonly FieldError[]>> {
  const saved = await readVersion(ctx.env, null);
  const document = change(recordOf(saved?.document));
  const judged = judgeConfig(document, { local: ctx.settings.local, secret: ctx.settings.secret });
  if (!judged.ok) return err(judged.error);
  const basedOn = saved?.version ?? 0;
  const config = await saveConfig(ctx.env, ctx.settings, { document, author, note, now: ctx.clock(), basedOn });
  if (config === null) return changeConfig(ctx, { author, note, change });
  ctx.log("info", "config.saved", { version: config.version });
  // Lanes whose connection was enabled go on at once; the cron would find them within a minute.
  ctx.waitUntil(wakeLanes({ ...ctx, config }).catch(() => ctx.log("warn", "config.wake.failed")));
  return ok({ version: config.version });
}

export const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
