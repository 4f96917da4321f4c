/** A ledger of a school: four events a person, most of them messages, every stage of the funnel thinner than the one before. */
import type { D1Database } from "@cloudflare/workers-types";

export type Ledger = { readonly events: number; readonly from: number; readonly to: number };

const STRETCH = 20_000;

/** Person of event x, what happened, when. A person's events are apart in the table, as they are in life. */
const PERSON = "'per_' || printf('%022d', x % ?5)";
const TYPE = `CASE x / ?5 WHEN 0 THEN (CASE WHEN x % 2 THEN 'click' ELSE 'bot_start' END) WHEN 1 THEN (CASE WHEN x % 3 = 0 THEN 'registration' ELSE 'message' END)
  WHEN 2 THEN (CASE WHEN x % 5 = 0 THEN 'order' ELSE 'message' END) ELSE (CASE WHEN x % 10 = 0 THEN 'payment' ELSE 'message' END) END`;

/** `from` and `to` in epoch ms: the events are spread evenly between them. Persons are written beside, identifiers are not. */
export async function seedEvents(db: Pick<D1Database, "prepare">, { events, from, to }: Ledger): Promise<void> {
  const people = Math.ceil(events / 4);
  for (let start = 0; start < events; start += STRETCH) {
    await db
      .prepare(
        `INSERT INTO events (id, seq, connection, type, status, received_at, event_at, bound_at, person_id, home_id, fact, amount_e4, currency, tid,
           link, utm_source, utm_campaign, stored_at)
         WITH RECURSIVE n(x) AS (SELECT ?1 UNION ALL SELECT x + 1 FROM n WHERE x + 1 < ?2),
           t AS MATERIALIZED (SELECT x, ${PERSON} AS person, ${TYPE} AS type, ?3 + CAST((?4 - ?3) * ((x / ?5) * 0.2 + (x % ?5) * 0.2 / ?5) AS INTEGER) AS at FROM n)
         SELECT 'evt_' || lower(hex(randomblob(11))), x + 1, 'bot', type, 'bound', at, at, at, person, person, 'f' || x,
           CASE WHEN type = 'payment' THEN 9900000 END, CASE WHEN type = 'payment' THEN 'RUB' END, CASE WHEN type = 'payment' THEN 't' || x END,
           CASE WHEN type IN ('click', 'bot_start') THEN 'vk' || (x % 7) END, CASE WHEN type IN ('click', 'bot_start') THEN 's' || (x % 5) END,
           CASE WHEN type IN ('click', 'bot_start') THEN 'c' || (x % 20) END, at FROM t`,
      )
      .bind(start, Math.min(start + STRETCH, events), from, to, people)
      .run();
  }
  for (let start = 0; start < people; start += STRETCH) {
    await db
      .prepare(
        `INSERT INTO persons (id, person_id, key, first_seen, last_seen, created_at)
         WITH RECURSIVE n(x) AS (SELECT ?1 UNION ALL SELECT x + 1 FROM n WHERE x + 1 < ?2)
         SELECT 'per_' || printf('%022d', x), 'per_' || printf('%022d', x), 'k_' || printf('%022d', x), ?3, ?3, ?3 FROM n`,
      )
      .bind(start, Math.min(start + STRETCH, people), from)
      .run();
  }
}
