-- Why: the newest page of the delivery log without a filter, and replays that a crash kept from reaching their lane.
-- Undo by hand: drop the two indexes and the column.

-- When a replay was last asked for: a second click within two seconds is the same one, and the sweep hands over what a lane may not have.
ALTER TABLE deliveries ADD COLUMN replayed_at INTEGER;
CREATE INDEX deliveries_recent ON deliveries (seq, id);
CREATE INDEX deliveries_replayed ON deliveries (replayed_at) WHERE replayed_at IS NOT NULL AND status = 'queued';
