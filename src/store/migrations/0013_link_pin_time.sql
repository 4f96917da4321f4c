-- Why: a new PIN of a link waits 30 s from that link's own last one, whatever other links its holder has got since;
-- `from` in a seat of `holders.seats` goes.
-- Undo by hand: ALTER TABLE login_links DROP COLUMN pin_at.
ALTER TABLE login_links ADD COLUMN pin_at INTEGER NOT NULL DEFAULT 0;
