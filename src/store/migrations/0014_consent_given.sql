-- Why: the newest word about consent holds by its own time, over all rows of a person: a withdrawal told late must not undo a newer consent,
-- and a row that a merge is undone for must have its own withdrawal back. A consent given used to delete withdrawals and was itself forgotten.
-- Undo by hand: ALTER TABLE persons DROP COLUMN consent_given_at.
ALTER TABLE persons ADD COLUMN consent_given_at INTEGER;
