/** The place of an event's type on the path. Many senders tell time by the minute, so a click and the start it led to often share one instant; the
 *  path decides then, never the order of arrival, or the same facts would give two reports. Below 8: `event_at * 8 + rank` sorts by both. */
export const RANK = `CASE type WHEN 'click' THEN 0 WHEN 'bot_start' THEN 1 WHEN 'registration' THEN 2 WHEN 'login' THEN 3 WHEN 'order' THEN 4 ELSE 5 END`;

/** Which paid deal a payment belongs to, within its connection: the order, else the conversion that a transaction id names (its fact, since trackers
 *  number the transactions of each click anew), else itself. */
export const DEAL = "COALESCE('o' || order_number, CASE WHEN tid IS NOT NULL THEN fact END, seq)";

/** What the touches are read from; the caller says whose events. */
export const TOUCH_FACTS =
  "SELECT person_id, event_at, seq, type, link, utm_source, utm_campaign, utm_content, click_hash FROM events";

/** The touches of people as SQL: clicks, and starts that carry a click, a named link or UTM. A start with a click of ours takes what the click
 *  knew, whichever came first; a click that knows nothing leaves the start its own. Plain starts are no touches. */
export const TOUCHES = (facts: string): string => `
  SELECT person_id, event_at, rank, seq, link, utm_source, utm_campaign, utm_content FROM (
    SELECT f.person_id, f.event_at, ${RANK} AS rank, f.seq,
      CASE WHEN known.hash IS NULL THEN f.link ELSE known.link END AS link,
      CASE WHEN known.hash IS NULL THEN f.utm_source ELSE known.utm_source END AS utm_source,
      CASE WHEN known.hash IS NULL THEN f.utm_campaign ELSE known.utm_campaign END AS utm_campaign,
      CASE WHEN known.hash IS NULL THEN f.utm_content ELSE known.utm_content END AS utm_content
    FROM ${facts} f LEFT JOIN clicks known ON f.type = 'bot_start' AND known.hash = f.click_hash
      AND COALESCE(known.link, known.utm_source, known.utm_campaign, known.utm_content) IS NOT NULL
    WHERE f.type IN ('click', 'bot_start'))
  WHERE COALESCE(link, utm_source, utm_campaign, utm_content) IS NOT NULL`;

/** Row columns of an origin, in the words of domain/funnel/origin.ts. */
export type OriginRow = {
  link: string | null;
  source: string | null;
  campaign: string | null;
  content: string | null;
  place: string | null;
};
