/** Backfill through the pipeline every delivery takes, with given times of receipt. A line that cannot be used is named by its number and stops
 *  nobody else; the order of lines is the order of binding. */
import * as z from "zod/mini";
import { type Context, inboxOf } from "../context.ts";
import { readEvent, readReserved } from "../connectors/registry.ts";
import type { NewEvent } from "../domain/event.ts";
import { contentDigest, contentOf } from "../lib/body.ts";
import { maskJson } from "../lib/mask.ts";
import { parseJson } from "../lib/body/json.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type IntakeItem, acceptEvents } from "./accept-event.ts";

export const MAX_LINES = 1_000;

const line = z.object({
  connection: z.string(),
  received_at: z.optional(z.string()),
  event: z.record(z.string(), z.unknown()),
});

export type ImportReport = {
  accepted: number;
  duplicate: number;
  quarantined: number;
  preview: number;
  errors: { line: number; reason: string }[];
};

export async function importEvents(ctx: Context, lines: readonly string[], rules: boolean): Promise<ImportReport> {
  const report: ImportReport = { accepted: 0, duplicate: 0, quarantined: 0, preview: 0, errors: [] };
  const items: IntakeItem[] = [];
  for (const [index, text] of lines.entries()) {
    if (text.trim() === "") continue;
    const item = await readLine(ctx, text, rules);
    if (item.ok) items.push(item.value);
    else report.errors.push({ line: index + 1, reason: item.error });
  }
  for (const { outcome } of items.length > 0 ? await acceptEvents(ctx, items) : []) {
    if (outcome !== "limited") report[outcome] += 1;
  }
  ctx.waitUntil(inboxOf(ctx.env).drain());
  return report;
}

async function readLine(ctx: Context, text: string, rules: boolean): Promise<Result<IntakeItem, string>> {
  const parsed = parseJson(text);
  if (!parsed.ok) return err("invalid_json");
  const shape = line.safeParse(parsed.value);
  if (!shape.success) return err("invalid_line");
  const receivedAt = shape.data.received_at === undefined ? ctx.clock() : Date.parse(shape.data.received_at);
  if (Number.isNaN(receivedAt)) return err("invalid_received_at");
  const content = contentOf(shape.data.event);
  const incoming = {
    method: "POST",
    pathEvent: null,
    ...content,
    receivedAt,
    digest: await contentDigest(content),
    workspace: { timeZone: ctx.config.workspace.time_zone, currency: ctx.config.workspace.currency },
  };
  const id = shape.data.connection;
  const connection = ctx.config.connections.get(id);
  const reserved = id === "links" || id === "login" ? id : null;
  if (!connection && reserved === null) return err("unknown_connection");
  const event: Result<NewEvent, { reason: string }> = connection
    ? readEvent(connection, incoming)
    : readReserved(reserved ?? "links", incoming);
  if (!event.ok) return err(event.error.reason);
  return ok({
    connection: connection ? { id, duplicates: connection.duplicates } : { id },
    event: event.value,
    raw: JSON.stringify(maskJson(shape.data.event)),
    receivedAt,
    digest: incoming.digest,
    rules,
  });
}
