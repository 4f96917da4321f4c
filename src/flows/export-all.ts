/** «Экспорт всего»: JSON lines, read page by page so that neither memory nor the plan's 50 subrequests end it half-way. The last line of a file that is
 *  not the last names where to go on, so a file that was cut on its way is told from a whole one. */
import type { Context } from "../context.ts";
import { fromE4 } from "../domain/amount.ts";
import { eventPage } from "../store/operator/events.ts";
import { identifierPage } from "../store/identifier-reads.ts";
import { openFacts } from "./bind/arrived.ts";
import { openIdentifier } from "./show-person.ts";
import { iso, isoOrNull } from "../lib/iso.ts";

const PAGE = 200;
const PAGES = 20;

/** The two files there are; also the last part of their addresses. */
export type Exported = "people" | "events";
/** Guards the address: any other name is no file. */
export const isExported = (name: string): name is Exported => name === "people" || name === "events";

type Page = { readonly items: readonly unknown[]; readonly next: string | null };

/** One identifier a line, with the person it leads to. */
async function peoplePage(ctx: Context, after: string): Promise<Page> {
  const rows = await identifierPage(ctx.env.DB, after, PAGE);
  const items = await Promise.all(
    rows.map(async ({ hash: _hash, sealed, hint, first_seen, last_seen, ...row }) => ({
      ...row,
      value: await openIdentifier(ctx, { sealed, hint }),
      first_seen: iso(first_seen),
      last_seen: iso(last_seen),
    })),
  );
  return { items, next: rows.length < PAGE ? null : (rows.at(-1)?.hash ?? null) };
}

/** Newest first, with everything that was understood of each. */
async function eventsPage(ctx: Context, before: string): Promise<Page> {
  const rows = await eventPage(ctx.env.DB, /^\d{1,16}$/.test(before) ? Number(before) : Number.MAX_SAFE_INTEGER, PAGE);
  const items = await Promise.all(
    rows.map(async ({ seq: _seq, received_at, event_at, bound_at, amount_e4, facts, ...row }) => ({
      ...row,
      received_at: iso(received_at),
      at: iso(event_at),
      bound_at: isoOrNull(bound_at),
      amount: amount_e4 === null ? null : fromE4(amount_e4),
      facts: facts === null ? null : await openFacts(ctx, facts),
    })),
  );
  return { items, next: rows.length < PAGE ? null : String(rows.at(-1)?.seq) };
}

/** Keyset pages by blind index or `seq`, so what is written meanwhile neither shifts nor doubles a line. A page is read when the client asks for more. */
export function exportLines(ctx: Context, what: Exported, from: string): ReadableStream<Uint8Array> {
  const read = what === "people" ? peoplePage : eventsPage;
  const encoder = new TextEncoder();
  let place = from;
  let pages = 0;
  return new ReadableStream({
    async pull(controller) {
      const { items, next } = await read(ctx, place);
      pages += 1;
      const ended = next === null || pages === PAGES;
      const lines = [...items, ...(ended && next !== null ? [{ next: `/console/export/${what}.jsonl?from=${next}` }] : [])];
      if (lines.length > 0) controller.enqueue(encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
      if (ended) controller.close();
      else place = next;
    },
  });
}
