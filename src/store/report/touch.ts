/** The touches of people as SQL: clicks, and starts that carry a click, a named link or UTM. A start with a click of ours takes what the click
 *  knew, whichever came first; a click that knows nothing leaves the start its own. Plain starts are no touches. */
export const TOUCHES = (facts: string): string => `
  SELECT person_id, event_at, seq, link, utm_source, utm_campaign, utm_content FROM (
    SELECT f.person_id, f.event_at, f.seq,
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
