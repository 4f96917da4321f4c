/** Payments and refunds of a range with their first and last touch, and its paid deals. A refund follows the touch of the payment it returns. */
import type { DealCell, MoneyCell } from "../../domain/funnel/money.ts";
import { NO_ORIGIN, type Origin } from "../../domain/funnel/origin.ts";
import type { ReportQuery } from "../../domain/funnel/query.ts";
import { originColumns } from "./breakdown.ts";
import { TOUCHES, type OriginRow } from "./touch.ts";

const LAST_TOUCH_MS = 90 * 86_400_000;
const COUNTED = "counted = 1 AND amount_e4 > 0 AND event_at >= ?1 AND event_at < ?2";
const FACTS = `(SELECT person_id, event_at, seq, type, link, utm_source, utm_campaign, utm_content, click_hash FROM events INDEXED BY events_report
  WHERE type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND type IN ('click', 'bot_start')
    AND status IN ('bound', 'erased') AND counted = 1)`;

/** JSON of the latest touch of `person` at most 90 days before `at`, or NULL. */
const lastTouch = (query: ReportQuery, person: string, at: string): string => `(
  SELECT json_object('link', link, 'source', source, 'campaign', campaign, 'content', content) FROM (
    SELECT t.event_at, t.seq, ${originColumns(query.by, "t", false)} FROM (${TOUCHES(FACTS)}) t
    WHERE t.person_id = ${person} AND t.event_at <= ${at} AND t.event_at > ${at} - ${LAST_TOUCH_MS})
  ORDER BY event_at DESC, seq DESC LIMIT 1)`;

const PAID_AT = `COALESCE((
  SELECT MAX(x.event_at) FROM events x INDEXED BY events_report
  WHERE x.type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND x.type = 'payment' AND x.person_id = m.person_id
    AND x.connection = m.connection AND COALESCE(x.order_number, x.tid) = COALESCE(m.order_number, m.tid) AND x.event_at <= m.event_at), m.event_at)`;

type MoneyRow = OriginRow & { bound: number; last: string | null; refund: number; currency: string | null; amount: number };

export async function moneyCells(db: D1Database, query: ReportQuery): Promise<MoneyCell[]> {
  const { results } = await db
    .prepare(
      `WITH m AS MATERIALIZED (
         SELECT event_at, type, person_id, connection, order_number, tid, amount_e4, currency FROM events INDEXED BY events_money
         WHERE type IN ('payment', 'refund') AND status IN ('bound', 'erased', 'unbound') AND ${COUNTED})
       SELECT bound, refund, currency, link, source, campaign, content, place, last, SUM(amount_e4) AS amount FROM (
         SELECT m.person_id IS NOT NULL AS bound, m.type = 'refund' AS refund, m.currency, m.amount_e4, ${originColumns(query.by, "p", true)},
           ${lastTouch(query, "m.person_id", `(CASE m.type WHEN 'refund' THEN ${PAID_AT} ELSE m.event_at END)`)} AS last
         FROM m LEFT JOIN report_people p ON p.person_id = m.person_id)
       GROUP BY bound, refund, currency, link, source, campaign, content, place, last`,
    )
    .bind(query.start, query.end)
    .all<MoneyRow>();
  return results.map(({ link, source, campaign, content, place, ...row }) => {
    const first = { link, source, campaign, content, place };
    const byPlace = query.by === "bot" || query.by === "connection";
    return {
      first: row.bound === 1 ? first : null,
      last: byPlace ? first : parseOrigin(row.last),
      refund: row.refund === 1,
      currency: row.currency,
      amountE4: row.amount,
    };
  });
}

type DealRow = { bound: number; last: string | null; deals: number };

/** Distinct paid orders and conversions with a payment in the range; a deal's touch is that of its first payment there. */
export async function dealCells(db: D1Database, query: ReportQuery): Promise<DealCell[]> {
  const bySource: ReportQuery = { ...query, by: "source" };
  const { results } = await db
    .prepare(
      `WITH d AS MATERIALIZED (
         SELECT MIN(event_at) AS event_at, MAX(person_id) AS person_id FROM events INDEXED BY events_money
         WHERE type IN ('payment', 'refund') AND type = 'payment' AND status IN ('bound', 'erased', 'unbound') AND ${COUNTED}
         GROUP BY connection, COALESCE('o' || order_number, 't' || tid, id))
       SELECT bound, last, COUNT(*) AS deals FROM (
         SELECT d.person_id IS NOT NULL AS bound, ${lastTouch(bySource, "d.person_id", "d.event_at")} AS last FROM d)
       GROUP BY bound, last`,
    )
    .bind(query.start, query.end)
    .all<DealRow>();
  return results.map(({ bound, last, deals }) => ({ bound: bound === 1, last: parseOrigin(last), deals }));
}

const parseOrigin = (last: string | null): Origin => ({
  ...NO_ORIGIN,
  ...(last === null ? {} : (JSON.parse(last) as Partial<Origin>)),
});
