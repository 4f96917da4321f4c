/** Event rows written straight into the ledger, for tests of what is computed from it. */
import { env } from "cloudflare:workers";

export type LedgerRow = {
  id: string;
  type: string;
  at: number;
  status?: string;
  person?: string | null;
  connection?: string;
  amount?: number | null;
  currency?: string | null;
  tid?: string | null;
  /** Of the conversion; by default each row is one. */
  fact?: string;
  order?: string | null;
  click?: string | null;
  link?: string | null;
  source?: string | null;
  campaign?: string | null;
  counted?: 0 | 1;
};

let seq = 0;

export async function writeLedger(rows: readonly LedgerRow[]): Promise<void> {
  const statements = rows.flatMap((row) => {
    seq += 1;
    const person = row.person ?? null;
    const event = env.DB.prepare(
      `INSERT INTO events (id, seq, connection, type, status, received_at, event_at, person_id, home_id, fact, counted, amount_e4, currency, tid,
         order_number, click_hash, link, utm_source, utm_campaign) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7, ?17, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`,
    ).bind(
      row.id,
      seq,
      row.connection ?? "bot",
      row.type,
      row.status ?? "bound",
      row.at,
      person,
      row.counted ?? 1,
      row.amount === undefined || row.amount === null ? null : Math.round(row.amount * 10_000),
      row.currency ?? null,
      row.tid ?? null,
      row.order ?? null,
      row.click ?? null,
      row.link ?? null,
      row.source ?? null,
      row.campaign ?? null,
      row.fact ?? row.id,
    );
    if (row.type !== "click" || row.status === "preview") return [event];
    const known = env.DB.prepare(
      "INSERT OR IGNORE INTO clicks (hash, event_id, at, link, utm_source, utm_campaign) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    ).bind(row.click ?? row.id, row.id, row.at, row.link ?? null, row.source ?? null, row.campaign ?? null);
    return [event, known];
  });
  for (let start = 0; start < statements.length; start += 200) await env.DB.batch(statements.slice(start, start + 200));
}

export const clearLedger = (): Promise<unknown> =>
  env.DB.batch(
    ["events", "clicks", "report_people", "report_stale", "intake_counts"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
