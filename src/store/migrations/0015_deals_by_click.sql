-- Why: deposits of two clicks of one person that trackers numbered alike were one purchase; each is one of its own. Only the people who have such are
-- counted anew. Undo by hand: nothing, a report brings every row up to date.
INSERT OR IGNORE INTO report_stale (person_id)
SELECT person_id FROM events WHERE type = 'payment' AND counted = 1 AND person_id IS NOT NULL AND tid IS NOT NULL AND order_number IS NULL
GROUP BY person_id, connection, tid HAVING COUNT(DISTINCT fact) > 1;
