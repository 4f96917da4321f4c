/** Brings `report_people` up to date with the ledger: one row per person with the first time of every stage, the second paid deal and the first
 *  touch. Triggers of migrations 0005 and 0012 note whose row is stale; a report catches up before it reads, the cron keeps the backlog short.
 *  Both statements of a round see the same people, because a batch is one transaction. */
import { DEAL, RANK, TOUCHES } from "./touch.ts";

const ROUND = 10_000;
const DUE = `SELECT person_id FROM report_stale ORDER BY person_id LIMIT ${ROUND}`;
const FACTS = `type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND status IN ('bound', 'erased') AND counted = 1
  AND (type NOT IN ('order', 'payment') OR amount_e4 > 0)`;

const REBUILD = `
INSERT INTO report_people (entry_at, person_id, click_at, bot_start_at, registration_at, login_at, order_at, sale_at, resale_at,
  connection, bot, link, utm_source, utm_campaign, utm_content)
WITH due AS MATERIALIZED (${DUE}),
fact AS MATERIALIZED (
  SELECT e.* FROM due CROSS JOIN (
    SELECT person_id, event_at, seq, type, connection, CASE type WHEN 'payment' THEN ${DEAL} END AS deal, link, utm_source, utm_campaign, utm_content, click_hash
    FROM events INDEXED BY events_report WHERE ${FACTS}) e ON e.person_id = due.person_id),
stage AS (
  SELECT person_id, MIN(event_at) AS entry_at,
    MIN(event_at) FILTER (WHERE type = 'click') AS click_at, MIN(event_at) FILTER (WHERE type = 'bot_start') AS bot_start_at,
    MIN(event_at) FILTER (WHERE type = 'registration') AS registration_at, MIN(event_at) FILTER (WHERE type = 'login') AS login_at,
    MIN(event_at) FILTER (WHERE type = 'order') AS order_at, MIN(event_at) FILTER (WHERE type = 'payment') AS sale_at
  FROM fact GROUP BY person_id),
entry AS (SELECT person_id, connection, MIN(event_at * 8 + ${RANK}) FROM fact GROUP BY person_id),
bot AS (SELECT person_id, connection, MIN(event_at) FROM fact WHERE type = 'bot_start' GROUP BY person_id),
deal AS (
  SELECT person_id, MIN(event_at) AS at FROM fact WHERE type = 'payment'
  GROUP BY person_id, connection, deal),
resale AS (
  SELECT person_id, at FROM (SELECT person_id, at, ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY at) AS n FROM deal) WHERE n = 2),
origin AS (
  SELECT person_id, MIN(event_at * 8 + rank), link, utm_source, utm_campaign, utm_content FROM (${TOUCHES("fact")}) GROUP BY person_id)
SELECT s.entry_at, s.person_id, s.click_at, s.bot_start_at, s.registration_at, s.login_at, s.order_at, s.sale_at, r.at,
  e.connection, b.connection, o.link, o.utm_source, o.utm_campaign, o.utm_content
FROM stage s JOIN entry e ON e.person_id = s.person_id LEFT JOIN bot b ON b.person_id = s.person_id
LEFT JOIN resale r ON r.person_id = s.person_id LEFT JOIN origin o ON o.person_id = s.person_id`;

/** Rebuilds at most `rounds` × 10,000 stale people; true when none is left. */
export async function refreshReportPeople(db: D1Database, rounds = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    const stale = await db.prepare("SELECT 1 AS stale FROM report_stale LIMIT 1").first<{ stale: number }>();
    if (!stale) return true;
    await db.batch([
      db.prepare(`DELETE FROM report_people WHERE person_id IN (${DUE})`),
      db.prepare(REBUILD),
      db.prepare(`DELETE FROM report_stale WHERE person_id IN (${DUE})`),
    ]);
  }
  return false;
}
