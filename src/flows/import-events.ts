/** Backfill through the pipeline every delivery takes, with given times of receipt. A line that cannot be used is named by its number and stops
 *  nobody else; the order of lines is the order of binding. */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { newIncoming } from "../connectors/incoming.ts";
import { readEvent } from "../connectors/registry.ts";
import { readReserved, reservedConnection } from "../connectors/reserved.ts";
import { isReserved } from "../domain/reserved.ts";
import { maskSecrets } from "../domain/mask-secrets.ts";
import { parseTime } from "../domain/normalise/time.ts";
import { MAX_BODY_BYTES, contentText, contentOf } from "../lib/body.ts";
import { maskBody, maskJson } from "../lib/mask.ts";
import { parseJson } from "../lib/body/json.ts";
import { portions } from "../lib/portions.ts";
import { type Result, err, ok } from "../lib/result.ts";
import { type IntakeItem, acceptEvents } from "./accept-event.ts";

/** A call is one request: what is read, sealed and stored for a line must be done for all before the answer. A longer file goes
 *  in parts. */
export const MAX_LINES = 1_000;
/** A call of the inbox carries at most 32 MiB; a character may take three bytes and is sealed twice, raw and read. */
const BATCH_CHARACTERS = 3 * 1024 * 1024;

/** One line of the file. Without `received_at` a line counts as received now. */
export const importLine = z.object({
  connection: z.string(),
  received_at: z.optional(z.string()),
  event: z.record(z.string(), z.unknown()),
});

/** A file as lines, without the empty ones at its end. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  while (lines.at(-1)?.trim() === "") lines.pop();
  return lines;
}

/** The Worker has 128 MB and holds a call as bytes, text and sealed rows at once. */
export const MAX_IMPORT_BYTES = 16 * 1024 * 1024;

/** How many lines came to what. `line` counts from 1; `reason` is a code (`invalid_json`, `invalid_line`, `unknown_connection` …)
 *  and never the line's text. */
export type ImportReport = {
  accepted: number;
  duplicate: number;
  quarantined: number;
  preview: number;
  errors: { line: number; reason: string }[];
};

/** `rules: false` (the default of the wire) restores history without telling anybody of it again. Throws when the inbox does not answer; what was
 *  taken before that is a duplicate when the file is sent again. */
export async function importEvents(ctx: Context, lines: readonly string[], rules: boolean): Promise<ImportReport> {
  const report: ImportReport = { accepted: 0, duplicate: 0, quarantined: 0, preview: 0, errors: [] };
  const items: IntakeItem[] = [];
  for (const [index, text] of lines.entries()) {
    if (text.trim() === "") continue;
    const item = await readLine(ctx, text, rules);
    if (item.ok) items.push(item.value);
    else report.errors.push({ line: index + 1, reason: item.error });
  }
  // One after the other: the order of lines stays the order of binding, and what a call that breaks off had stored is a duplicate when it is sent again.
  for (const batch of portions(items, ({ raw }) => raw?.length ?? 0, BATCH_CHARACTERS)) {
    for (const { outcome } of await acceptEvents(ctx, batch)) if (outcome !== "limited") report[outcome] += 1;
  }
  return report;
}

/** A line is read as a delivery at the door would be, masking included; only its time may be of the past. The error is a word for
 *  the line's refusal. */
async function readLine(ctx: Context, text: string, rules: boolean): Promise<Result<IntakeItem, string>> {
  if (text.length > MAX_BODY_BYTES) return err("too_large");
  const parsed = parseJson(text);
  if (!parsed.ok) return err("invalid_json");
  const shape = importLine.safeParse(parsed.value);
  if (!shape.success) return err("invalid_line");
  const told = shape.data.received_at;
  const receivedAt = told === undefined ? ctx.clock() : parseTime(told, ctx.config.workspace.time_zone);
  if (receivedAt === null) return err("invalid_received_at");
  const id = shape.data.connection;
  const connection = ctx.config.connections.get(id) ?? (isReserved(id) ? reservedConnection(id) : null);
  if (!connection) return err("unknown_connection");
  const content = contentOf(shape.data.event);
  const given = { method: "POST", content, pathEvent: null, deliveryId: null, receivedAt };
  const incoming = newIncoming(ctx.config, connection, given);
  const event = isReserved(id) ? readReserved(ctx.config, id, incoming) : readEvent(connection, incoming);
  return ok({
    connection: { id, duplicates: connection.duplicates },
    event,
    // As at the front door: a bot's log may hold its own key under whatever name.
    raw: maskSecrets(connection, JSON.stringify(maskJson(shape.data.event))),
    mask: (text) => maskSecrets(connection, maskBody(text)),
    receivedAt,
    content: () => contentText(content),
    rules,
  });
}
