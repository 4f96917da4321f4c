-- Why: an erasure takes the undo of a person's mappings along, so an undo must say whose it is. Undo by hand: ALTER TABLE undo_tokens DROP COLUMN holders.
ALTER TABLE undo_tokens ADD COLUMN holders TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(holders));
