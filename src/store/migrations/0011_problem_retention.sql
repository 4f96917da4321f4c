-- Why: resolved problems are deleted after `event_days`; the sweep runs every minute and must not read the whole table for it.
-- Undo by hand: DROP INDEX problems_resolved.
CREATE INDEX problems_resolved ON problems (resolved_at) WHERE resolved_at IS NOT NULL;
