-- Why: what no event caused (a notice, a site's word to its user) is forgotten by its own time, found without reading what is forgotten already.
-- Undo by hand: DROP INDEX deliveries_own.
CREATE INDEX deliveries_own ON deliveries (seq) WHERE event_id = '' AND work IS NOT NULL;
