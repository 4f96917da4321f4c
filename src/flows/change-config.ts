/** Saving the configuration: the only way a document comes in force. It is judged as a whole and kept as a version, or refused with every mistake at
 *  its path, whoever writes it: the API a whole document, the console one change to the newest. */
import type { Context } from "../context.ts";
import { judgeConfig } from "../domain/config/judge.ts";
import type { FieldError } from "../lib/field-errors.ts";
import { recordOf } from "../lib/record.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { readVersion, saveConfig } from "../store/config.ts";
import { wakeLanes } from "./sweep-deliveries.ts";

/** `document` is as its author wrote it: unknown fields are refused by the judge, `$NAME`s stay names. */
export type DocumentSave = {
  readonly document: unknown;
  /** As the log of acts names the operator. */
  readonly author: string;
  readonly note: string;
  /** The version it was made from; null = it replaces whatever there is. */
  readonly basedOn: number | null;
};

/** Nothing was saved, whichever it is; `invalid` names every mistake at its path. */
export type SaveRefusal =
  | { readonly reason: "invalid"; readonly errors: readonly FieldError[] }
  /** Somebody saved after `basedOn`; nothing was written. */
  | { readonly reason: "version_conflict" };

/** In force here when it returns; other isolates ask again within half a minute, other locations see KV's copy within one (platform limit). */
export async function saveDocument(ctx: Context, save: DocumentSave): Promise<Result<{ version: number }, SaveRefusal>> {
  const judged = judgeConfig(save.document, { local: ctx.settings.local, secret: ctx.settings.secret });
  if (!judged.ok) return err({ reason: "invalid", errors: judged.error });
  const config = await saveConfig(ctx.env, ctx.settings, { ...save, now: ctx.clock() });
  if (config === null) return err({ reason: "version_conflict" });
  ctx.log("info", "config.saved", { version: config.version });
  // Lanes whose connection was enabled go on at once; the cron would find them within a minute.
  ctx.waitUntil(wakeLanes({ ...ctx, config }).catch(() => ctx.log("warn", "config.wake.failed")));
  return ok({ version: config.version });
}

/** `change` may run more than once, so it must not do anything but compute; null = it has no place in this document. */
export type ConfigChange = Pick<DocumentSave, "author" | "note"> & {
  readonly change: (document: Readonly<Record<string, unknown>>) => unknown;
};

/** Two operators may press «Сохранить» at once: the save that lost makes its change anew on what the other one saved, so neither is overwritten. */
export async function changeConfig(
  ctx: Context,
  { author, note, change }: ConfigChange,
): Promise<Result<{ version: number }, readonly FieldError[] | "stale">> {
  const newest = await readVersion(ctx.env, null);
  const document = change(recordOf(newest?.document));
  if (document === null) return err("stale");
  const saved = await saveDocument(ctx, { document, author, note, basedOn: newest?.version ?? 0 });
  if (saved.ok) return saved;
  return saved.error.reason === "invalid" ? err(saved.error.errors) : changeConfig(ctx, { author, note, change });
}
