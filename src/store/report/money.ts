/** Payments and refunds of a range with their first and last touch, and its paid deals. A refund follows the touch of the payment it returns. */
import type { DealCell, MoneyCell } from "../../domain/funnel/money.ts";
import { NO_ORIGIN, type Origin } from "../../domain/funnel/origin.ts";
import type { ReportQuery } from "../../domain/funnel/query.ts";
import { isAmong, originColumns } from "./breakdown.ts";
import { DEAL, TOUCHES, TOUCH_FACTS, type OriginRow } from "./touch.ts";

const LAST_TOUCH_MS = 90 * 86_400_000;
const COUNTED = "counted = 1 AND amount_e4 > 0 AND event_at >= ?1 AND event_at < ?2";
const FACTS = `(${TOUCH_FACTS} INDEXED BY events_report
  WHERE type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND type IN ('click', 'bot_start')
    AND status IN ('bound', 'erased') AND counted = 1)`;

/** JSON of the latest touch of `person` at most 90 days before `at`, or NULL. */
const lastTouch = (query: ReportQuery, person: string, at: string): string => `(
  SELECT json_object('link', link, 'source', source, 'campaign', campaign, 'content', content) FROM (
    SELECT t.event_at, t.rank, t.seq, ${originColumns(query.by, "t", false)} FROM (${TOUCHES(FACTS)}) t
    WHERE t.person_id = ${person} AND t.event_at <= ${at} AND t.event_at >= ${at} - ${LAST_TOUCH_MS})
  ORDER BY event_at DESC, rank DESC, seq DESC LIMIT 1)`;

/** How much of a last touch is looked up: which it was, only that there was one, nothing. */
export type TouchDepth = "named" | "known" | "none";

/** The same where only «source known» is asked, at half the price: any origin with a name. */
const anyTouch = (person: string, at: string): string => `CASE WHEN EXISTS (
  SELECT 1 FROM (${TOUCHES(FACTS)}) t WHERE t.person_id = ${person} AND t.event_at <= ${at} AND t.event_at >= ${at} - ${LAST_TOUCH_MS}
    AND COALESCE(t.link, t.utm_source, t.utm_campaign) IS NOT NULL) THEN '{"source":"known"}' END`;

/** Buyers of the range at least one of whose payments there has no touch that tells a source, the first to pay first. */
export async function buyersWithoutSource(db: D1Database, { start, end }: ReportQuery, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT m.person_id, MIN(m.event_at) AS at FROM events m INDEXED BY events_money
       WHERE m.type IN ('payment', 'refund') AND m.type = 'payment' AND m.status = 'bound' AND ${COUNTED}
         AND ${anyTouch("m.person_id", "m.event_at")} IS NULL GROUP BY m.person_id ORDER BY at LIMIT ?3`,
    )
    .bind(start, end, limit)
    .all<{ person_id: string }>();
  return results.map(({ person_id }) => person_id);
}

const PAID_AT = `COALESCE((
  SELECT MAX(x.event_at) FROM events x INDEXED BY events_report
  WHERE x.type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND x.type = 'payment' AND x.person_id = m.person_id
    AND x.connection = m.connection AND (x.order_number = m.order_number OR x.tid = m.tid) AND x.event_at <= m.event_at
    AND x.counted = 1 AND x.amount_e4 > 0), m.event_at)`;

type CellRow = OriginRow & {
  deal: number;
  bound: number;
  last: string | null;
  refund: number;
  currency: string | null;
  amount: number;
};

/** Money and paid deals of one range, grouped by origin: never a row per payment. */
export type MoneyTally = { readonly money: readonly MoneyCell[]; readonly deals: readonly DealCell[] };

/** Every payment and refund of the range with its touches, as `told`. `mark` is its last touch by source where the breakdown is another. */
function told(query: ReportQuery, depth: TouchDepth): string {
  const at = `(CASE m.type WHEN 'refund' THEN ${PAID_AT} ELSE m.event_at END)`;
  const last = depth === "named" ? lastTouch(query, "m.person_id", at) : depth === "known" ? anyTouch("m.person_id", at) : "NULL";
  const mark = depth !== "named" || query.by === "source" ? "NULL" : lastTouch({ ...query, by: "source" }, "m.person_id", at);
  return `WITH m AS MATERIALIZED (
      SELECT event_at, type, person_id, connection, order_number, tid, seq, amount_e4, currency, CASE type WHEN 'payment' THEN ${DEAL} END AS deal
      FROM events INDEXED BY events_money
      WHERE type IN ('payment', 'refund') AND status IN ('bound', 'erased', 'unbound') AND ${COUNTED}),
    told AS MATERIALIZED (
      SELECT m.event_at, m.person_id, m.person_id IS NOT NULL AS bound, m.type = 'refund' AS refund, m.currency, m.amount_e4,
        ${originColumns(query.by, "p", true)}, ${last} AS last, ${mark} AS mark,
        m.connection, m.deal
      FROM m LEFT JOIN report_people p ON p.person_id = m.person_id)`;
}

/** Whose money the sums of these origins are (null = all bound money), the first to pay first: by the touch that the report was asked for. */
export async function payersOf(
  db: D1Database,
  query: ReportQuery,
  origins: readonly Origin[] | null,
  limit: number,
): Promise<string[]> {
  const byLast = query.attribution === "last" && !isByPlace(query);
  const fits = byLast ? isAmong("?3", (name) => `last ->> '${name}'`) : isAmong("?3");
  const { results } = await db
    .prepare(
      `${told(query, byLast ? "named" : "none")}
       SELECT person_id FROM told WHERE bound = 1 AND ${fits} GROUP BY person_id ORDER BY MIN(event_at) LIMIT ?4`,
    )
    .bind(query.start, query.end, origins === null ? null : JSON.stringify(origins), limit)
    .all<{ person_id: string }>();
  return results.map(({ person_id }) => person_id);
}

/** A bot and a connection are the person's own, whatever touched her since. */
const isByPlace = ({ by }: ReportQuery): boolean => by === "bot" || by === "connection";

/** Both in one statement, because looking up last touches is the dear part. A deal is an order or a conversion with a payment in the
 *  range. Its touch is that of its first payment there, one with a person if
 *  there is any: SQLite takes bare columns from the row of a single MIN. Deals are always told by source, whatever the money is broken down by. */
export async function moneyTally(db: D1Database, query: ReportQuery, depth: TouchDepth): Promise<MoneyTally> {
  const { results } = await db
    .prepare(
      `${told(query, depth)}
       SELECT 0 AS deal, bound, refund, currency, link, source, campaign, content, place, last, SUM(amount_e4) AS amount
       FROM told GROUP BY bound, refund, currency, link, source, campaign, content, place, last
       UNION ALL
       SELECT 1, bound, 0, NULL, NULL, NULL, NULL, NULL, NULL, last, COUNT(*) FROM (
         SELECT MIN(event_at - bound * 1e15), bound, ${depth === "named" && query.by !== "source" ? "mark AS last" : "last"} FROM told WHERE refund = 0 GROUP BY connection, deal)
       GROUP BY bound, last`,
    )
    .bind(query.start, query.end)
    .all<CellRow>();
  const byPlace = isByPlace(query);
  const [money, deals] = [results.filter(({ deal }) => deal === 0), results.filter(({ deal }) => deal === 1)];
  return {
    money: money.map(({ link, source, campaign, content, place, ...row }) => {
      const first = { link, source, campaign, content, place };
      const last = byPlace ? first : parseOrigin(row.last);
      return {
        first: row.bound === 1 ? first : null,
        last,
        refund: row.refund === 1,
        currency: row.currency,
        amountE4: row.amount,
      };
    }),
    deals: deals.map(({ bound, last, amount }) => ({ bound: bound === 1, last: parseOrigin(last), deals: amount })),
  };
}

const parseOrigin = (last: string | null): Origin => ({
  ...NO_ORIGIN,
  ...(last === null ? {} : (JSON.parse(last) as Partial<Origin>)),
});
