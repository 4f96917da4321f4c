-- Why: a person's primary e-mail is the one last told beside something that proves whose it is; an event that knows only an old address does not
-- make it the primary one again. Undo by hand: drop the column.
ALTER TABLE identifiers ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
UPDATE identifiers SET told_at = last_seen;
